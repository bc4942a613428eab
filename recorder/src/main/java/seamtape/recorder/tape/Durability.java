package seamtape.recorder.tape;

/**
 * What a recording survives. At every level an event is safe from the death of the process (kill
 * -9) when {@link TapeWriter#append} has returned; the levels differ in a crash of the machine.
 */
public enum Durability {
  /** The page cache writes when it likes. */
  NONE,
  /**
   * Published blocks are forced to the disk at least each {@link Publisher#FORCE_INTERVAL_MILLIS}.
   */
  INTERVAL,
  /** Each block is forced to the disk before its buffer is used again. */
  BLOCK
}
