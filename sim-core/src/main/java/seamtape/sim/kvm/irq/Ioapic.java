package seamtape.sim.kvm.irq;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/** The IOAPIC in the kernel; registers behind an index window at 0xfec00000. */
public final class Ioapic {
  public static final int PINS = 24;
  private static final int MEM_LENGTH = 0x100;
  private static final long MASKED = 1 << 16;
  private static final long REMOTE_IRR = 1 << 14;
  private static final long LEVEL = 1 << 15;
  private static final long READ_ONLY_BITS = REMOTE_IRR | 1 << 12;
  private static final int VERSION = 0x11;
  private static final int REG_SELECT = 0x00;
  private static final int REG_WINDOW = 0x10;
  private static final int REG_EOI = 0x40;

  private final ToIntFunction<Msi> deliver;
  private final LineStates lines = new LineStates(PINS);
  private final long[] redirection = new long[PINS];
  private long base = 0xfec0_0000L;
  private int select;
  private int id;
  private int irr;

  /** Edges that are delivered already: not shown by KVM_GET_IRQCHIP. */
  private int irrDelivered;

  /**
   * @param deliver gives a message to the LAPICs: -1 nobody there, else how many took it
   */
  public Ioapic(ToIntFunction<Msi> deliver) {
    this.deliver = deliver;
    Arrays.fill(redirection, MASKED);
  }

  /** Sets the level of a pin by one source: -1 masked, 0 coalesced, 1 or more delivered. */
  public int setIrq(int pin, int source, boolean level) {
    return set(pin, lines.set(pin, source, level));
  }

  /** A level-triggered entry has this vector: its end of interrupt is heard. */
  boolean handles(int vector) {
    for (long entry : redirection) {
      if ((entry & LEVEL) != 0 && (entry & 0xff) == vector) {
        return true;
      }
    }
    return false;
  }

  private int set(int pin, boolean level) {
    int mask = 1 << pin;
    if (!level) {
      irr &= ~mask;
      return 1;
    }
    boolean edge = (redirection[pin] & LEVEL) == 0;
    boolean already = (irr & mask) != 0;
    irr |= mask;
    if (edge) {
      irrDelivered &= ~mask;
      if (already) {
        return 0;
      }
    }
    return service(pin);
  }

  private int service(int pin) {
    long entry = redirection[pin];
    boolean level = (entry & LEVEL) != 0;
    if ((entry & MASKED) != 0 || level && (entry & REMOTE_IRR) != 0) {
      return -1;
    }
    if (!level) {
      irrDelivered |= 1 << pin;
    }
    int taken = deliver.applyAsInt(Msi.ofRedirection(entry));
    if (taken > 0 && level) {
      redirection[pin] |= REMOTE_IRR;
    }
    return taken;
  }

  /** A LAPIC finished a level-triggered vector: the pin may fire again. */
  public void endOfInterrupt(int vector) {
    for (int pin = 0; pin < PINS; pin++) {
      long entry = redirection[pin];
      boolean waits = (entry & LEVEL) != 0 && (entry & REMOTE_IRR) != 0;
      if (waits && (entry & 0xff) == vector) {
        redirection[pin] &= ~REMOTE_IRR;
        if ((irr & 1 << pin) != 0) {
          service(pin);
        }
      }
    }
  }

  public boolean owns(long gpa) {
    return gpa >= base && gpa < base + MEM_LENGTH;
  }

  public int read(long gpa) {
    return switch ((int) gpa & 0xff) {
      case REG_SELECT -> select;
      case REG_WINDOW -> readWindow();
      default -> 0;
    };
  }

  private int readWindow() {
    return switch (select) {
      case 0, 2 -> id << 24;
      case 1 -> (PINS - 1) << 16 | VERSION;
      default -> {
        int index = select - 0x10;
        if (index < 0 || index >= 2 * PINS) {
          yield -1;
        }
        yield (int) (redirection[index / 2] >>> 32 * (index & 1));
      }
    };
  }

  public void write(long gpa, int value) {
    switch ((int) gpa & 0xff) {
      case REG_SELECT -> select = value & 0xff;
      case REG_WINDOW -> writeWindow(value);
      case REG_EOI -> endOfInterrupt(value & 0xff);
      default -> {
        // Writes elsewhere are dropped.
      }
    }
  }

  private void writeWindow(int value) {
    int index = select - 0x10;
    if (select == 0) {
      id = value >>> 24 & 0xf;
    } else if (index >= 0 && index < 2 * PINS) {
      writeRedirection(index / 2, (index & 1) != 0, value);
    }
  }

  private void writeRedirection(int pin, boolean high, int value) {
    long old = redirection[pin];
    long entry =
        high
            ? old & 0xffff_ffffL | (long) value << 32
            : old & ~0xffff_ffffL | value & 0xffff_ffffL & ~READ_ONLY_BITS | old & READ_ONLY_BITS;
    if ((entry & LEVEL) == 0) {
      entry &= ~REMOTE_IRR;
    }
    redirection[pin] = entry;
    if ((entry & LEVEL) != 0 && (irr & 1 << pin) != 0) {
      service(pin);
    }
  }

  /** Stores struct kvm_ioapic_state. */
  public void save(ByteBuffer state, int at) {
    state.putLong(at, base).putInt(at + 8, select).putInt(at + 12, id);
    state.putInt(at + 16, irr & ~irrDelivered).putInt(at + 20, 0);
    for (int pin = 0; pin < PINS; pin++) {
      state.putLong(at + 24 + pin * Long.BYTES, redirection[pin]);
    }
  }

  /** Takes over a saved state and injects the pins that are high in it. */
  public void load(ByteBuffer state, int at) {
    base = state.getLong(at);
    select = state.getInt(at + 8);
    id = state.getInt(at + 12);
    int pending = state.getInt(at + 16);
    for (int pin = 0; pin < PINS; pin++) {
      redirection[pin] = state.getLong(at + 24 + pin * Long.BYTES);
    }
    irr = 0;
    irrDelivered = 0;
    for (int pin = 0; pin < PINS; pin++) {
      if ((pending & 1 << pin) != 0) {
        set(pin, true);
      }
    }
  }
}
