package seamtape.sim.kvm.irq;

import java.nio.ByteBuffer;

/** The pair of i8259As in the kernel: ports 0x20, 0x21, 0xa0, 0xa1, 0x4d0 and 0x4d1. */
public final class Pic {
  static final int CASCADE_PIN = 2;
  private static final int PINS = 16;

  /** The pin that a spurious interrupt reports. */
  private static final int SPURIOUS_PIN = 7;

  private final PicChip master = new PicChip(0xf8);
  private final PicChip slave = new PicChip(0xde);
  private final LineStates lines = new LineStates(PINS);
  private boolean output;

  /** True while a vector waits for the CPU. */
  public boolean output() {
    return output;
  }

  /** Sets the level of a pin (0 to 15) by one source: -1 masked, 0 coalesced, 1 taken. */
  public int setIrq(int pin, int source, boolean level) {
    PicChip chip = pin < 8 ? master : slave;
    int result = chip.setIrq(pin & 7, lines.set(pin, source, level));
    update();
    return result;
  }

  private void update() {
    int pin = slave.pendingPin(false);
    if (pin >= 0) {
      master.setIrq(CASCADE_PIN, true);
      master.setIrq(CASCADE_PIN, false);
    }
    output = master.pendingPin(true) >= 0;
  }

  /** The CPU's acknowledge cycle: the vector. */
  public int acknowledge() {
    int pin = master.pendingPin(true);
    int vector;
    if (pin < 0) {
      vector = master.irqBase + SPURIOUS_PIN;
    } else {
      master.acknowledge(pin);
      vector = pin == CASCADE_PIN ? acknowledgeSlave() : master.irqBase + pin;
    }
    update();
    return vector;
  }

  private int acknowledgeSlave() {
    int pin = slave.pendingPin(false);
    if (pin < 0) {
      return slave.irqBase + SPURIOUS_PIN;
    }
    slave.acknowledge(pin);
    return slave.irqBase + pin;
  }

  public static boolean owns(int port) {
    return switch (port) {
      case 0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1 -> true;
      default -> false;
    };
  }

  public void write(int port, int value) {
    switch (port) {
      case 0x20, 0x21 -> master.write(port & 1, value);
      case 0xa0, 0xa1 -> slave.write(port & 1, value);
      case 0x4d0 -> master.elcr = value & master.elcrMask;
      default -> slave.elcr = value & slave.elcrMask;
    }
    update();
  }

  public int read(int port) {
    return switch (port) {
      case 0x20, 0x21 -> read(master, port);
      case 0xa0, 0xa1 -> read(slave, port);
      case 0x4d0 -> master.elcr;
      default -> slave.elcr;
    };
  }

  private int read(PicChip chip, int port) {
    if (!chip.poll) {
      return chip.read(port & 1);
    }
    chip.poll = false;
    int pin = chip.pendingPin(chip == master);
    if (pin < 0) {
      update();
      return SPURIOUS_PIN;
    }
    chip.acknowledge(pin);
    update();
    return 0x80 | pin;
  }

  /** Stores struct kvm_pic_state of chip 0 or 1. */
  public void save(int chip, ByteBuffer state, int at) {
    (chip == 0 ? master : slave).save(state, at);
  }

  public void load(int chip, ByteBuffer state, int at) {
    (chip == 0 ? master : slave).load(state, at);
    update();
  }
}
