package seamtape.sim.guest;

/**
 * Accesses that memory does not answer. A read that needs user space leaves the instruction; when
 * the answer is there the instruction starts again and finds it, and all answers before it, here.
 * Writes wait until the instruction is complete and then become one exit each.
 */
final class Mmio {
  private static final int MAX_ANSWERS = 32;
  private static final int MAX_WRITES = 160;

  private final Core core;
  private final long[] answers = new long[MAX_ANSWERS];
  private int answered;
  private int replayed;

  private final long[] writeGpas = new long[MAX_WRITES];
  private final int[] writeLengths = new int[MAX_WRITES];
  private final long[] writeValues = new long[MAX_WRITES];
  private int writes;
  private int written;

  Mmio(Core core) {
    this.core = core;
  }

  /** The instruction starts, perhaps again. */
  void begin() {
    replayed = 0;
    writes = 0;
    written = 0;
  }

  /** The instruction is complete or has faulted. */
  void end() {
    answered = 0;
    replayed = 0;
  }

  boolean replaying() {
    return replayed < answered;
  }

  long read(long gpa, int length) {
    if (replaying()) {
      return next();
    }
    refuseDuringDelivery();
    GuestExit exit = core.exit;
    if (core.bus.mmioRead(gpa, length, exit.data, 0)) {
      core.attention = true;
      return remember(GuestMemory.assemble(exit.data, 0, length));
    }
    exit.kind = GuestExit.Kind.MMIO;
    exit.gpa = gpa;
    exit.length = length;
    exit.isWrite = false;
    throw core.fault.with(GuestFault.EXIT);
  }

  /** The next answer; only while {@link #replaying}. */
  long next() {
    return answers[replayed++];
  }

  /** Takes the answer of user space to the read that left the instruction. */
  void answer(int length) {
    answers[answered++] = GuestMemory.assemble(core.exit.data, 0, length);
  }

  void answerValue(long value) {
    answers[answered++] = value;
  }

  private void refuseDuringDelivery() {
    if (core.delivering) {
      throw core.emulationFailure();
    }
  }

  /** The instruction faulted: nothing of it goes out. */
  void abandon() {
    end();
    writes = 0;
    written = 0;
  }

  private long remember(long value) {
    answers[answered++] = value;
    replayed++;
    return value;
  }

  void write(long gpa, int length, long value) {
    refuseDuringDelivery();
    byte[] data = core.exit.data;
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (value >>> 8 * i);
    }
    core.attention = true;
    if (core.bus.mmioWrite(gpa, length, data, 0)) {
      return;
    }
    if (!writesWaiting()) {
      writes = 0;
      written = 0;
    }
    writeGpas[writes] = gpa;
    writeLengths[writes] = length;
    writeValues[writes] = value;
    writes++;
  }

  boolean writesWaiting() {
    return written < writes;
  }

  /** The next waiting write becomes the exit. */
  void exitForWrite() {
    GuestExit exit = core.exit;
    exit.kind = GuestExit.Kind.MMIO;
    exit.isWrite = true;
    exit.gpa = writeGpas[written];
    exit.length = writeLengths[written];
    for (int i = 0; i < exit.length; i++) {
      exit.data[i] = (byte) (writeValues[written] >>> 8 * i);
    }
    written++;
  }
}
