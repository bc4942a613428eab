package seamtape.recorder;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.KvmExit;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Event;
import seamtape.machine.UserMemory;

/**
 * One vCPU's mapped struct kvm_run as the recording sees it: what the VMM changed since the last
 * exit goes into the enter event of KVM_RUN, what the exit filled into its return event. Looks only
 * at what KVM_RUN reads: the header and the union, the register copies while they are in use, and
 * the data of an IN that waits for it.
 */
final class RunPage {
  private static final VarHandle U32 = view(int[].class);
  private static final VarHandle U64 = view(long[].class);
  private static final StructLayout KVM_RUN = Structs.of("kvm_run");
  private static final int SIZE = KVM_RUN.size();
  private static final int EXIT_REASON = 8;
  private static final int UNION = 32;
  private static final int IO_DIRECTION = 32;
  private static final int IO_SIZE = 33;
  private static final int IO_COUNT = 36;
  private static final int IO_DATA_OFFSET = 40;
  private static final int INTERNAL_NDATA = 36;
  private static final int VALID_REGS = 288;
  private static final int DIRTY_REGS = 296;
  private static final int OUT = 1;
  private static final int IO_REASON = KvmExit.KVM_EXIT_IO.number();
  private static final int INTERNAL_ERROR = KvmExit.KVM_EXIT_INTERNAL_ERROR.number();

  /** Header, union, and which register copies are in use: what every KVM_RUN reads or writes. */
  private static final int WITHOUT_REGS = 304;

  /** Changes nearer than this are one piece: a piece costs two bytes of its own. */
  private static final int JOIN = 4;

  /** Exit members by reason: bytes of the union; read once, the hot path looks up by number. */
  private static final int[] MEMBER_BYTES = memberBytes();

  private final UserMemory memory;
  private final long address;

  /** The page as the kernel left it and the VMM has told of it. */
  private final byte[] seen = new byte[UserMemory.PAGE_SIZE];

  /** The same of the I/O data that the VMM is to answer, at its offset in its page. */
  private final byte[] seenData = new byte[UserMemory.PAGE_SIZE];

  /** How much of the page counts. */
  private int length = WITHOUT_REGS;

  /** Offset from the start of struct kvm_run, and length, of the data to be answered. */
  private long dataOffset;

  private int dataLength;

  RunPage(UserMemory memory, long address) {
    this.memory = memory;
    this.address = address;
    byte[] run = memory.page(address);
    if (run != null) {
      System.arraycopy(run, 0, seen, 0, run.length);
      rememberData(run);
    }
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
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

  /** True where {@link #changes} has told of a store at an address. */
  boolean covers(long at, int bytes) {
    long offset = at - address;
    long end = offset + bytes;
    return offset >= 0 && end <= length
        || offset >= dataOffset && end <= dataOffset + dataLength && dataLength > 0;
  }

  /** Adds what the VMM wrote since the last exit, and no KVM_RUN has told of. */
  void changes(Event enter) {
    byte[] run = memory.page(address);
    if (run == null) {
      return;
    }
    length = regsInUse(run) ? SIZE : WITHOUT_REGS;
    changes(enter, run, seen, 0, 0, length);
    if (dataLength > 0) {
      byte[] page = memory.page(address + dataOffset);
      int inPage = inPage(dataOffset);
      if (page != null) {
        changes(enter, page, seenData, dataOffset - inPage, inPage, inPage + dataLength);
      }
    }
  }

  private static boolean regsInUse(byte[] run) {
    return ((long) U64.get(run, VALID_REGS) | (long) U64.get(run, DIRTY_REGS)) != 0;
  }

  private static void changes(Event enter, byte[] now, byte[] before, long base, int from, int to) {
    int next = Arrays.mismatch(now, from, to, before, from, to);
    int at = from;
    while (next >= 0) {
      at += next;
      int end = at + 1;
      for (int i = end; i < to && i < end + JOIN; i++) {
        if (now[i] != before[i]) {
          end = i + 1;
        }
      }
      enter.copy(base + at, now, at, end - at);
      System.arraycopy(now, at, before, at, end - at);
      next = Arrays.mismatch(now, end, to, before, end, to);
      at = end;
    }
  }

  /** Adds exit reason and exit data, and remembers them as the kernel left them. */
  void exit(Event returns) {
    byte[] run = memory.page(address);
    if (run == null) {
      returns.fields[1] = -1;
      return;
    }
    int reason = (int) U32.get(run, EXIT_REASON);
    returns.fields[1] = reason;
    if (returns.fields[0] == 0) {
      int told = UNION - EXIT_REASON + unionBytes(run, reason);
      returns.copy(EXIT_REASON, run, EXIT_REASON, told);
      if (reason == IO_REASON && run[IO_DIRECTION] == OUT) {
        outData(returns, run);
      }
    }
    System.arraycopy(run, 0, seen, 0, regsInUse(run) ? SIZE : WITHOUT_REGS);
    rememberData(run);
  }

  private static int unionBytes(byte[] run, int reason) {
    if (reason < 0 || reason >= MEMBER_BYTES.length) {
      return 0;
    }
    if (reason == INTERNAL_ERROR) {
      long ndata = Integer.toUnsignedLong((int) U32.get(run, INTERNAL_NDATA));
      return 8 + (int) Math.min(ndata, 16) * 8;
    }
    return MEMBER_BYTES[reason];
  }

  private void outData(Event returns, byte[] run) {
    long offset = (long) U64.get(run, IO_DATA_OFFSET);
    long bytes = ioBytes(run);
    byte[] page = memory.page(address + offset);
    int inPage = inPage(offset);
    if (page != null && bytes <= UserMemory.PAGE_SIZE - inPage) {
      returns.copy(offset, page, inPage, (int) bytes);
    }
  }

  private void rememberData(byte[] run) {
    dataLength = 0;
    if ((int) U32.get(run, EXIT_REASON) != IO_REASON || run[IO_DIRECTION] == OUT) {
      return;
    }
    dataOffset = (long) U64.get(run, IO_DATA_OFFSET);
    int inPage = inPage(dataOffset);
    long bytes = ioBytes(run);
    byte[] page = memory.page(address + dataOffset);
    if (page != null && bytes <= UserMemory.PAGE_SIZE - inPage) {
      dataLength = (int) bytes;
      System.arraycopy(page, inPage, seenData, inPage, dataLength);
    }
  }

  private static long ioBytes(byte[] run) {
    return (run[IO_SIZE] & 0xffL) * Integer.toUnsignedLong((int) U32.get(run, IO_COUNT));
  }

  private static int inPage(long offset) {
    return (int) offset & (UserMemory.PAGE_SIZE - 1);
  }
}
