package seamtape.recorder.tape;

/** A block being filled by the writer, then published. Owned by one thread at a time. */
final class Block {
  /** Events of a block at most. */
  static final int MAX_EVENTS = 4096;

  /** Payload bytes of a block at most, unless a single event is larger. */
  static final int MAX_BYTES = 64 << 10;

  /** Read past the last event when it is copied by words. */
  static final int SLACK_BYTES = 8;

  /** Its place in the staging file. */
  final int slot;

  private final byte[] ordinary = new byte[MAX_BYTES];
  byte[] bytes = ordinary;
  int length;
  int count;
  int calls;
  int ioctls;
  long number;
  long firstEvent;
  long firstCall;
  long firstIoctl;
  long baseTime;
  long minTime;
  long maxTime;

  /** Offset after the event that ends a run; -1 when none does. */
  int runEnd;

  Block(int slot) {
    this.slot = slot;
  }

  void begin(long blockNumber, long event, long call, long ioctl, long timeBefore) {
    bytes = ordinary;
    length = 0;
    count = 0;
    calls = 0;
    ioctls = 0;
    runEnd = -1;
    number = blockNumber;
    firstEvent = event;
    firstCall = call;
    firstIoctl = ioctl;
    baseTime = timeBefore;
    minTime = Long.MAX_VALUE;
    maxTime = Long.MIN_VALUE;
  }

  /** Makes room for one event that is larger than a block. */
  void grow(int maxBytes) {
    bytes = new byte[maxBytes + SLACK_BYTES];
  }

  boolean oversize() {
    return bytes != ordinary;
  }

  /**
   * Copies the events that were encoded elsewhere. A cache line that another processor has read
   * costs 100 ns when it is next written; a copy waits for many of them at once, an encoder for
   * each. So what the publisher reads is written here only.
   */
  void take(byte[] filled) {
    if (!oversize()) {
      System.arraycopy(filled, 0, bytes, 0, length);
    }
  }

  BlockHeader header() {
    BlockHeader header = new BlockHeader();
    header.number = number;
    header.firstEvent = firstEvent;
    header.count = count;
    header.calls = calls;
    header.ioctls = ioctls;
    header.firstCall = firstCall;
    header.firstIoctl = firstIoctl;
    header.baseTime = baseTime;
    header.minTime = minTime;
    header.maxTime = maxTime;
    header.storedBytes = length;
    header.plainBytes = length;
    return header;
  }
}
