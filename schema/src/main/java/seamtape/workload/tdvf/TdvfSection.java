package seamtape.workload.tdvf;

/**
 * A section of TDVF metadata: a range of guest memory and where its first content comes from.
 *
 * @param dataOffset of the raw data in the image
 * @param rawSize bytes of raw data; 0 for memory that starts as zeros
 * @param address guest physical, 4 KiB aligned
 * @param memorySize multiple of 4 KiB
 * @param measured true when the content is extended into MRTD (attribute bit 0)
 * @param augmented true when the pages come by PAGE.AUG instead of PAGE.ADD (attribute bit 1)
 */
public record TdvfSection(
    Type type,
    int dataOffset,
    int rawSize,
    long address,
    long memorySize,
    boolean measured,
    boolean augmented) {
  static final int PAGE_SIZE = 4096;

  /** What a section holds. */
  public enum Type {
    /** Boot firmware volume: code. */
    BFV,
    /** Configuration firmware volume: the variable store. */
    CFV,
    /** Where the VMM writes the hand-off blocks. */
    TD_HOB,
    /** Zeroed memory that the firmware starts with. */
    TEMP_MEM;

    /** True where the image holds the content. */
    public boolean inImage() {
      return this == BFV || this == CFV;
    }
  }

  public int pages() {
    return (int) (memorySize / PAGE_SIZE);
  }
}
