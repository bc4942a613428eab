package seamtape.sim.kvm.sev;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.machine.Machine;
import seamtape.sim.kvm.ExitWriter;
import seamtape.sim.kvm.Limits;

/**
 * Page state changes of an SNP guest: every run of neighbouring entries of a kind goes to user
 * space as one KVM_HC_MAP_GPA_RANGE (snp_begin_psc); the guest sees in the buffer how far it came.
 */
final class PageStateChange {
  /** Most entries of a buffer. */
  static final int MAX_ENTRIES = 253;

  static final int BUFFER_BYTES = 8 + MAX_ENTRIES * Long.BYTES;
  static final int PRIVATE = 1;
  static final int SHARED = 2;

  static final long ERROR_GENERIC = 0x100L << 32;
  static final long ERROR_INVALID_HDR = 1L << 32 | 1;
  static final long ERROR_INVALID_ENTRY = 1L << 32 | 2;

  private static final int MAP_GPA_RANGE = 12;
  private static final long ENCRYPTED = 1 << 4;
  private static final long SIZE_2M = 1;
  private static final int PAGES_2M = 512;

  /** Of an entry: pages done 11:0, frame 51:12, operation 55:52, 2 MiB 56. */
  private record Entry(long word) {
    int done() {
      return (int) word & 0xfff;
    }

    long gfn() {
      return word >>> 12 & 0xff_ffff_ffffL;
    }

    int operation() {
      return (int) (word >>> 52) & 0xf;
    }

    boolean large() {
      return (word >>> 56 & 1) != 0;
    }

    int pages() {
      return large() ? PAGES_2M : 1;
    }
  }

  private final SevVm sev;
  private final ExitWriter exits;
  private final long[] arguments = new long[3];

  private ByteBuffer buffer;
  private int first;
  private int inFlight;

  /** What SW_EXITINFO2 becomes. */
  long result;

  PageStateChange(SevVm sev, ExitWriter exits) {
    this.sev = sev;
    this.exits = exits;
  }

  /** User space asked for these exits; without, no state changes. */
  boolean possible() {
    return (sev.vm.settings.exitingHypercalls >>> MAP_GPA_RANGE & 1) != 0;
  }

  /** The exit of a range. */
  void exit(long gfn, long pages, boolean toPrivate, boolean large) {
    arguments[0] = gfn << Limits.PAGE_SHIFT;
    arguments[1] = pages;
    arguments[2] = (toPrivate ? ENCRYPTED : 0) | (large ? SIZE_2M : 0);
    exits.hypercall(MAP_GPA_RANGE, arguments, true);
  }

  /** A buffer: header, then entries. */
  long begin(Scratch scratch) {
    buffer = ByteBuffer.wrap(scratch.bytes(), scratch.offset(), BUFFER_BYTES).slice();
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    return possible() ? next() : ends(ERROR_GENERIC);
  }

  private long ends(long value) {
    result = value;
    return Machine.IN_PROGRESS;
  }

  private Entry entry(int index) {
    return new Entry(buffer.getLong(8 + index * Long.BYTES));
  }

  private long next() {
    while (true) {
      int last = buffer.getShort(2) & 0xffff;
      if (last >= MAX_ENTRIES) {
        return ends(ERROR_INVALID_HDR);
      }
      int index = buffer.getShort(0) & 0xffff;
      while (index <= last && entry(index).done() == entry(index).pages() && placed(entry(index))) {
        buffer.putShort(0, (short) ++index);
      }
      if (index > last) {
        return ends(0);
      }
      Entry entry = entry(index);
      if (entry.done() > entry.pages() || !placed(entry)) {
        return ends(ERROR_INVALID_ENTRY);
      }
      if (range(index, last)) {
        return 0;
      }
      rangeDone();
    }
  }

  private static boolean placed(Entry entry) {
    return (entry.gfn() & entry.pages() - 1) == 0;
  }

  /** Takes neighbours of the same kind together; false for an operation without an effect. */
  private boolean range(int index, int last) {
    Entry start = entry(index);
    boolean large = start.large() && start.done() == 0;
    long pages = start.pages() - start.done();
    first = index;
    inFlight = 1;
    for (int i = index + 1; i <= last; i++) {
      Entry entry = entry(i);
      boolean neighbour = entry.gfn() == start.gfn() + pages && entry.done() == 0;
      if (!neighbour || entry.operation() != start.operation() || entry.large() != large) {
        break;
      }
      inFlight++;
      pages += entry.pages();
    }
    if (start.operation() != PRIVATE && start.operation() != SHARED) {
      return false;
    }
    exit(start.gfn() + start.done(), pages, start.operation() == PRIVATE, start.large());
    return true;
  }

  private void rangeDone() {
    for (int i = first; i < first + inFlight; i++) {
      Entry entry = entry(i);
      buffer.putLong(8 + i * Long.BYTES, entry.word() & ~0xfffL | entry.pages());
    }
    buffer.putShort(0, (short) (first + inFlight));
  }

  /** User space has answered; 0 where that leads to the next range. */
  long complete() {
    if (exits.hypercallResult() != 0) {
      return ends(ERROR_GENERIC);
    }
    rangeDone();
    return next();
  }
}
