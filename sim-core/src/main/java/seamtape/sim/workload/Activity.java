package seamtape.sim.workload;

/** A call, or a series of calls, that may take several turns of its thread. */
interface Activity {
  /** What a turn brought. */
  enum Turn {
    /** A call is in flight. */
    WAITS,
    /** A call has ended, and there is more to do. */
    GOES_ON,
    DONE
  }

  Turn advance(long instructions);
}
