package seamtape.recorder;

import java.util.Arrays;
import seamtape.catalog.KvmExit;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Event;
import seamtape.machine.UserMemory;

/**
 * One vCPU's mapped struct kvm_run as the recording sees it: what the VMM changed since the last
 * exit goes into the enter event of KVM_RUN, what the exit filled into its return event.
 */
final class RunPage {
  private static final StructLayout KVM_RUN = Structs.of("kvm_run");
  private static final int EXIT_REASON = 8;
  private static final int UNION = 32;
  private static final int IO_DIRECTION = 32;
  private static final int IO_SIZE = 33;
  private static final int IO_COUNT = 36;
  private static final int IO_DATA_OFFSET = 40;
  private static final int INTERNAL_NDATA = 36;
  private static final int OUT = 1;

  /** Changes nearer than this are one piece: a piece costs two bytes of its own. */
  private static final int JOIN = 4;

  /**
   * The pages of struct kvm_run and of the I/O data; the coalesced ring is not the VMM's to write.
   */
  private static final int PAGES = 2;

  /** Exit members by reason: bytes of the union; read once, the hot path looks up by number. */
  private static final int[] MEMBER_BYTES = memberBytes();

  private final UserMemory memory;
  private final long address;
  private final byte[][] seen = new byte[PAGES][UserMemory.PAGE_SIZE];

  RunPage(UserMemory memory, long address) {
    this.memory = memory;
    this.address = address;
    remember();
  }

  long address() {
    return address;
  }

  private static int[] memberBytes() {
    int[] bytes = new int[64];
    for (KvmExit exit : KvmExit.values()) {
      bytes[exit.number()] = KVM_RUN.field(exit.member()).map(StructField::size).orElse(0);
    }
    return bytes;
  }

  /** Adds what the VMM wrote since the last exit. */
  void changes(Event enter) {
    for (int index = 0; index < PAGES; index++) {
      byte[] page = memory.page(address + (long) index * UserMemory.PAGE_SIZE);
      if (page != null) {
        changes(enter, page, seen[index], index * UserMemory.PAGE_SIZE);
      }
    }
  }

  private static void changes(Event enter, byte[] now, byte[] before, int base) {
    int at = Arrays.mismatch(now, before);
    while (at >= 0) {
      int end = at + 1;
      for (int i = end; i < now.length && i < end + JOIN; i++) {
        if (now[i] != before[i]) {
          end = i + 1;
        }
      }
      enter.copy(base + at, now, at, end - at);
      int next = Arrays.mismatch(now, end, now.length, before, end, before.length);
      at = next < 0 ? -1 : end + next;
    }
  }

  /** Adds exit reason and exit data, and remembers the pages as the kernel left them. */
  void exit(Event returns) {
    byte[] run = memory.page(address);
    if (run == null) {
      returns.fields[1] = -1;
      return;
    }
    int reason = (int) number(run, EXIT_REASON, 4);
    returns.fields[1] = reason;
    if (returns.fields[0] == 0) {
      returns.copy(EXIT_REASON, run, EXIT_REASON, UNION - EXIT_REASON);
      int length = unionBytes(run, reason);
      if (length > 0) {
        returns.copy(UNION, run, UNION, length);
      }
      if (reason == KvmExit.KVM_EXIT_IO.number() && run[IO_DIRECTION] == OUT) {
        ioData(returns, run);
      }
    }
    remember();
  }

  private static int unionBytes(byte[] run, int reason) {
    if (reason < 0 || reason >= MEMBER_BYTES.length) {
      return 0;
    }
    if (reason == KvmExit.KVM_EXIT_INTERNAL_ERROR.number()) {
      int ndata = (int) Math.min(number(run, INTERNAL_NDATA, 4), 16);
      return 8 + ndata * 8;
    }
    return MEMBER_BYTES[reason];
  }

  private void ioData(Event returns, byte[] run) {
    long offset = number(run, IO_DATA_OFFSET, 8);
    long length = (run[IO_SIZE] & 0xffL) * number(run, IO_COUNT, 4);
    byte[] page = memory.page(address + offset);
    int inPage = (int) (offset & (UserMemory.PAGE_SIZE - 1));
    if (page != null && length <= UserMemory.PAGE_SIZE - inPage) {
      returns.copy(offset, page, inPage, (int) length);
    }
  }

  private void remember() {
    for (int index = 0; index < PAGES; index++) {
      byte[] page = memory.page(address + (long) index * UserMemory.PAGE_SIZE);
      if (page != null) {
        System.arraycopy(page, 0, seen[index], 0, page.length);
      }
    }
  }

  private static long number(byte[] bytes, int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }
}
