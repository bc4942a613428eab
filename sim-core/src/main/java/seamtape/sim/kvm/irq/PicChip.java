package seamtape.sim.kvm.irq;

import java.nio.ByteBuffer;

/**
 * One i8259A of the pair. The fields are those of struct kvm_pic_state, in its order, one byte
 * each; priorities follow the chip's data sheet.
 */
final class PicChip {
  static final int STATE_SIZE = 16;
  private static final int PINS = 8;

  int lastIrr;
  int irr;
  int imr;
  int isr;
  int priorityAdd;
  int irqBase;
  boolean readIsr;
  boolean poll;
  boolean specialMask;
  int initState;
  boolean autoEoi;
  boolean rotateOnAutoEoi;
  boolean specialFullyNested;
  boolean init4;
  int elcr;
  final int elcrMask;

  PicChip(int elcrMask) {
    this.elcrMask = elcrMask;
  }

  /**
   * Sets the level of a pin.
   *
   * @return -1 masked, 0 coalesced, 1 taken
   */
  int setIrq(int pin, boolean level) {
    int mask = 1 << pin;
    boolean levelTriggered = (elcr & mask) != 0;
    boolean latches = level && (levelTriggered || (lastIrr & mask) == 0);
    int result = latches && (irr & mask) != 0 ? 0 : 1;
    if (latches) {
      irr |= mask;
    } else if (levelTriggered) {
      irr &= ~mask;
    }
    lastIrr = level ? lastIrr | mask : lastIrr & ~mask;
    return (imr & mask) != 0 ? -1 : result;
  }

  /** Highest priority of the pins in a mask: 0 is the highest, 8 means none. */
  private int priority(int mask) {
    for (int priority = 0; priority < PINS; priority++) {
      if ((mask & 1 << (priority + priorityAdd & 7)) != 0) {
        return priority;
      }
    }
    return PINS;
  }

  /** The pin to serve next, -1 for none. The slave's pin does not block the master when nested. */
  int pendingPin(boolean master) {
    int request = priority(irr & ~imr);
    if (request == PINS) {
      return -1;
    }
    int inService = specialMask ? isr & ~imr : isr;
    if (specialFullyNested && master) {
      inService &= ~(1 << Pic.CASCADE_PIN);
    }
    return request < priority(inService) ? request + priorityAdd & 7 : -1;
  }

  /** The CPU takes the interrupt of a pin. */
  void acknowledge(int pin) {
    isr |= 1 << pin;
    if ((elcr & 1 << pin) == 0) {
      irr &= ~(1 << pin);
    }
    if (autoEoi) {
      if (rotateOnAutoEoi) {
        priorityAdd = pin + 1 & 7;
      }
      isr &= ~(1 << pin);
    }
  }

  void write(int register, int value) {
    if (register == 0) {
      writeCommand(value);
    } else {
      writeData(value);
    }
  }

  private void writeCommand(int value) {
    if ((value & 0x10) != 0) {
      init4 = (value & 1) != 0;
      reset();
    } else if ((value & 0x08) != 0) {
      poll |= (value & 0x04) != 0;
      if ((value & 0x02) != 0) {
        readIsr = (value & 1) != 0;
      }
      if ((value & 0x40) != 0) {
        specialMask = (value & 0x20) != 0;
      }
    } else {
      endOfInterrupt(value >> 5, value & 7);
    }
  }

  /** ICW1: edges are forgotten, levels stay. */
  private void reset() {
    lastIrr = 0;
    irr &= elcr;
    imr = 0;
    priorityAdd = 0;
    specialMask = false;
    readIsr = false;
    if (!init4) {
      specialFullyNested = false;
      autoEoi = false;
    }
    initState = 1;
  }

  private void endOfInterrupt(int command, int pin) {
    switch (command) {
      case 0, 4 -> rotateOnAutoEoi = command == 4;
      case 1, 5 -> {
        int priority = priority(isr);
        if (priority != PINS) {
          int served = priority + priorityAdd & 7;
          priorityAdd = command == 5 ? served + 1 & 7 : priorityAdd;
          isr &= ~(1 << served);
        }
      }
      case 3 -> isr &= ~(1 << pin);
      case 6 -> priorityAdd = pin + 1 & 7;
      case 7 -> {
        isr &= ~(1 << pin);
        priorityAdd = pin + 1 & 7;
      }
      default -> {
        // Command 2 does nothing.
      }
    }
  }

  private void writeData(int value) {
    switch (initState) {
      case 0 -> imr = value;
      case 1 -> {
        irqBase = value & 0xf8;
        initState = 2;
      }
      case 2 -> initState = init4 ? 3 : 0;
      default -> {
        specialFullyNested = (value & 0x10) != 0;
        autoEoi = (value & 0x02) != 0;
        initState = 0;
      }
    }
  }

  int read(int register) {
    return register != 0 ? imr : readIsr ? isr : irr;
  }

  void save(ByteBuffer state, int at) {
    byte[] bytes = {
      (byte) lastIrr,
      (byte) irr,
      (byte) imr,
      (byte) isr,
      (byte) priorityAdd,
      (byte) irqBase,
      bit(readIsr),
      bit(poll),
      bit(specialMask),
      (byte) initState,
      bit(autoEoi),
      bit(rotateOnAutoEoi),
      bit(specialFullyNested),
      bit(init4),
      (byte) elcr,
      (byte) elcrMask
    };
    state.put(at, bytes);
  }

  private static byte bit(boolean value) {
    return (byte) (value ? 1 : 0);
  }

  /** Takes over a saved state; elcr_mask is the chip's own. */
  void load(ByteBuffer state, int at) {
    lastIrr = state.get(at) & 0xff;
    irr = state.get(at + 1) & 0xff;
    imr = state.get(at + 2) & 0xff;
    isr = state.get(at + 3) & 0xff;
    priorityAdd = state.get(at + 4) & 7;
    irqBase = state.get(at + 5) & 0xff;
    readIsr = state.get(at + 6) != 0;
    poll = state.get(at + 7) != 0;
    specialMask = state.get(at + 8) != 0;
    initState = state.get(at + 9) & 0xff;
    autoEoi = state.get(at + 10) != 0;
    rotateOnAutoEoi = state.get(at + 11) != 0;
    specialFullyNested = state.get(at + 12) != 0;
    init4 = state.get(at + 13) != 0;
    elcr = state.get(at + 14) & 0xff;
  }
}
