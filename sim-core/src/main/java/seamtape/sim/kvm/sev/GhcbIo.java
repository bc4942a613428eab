package seamtape.sim.kvm.sev;

import seamtape.machine.Machine;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.kvm.ExitWriter;

/**
 * Port I/O and MMIO that a guest asks for with VMGEXIT: by the devices of the kernel, else by user
 * space, part by part. Data lie in the GHCB's registers, or in the scratch area that it names.
 */
final class GhcbIo {
  /** Bits of SW_EXITINFO1 of an IOIO exit: IN, string, and the size in bytes from bit 4. */
  static final int IN = 1;

  static final int STRING = 1 << 2;
  private static final int SIZE_SHIFT = 4;
  private static final int SIZE_MASK = 7;
  private static final int PORT_SHIFT = 16;

  /** KVM splits MMIO into accesses of at most this many bytes. */
  private static final int MMIO_FRAGMENT = 8;

  private final Ghcb ghcb;
  private final GuestBus bus;
  private final ExitWriter exits;
  private final Scratch scratch;
  private final GuestExit exit = new GuestExit();

  private boolean string;
  private int port;
  private int size;

  /** MMIO: guest physical address of the scratch area's beginning. */
  private long gpa;

  /** Bytes, or elements of a string, that are done, and how many there are. */
  private int done;

  private int total;

  GhcbIo(Ghcb ghcb, GuestBus bus, ExitWriter exits, Scratch scratch) {
    this.ghcb = ghcb;
    this.bus = bus;
    this.exits = exits;
    this.scratch = scratch;
  }

  GuestExit.Kind kind() {
    return exit.kind;
  }

  /**
   * io_interception of one element.
   *
   * @param rax what an OUT writes
   * @return IN_PROGRESS when it is done, 0 where user space does it
   */
  long port(long info, long rax) {
    begin(info, false, 1);
    if (exit.isIn) {
      return bus.pioIn(port, size, exit.data, 0) ? Machine.IN_PROGRESS : leavePort(1);
    }
    store(size, rax);
    return bus.pioOut(port, size, exit.data, 0) ? Machine.IN_PROGRESS : leavePort(1);
  }

  /** sev_es_string_io: INS or OUTS of elements in the scratch area. */
  long string(long info, int elements) {
    begin(info, true, elements);
    return nextElements();
  }

  int elementSize(long info) {
    return (int) info >>> SIZE_SHIFT & SIZE_MASK;
  }

  private void begin(long info, boolean isString, int elements) {
    string = isString;
    size = elementSize(info);
    port = (int) info >>> PORT_SHIFT & 0xffff;
    exit.kind = GuestExit.Kind.IO;
    exit.isIn = (info & IN) != 0;
    exit.port = port;
    exit.size = size;
    done = 0;
    total = elements;
  }

  private long leavePort(int elements) {
    exit.count = elements;
    exits.io(exit);
    return 0;
  }

  private long nextElements() {
    while (done < total) {
      byte[] data = scratch.bytes();
      int at = scratch.offset() + done * size;
      boolean served =
          exit.isIn ? bus.pioIn(port, size, data, at) : bus.pioOut(port, size, data, at);
      if (!served) {
        int elements = Math.min(total - done, GuestExit.MAX_IO_BYTES / size);
        if (!exit.isIn) {
          System.arraycopy(data, at, exit.data, 0, elements * size);
        }
        return leavePort(elements);
      }
      done++;
    }
    scratch.sync(exit.isIn);
    return Machine.IN_PROGRESS;
  }

  /** What RAX becomes by an IN: below 4 bytes its upper part stays. */
  long value(long rax) {
    long mask = -1L >>> Long.SIZE - 8 * size;
    return size < 4 ? rax & ~mask | load(size) : load(size);
  }

  /** True where the IN of one element gave a value for RAX. */
  boolean gaveValue() {
    return exit.kind == GuestExit.Kind.IO && exit.isIn && !string;
  }

  /** kvm_sev_es_mmio_read and _write: {@code length} bytes at {@code address}. */
  long mmio(long address, int length, boolean write) {
    exit.kind = GuestExit.Kind.MMIO;
    exit.isWrite = write;
    gpa = address;
    done = 0;
    total = length;
    return nextFragment();
  }

  private long nextFragment() {
    while (done < total) {
      exit.gpa = gpa + done;
      exit.length = Math.min(total - done, MMIO_FRAGMENT);
      byte[] data = scratch.bytes();
      int at = scratch.offset() + done;
      boolean served =
          exit.isWrite
              ? bus.mmioWrite(exit.gpa, exit.length, data, at)
              : bus.mmioRead(exit.gpa, exit.length, data, at);
      if (!served) {
        System.arraycopy(data, at, exit.data, 0, exit.isWrite ? exit.length : 0);
        exits.mmio(exit);
        return 0;
      }
      done += exit.length;
    }
    scratch.sync(!exit.isWrite);
    return Machine.IN_PROGRESS;
  }

  /** User space has answered; 0 where that leads to the next exit. */
  long complete() {
    exits.answer(exit);
    if (exit.kind == GuestExit.Kind.MMIO) {
      if (!exit.isWrite) {
        System.arraycopy(exit.data, 0, scratch.bytes(), scratch.offset() + done, exit.length);
      }
      done += exit.length;
      return nextFragment();
    }
    if (!string) {
      return Machine.IN_PROGRESS;
    }
    if (exit.isIn) {
      int at = scratch.offset() + done * size;
      System.arraycopy(exit.data, 0, scratch.bytes(), at, exit.count * size);
    }
    done += exit.count;
    return nextElements();
  }

  private void store(int bytes, long value) {
    for (int i = 0; i < bytes; i++) {
      exit.data[i] = (byte) (value >>> 8 * i);
    }
  }

  private long load(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (exit.data[i] & 0xffL) << 8 * i;
    }
    return value;
  }
}
