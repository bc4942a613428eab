package seamtape.sim.kvm.irq;

import java.nio.ByteBuffer;

/**
 * The i8254 in the kernel: the state of KVM_GET_PIT2, programmed through ports 0x40 to 0x43 and
 * 0x61. Its counters count the virtual TSC.
 */
public final class Pit {
  /** sizeof(struct kvm_pit_state) and struct kvm_pit_state2. */
  public static final int STATE_SIZE = 72;

  public static final int STATE2_SIZE = 112;
  public static final int KVM_PIT_FLAGS_HPET_LEGACY = 1;
  public static final int KVM_PIT_FLAGS_SPEAKER_DATA_ON = 2;

  private static final int CHANNELS = 3;
  private static final int CHANNEL_SIZE = 24;
  private static final int SPEAKER_PORT = 0x61;

  private final PitChannel[] channels = new PitChannel[CHANNELS];
  private final boolean speakerPort;
  private int flags;
  private boolean speakerDataOn;

  /**
   * @param speakerPort port 0x61 is the kernel's too
   */
  public Pit(boolean speakerPort, long now) {
    this.speakerPort = speakerPort;
    for (int i = 0; i < CHANNELS; i++) {
      channels[i] = new PitChannel(i, now);
    }
  }

  public boolean owns(int port) {
    return port >= 0x40 && port <= 0x43 || speakerPort && port == SPEAKER_PORT;
  }

  /**
   * @param now nanoseconds of virtual time
   */
  public void write(int port, int value, long now) {
    if (port == SPEAKER_PORT) {
      speakerDataOn = (value & 2) != 0;
      channels[2].setGate((value & 1) != 0, now);
    } else if (port != 0x43) {
      channels[port & 3].write(value, now);
    } else if (value >> 6 == 3) {
      readBack(value, now);
    } else {
      channels[value >> 6].command(value, now);
    }
  }

  private void readBack(int value, long now) {
    for (int i = 0; i < CHANNELS; i++) {
      if ((value & 2 << i) != 0) {
        if ((value & 0x20) == 0) {
          channels[i].latchCount(now);
        }
        if ((value & 0x10) == 0) {
          channels[i].latchStatus(now);
        }
      }
    }
  }

  public int read(int port, long now) {
    if (port == SPEAKER_PORT) {
      int refreshClock = (int) (now >> 14) & 1;
      return (speakerDataOn ? 2 : 0)
          | (channels[2].gate() ? 1 : 0)
          | (channels[2].output(now) ? 1 << 5 : 0)
          | refreshClock << 4;
    }
    return port == 0x43 ? 0 : channels[port & 3].read(now);
  }

  /** The next time that channel 0 raises IRQ 0, in nanoseconds; Long.MAX_VALUE for never. */
  public long nextTick() {
    return (flags & KVM_PIT_FLAGS_HPET_LEGACY) != 0 ? Long.MAX_VALUE : channels[0].nextTick();
  }

  /** Takes the ticks up to now; true when there was one. */
  public boolean tick(long now) {
    return nextTick() <= now && channels[0].passTicks(now);
  }

  /** Stores struct kvm_pit_state, the first part of kvm_pit_state2. */
  public void save(ByteBuffer state) {
    for (int i = 0; i < CHANNELS; i++) {
      channels[i].save(state, i * CHANNEL_SIZE);
    }
  }

  /** Stores struct kvm_pit_state2. */
  public void save2(ByteBuffer state) {
    save(state);
    int speaker = speakerDataOn ? KVM_PIT_FLAGS_SPEAKER_DATA_ON : 0;
    state.putInt(STATE_SIZE, flags & KVM_PIT_FLAGS_HPET_LEGACY | speaker);
  }

  public void load(ByteBuffer state, long now) {
    for (int i = 0; i < CHANNELS; i++) {
      channels[i].load(state, i * CHANNEL_SIZE, now);
    }
  }

  public void load2(ByteBuffer state, long now) {
    flags = state.getInt(STATE_SIZE);
    speakerDataOn = (flags & KVM_PIT_FLAGS_SPEAKER_DATA_ON) != 0;
    load(state, now);
  }
}
