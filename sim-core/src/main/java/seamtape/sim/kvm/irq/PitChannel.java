package seamtape.sim.kvm.irq;

import java.nio.ByteBuffer;

/** One counter of the i8254; the saved fields are those of struct kvm_pit_channel_state. */
final class PitChannel {
  /** Counter clock in Hz. */
  private static final long FREQUENCY = 1_193_182;

  private static final long NANOS = 1_000_000_000;
  private static final int NEVER_PROGRAMMED = 0xff;

  /** KVM's module parameter min_timer_period_us, in nanoseconds. */
  private static final long MIN_PERIOD = 200_000;

  /** Access modes: low byte, high byte, both. */
  private static final int LOW = 1;

  private static final int HIGH = 2;
  private static final int WORD = 3;

  /** Second byte of an access to both. */
  private static final int WORD_SECOND = 4;

  private int count = 0x10000;
  private int latchedCount;
  private int countLatched;
  private boolean statusLatched;
  private int status;
  private int readState;
  private int writeState;
  private int writeLatch;
  private int rwMode;
  private int mode = NEVER_PROGRAMMED;
  private boolean bcd;
  private boolean gate;
  private long loadTime;

  /** Channel 0 counts by a timer of the host, which runs once it is programmed. */
  private final boolean byTimer;

  private boolean timerRuns;

  /** count_load_time as user space reads it: of channel 0 what it stored itself. */
  private long shownLoadTime;

  private long nextTick = Long.MAX_VALUE;

  PitChannel(int channel, long now) {
    this.gate = channel != 2;
    this.byTimer = channel == 0;
    loaded(now);
  }

  private void loaded(long now) {
    loadTime = now;
    shownLoadTime = byTimer ? shownLoadTime : now;
  }

  boolean gate() {
    return gate;
  }

  void setGate(boolean level, long now) {
    boolean restarts = mode == 1 || mode == 5 || mode == 2 || mode == 3;
    if (restarts && level && !gate) {
      loaded(now);
    }
    gate = level;
  }

  /** A control word of port 0x43. */
  void command(int value, long now) {
    int access = value >> 4 & 3;
    if (access == 0) {
      latchCount(now);
      return;
    }
    rwMode = access;
    readState = access;
    writeState = access;
    mode = value >> 1 & 7;
    if (mode > 5) {
      mode -= 4;
    }
    bcd = (value & 1) != 0;
  }

  void latchCount(long now) {
    if (countLatched == 0) {
      latchedCount = current(now);
      countLatched = rwMode;
    }
  }

  void latchStatus(long now) {
    if (!statusLatched) {
      status = (output(now) ? 0x80 : 0) | rwMode << 4 | mode << 1 | (bcd ? 1 : 0);
      statusLatched = true;
    }
  }

  void write(int value, long now) {
    switch (writeState) {
      case HIGH -> load(value << 8, now);
      case WORD -> {
        writeLatch = value;
        writeState = WORD_SECOND;
      }
      case WORD_SECOND -> {
        load(writeLatch | value << 8, now);
        writeState = WORD;
      }
      default -> load(value, now);
    }
  }

  private void load(int value, long now) {
    count = value == 0 ? 0x10000 : value;
    loaded(now);
    arm();
  }

  /** The first tick comes in time; a period is at least KVM's min_timer_period_us. */
  private void arm() {
    timerRuns = mode <= 4;
    nextTick = timerRuns ? loadTime + nanos(count) : Long.MAX_VALUE;
  }

  private long elapsed(long now) {
    return byTimer && !timerRuns ? 0 : clocks(now - loadTime);
  }

  private static long nanos(long clocks) {
    return clocks * NANOS / FREQUENCY;
  }

  private static long clocks(long nanos) {
    return nanos / NANOS * FREQUENCY + nanos % NANOS * FREQUENCY / NANOS;
  }

  private boolean periodic() {
    return mode == 2 || mode == 3;
  }

  int read(long now) {
    if (statusLatched) {
      statusLatched = false;
      return status;
    }
    if (countLatched != 0) {
      return readLatched();
    }
    int value = current(now);
    return switch (readState) {
      case HIGH -> value >> 8 & 0xff;
      case WORD -> {
        readState = WORD_SECOND;
        yield value & 0xff;
      }
      case WORD_SECOND -> {
        readState = WORD;
        yield value >> 8 & 0xff;
      }
      default -> value & 0xff;
    };
  }

  private int readLatched() {
    int part = countLatched;
    countLatched = part == WORD ? WORD_SECOND : 0;
    return part == LOW || part == WORD ? latchedCount & 0xff : latchedCount >> 8 & 0xff;
  }

  private int current(long now) {
    long elapsed = elapsed(now);
    if (periodic() || mode == NEVER_PROGRAMMED) {
      long step = mode == 3 ? 2 * elapsed : elapsed;
      return (int) (count - step % count) & 0xffff;
    }
    return (int) (count - elapsed) & 0xffff;
  }

  boolean output(long now) {
    long elapsed = elapsed(now);
    return switch (mode) {
      case 2 -> elapsed % count == 0 && elapsed != 0;
      case 3 -> elapsed % count < count + 1 >> 1;
      case 1 -> elapsed < count;
      case 4, 5 -> elapsed == count;
      default -> elapsed >= count;
    };
  }

  long nextTick() {
    return nextTick;
  }

  /** Moves past the ticks up to now; several that were missed count as one. */
  boolean passTicks(long now) {
    if (periodic()) {
      long period = Math.max(nanos(count), MIN_PERIOD);
      nextTick += ((now - nextTick) / period + 1) * period;
    } else {
      nextTick = Long.MAX_VALUE;
    }
    return true;
  }

  void save(ByteBuffer state, int at) {
    state.putInt(at, count).putShort(at + 4, (short) latchedCount);
    byte[] bytes = {
      (byte) countLatched,
      (byte) (statusLatched ? 1 : 0),
      (byte) status,
      (byte) readState,
      (byte) writeState,
      (byte) writeLatch,
      (byte) rwMode,
      (byte) mode,
      (byte) (bcd ? 1 : 0),
      (byte) (gate ? 1 : 0)
    };
    state.put(at + 6, bytes);
    state.putLong(at + 16, shownLoadTime);
  }

  void load(ByteBuffer state, int at, long now) {
    int value = state.getInt(at) & 0x1ffff;
    count = value == 0 ? 0x10000 : value;
    latchedCount = state.getShort(at + 4) & 0xffff;
    countLatched = state.get(at + 6) & 7;
    statusLatched = state.get(at + 7) != 0;
    status = state.get(at + 8) & 0xff;
    readState = state.get(at + 9) & 0xff;
    writeState = state.get(at + 10) & 0xff;
    writeLatch = state.get(at + 11) & 0xff;
    rwMode = state.get(at + 12) & 0xff;
    mode = state.get(at + 13) & 0xff;
    bcd = state.get(at + 14) != 0;
    gate = state.get(at + 15) != 0;
    shownLoadTime = state.getLong(at + 16);
    loaded(now);
    arm();
  }
}
