package seamtape.replayer.oracle;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;

/** Describes the exit in a mapped struct kvm_run as the oracle does, and answers it. */
final class OracleExit {
  private static final int MAX_DATA = 32;

  /** Bytes of one access to a port: the page that the data lies in. */
  private static final int MAX_PORT_BYTES = 4096;

  private static final int MMIO_DATA = 8;

  private final OracleMemory memory;
  private final long run;
  private final byte fill;

  /**
   * @param run address of the mapped struct
   * @param fill what every byte that a guest reads is
   */
  OracleExit(OracleMemory memory, long run, byte fill) {
    this.memory = memory;
    this.run = run;
    this.fill = fill;
  }

  private long u8(int at) {
    return memory.readNumber(run + at, 1);
  }

  private long u16(int at) {
    return memory.readNumber(run + at, 2);
  }

  private long u32(int at) {
    return memory.readNumber(run + at, 4);
  }

  private long u64(int at) {
    return memory.readNumber(run + at, 8);
  }

  private String hex64(int at) {
    return hex(u64(at));
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private KvmExit reason() {
    return KvmExit.byNumber(u32(8)).orElse(KvmExit.KVM_EXIT_UNKNOWN);
  }

  Map<String, Object> describe(long result) {
    Map<String, Object> exit = new LinkedHashMap<>();
    exit.put("ret", result < 0 ? -1L : result);
    if (result < 0) {
      exit.put("errno", Errno.text(result));
      exit.put("exit_reason", u32(8));
      return exit;
    }
    exit.put("exit_reason", u32(8));
    exit.put("exit", KvmExit.text(u32(8)));
    describeReason(exit);
    exit.put("ready_for_interrupt_injection", u8(12));
    exit.put("if_flag", u8(13));
    exit.put("flags", u16(14));
    exit.put("cr8", u64(16));
    exit.put("apic_base", hex64(24));
    return exit;
  }

  private void describeReason(Map<String, Object> exit) {
    switch (reason()) {
      case KVM_EXIT_IO -> io(exit);
      case KVM_EXIT_MMIO -> mmio(exit);
      case KVM_EXIT_X86_RDMSR, KVM_EXIT_X86_WRMSR -> {
        exit.put("reason", u32(40));
        exit.put("index", hex(u32(44)));
        exit.put("data", hex64(48));
        exit.put("error", u8(32));
      }
      case KVM_EXIT_DEBUG -> {
        exit.put("exception", u32(32));
        exit.put("pc", hex64(40));
        exit.put("dr6", hex64(48));
        exit.put("dr7", hex64(56));
      }
      case KVM_EXIT_INTERNAL_ERROR -> {
        exit.put("suberror", u32(32));
        exit.put("ndata", u32(36));
      }
      case KVM_EXIT_FAIL_ENTRY -> exit.put("hardware_entry_failure_reason", hex64(32));
      case KVM_EXIT_SYSTEM_EVENT -> exit.put("type", u32(32));
      default -> {
        // The other exits have no members that are compared.
      }
    }
  }

  private void io(Map<String, Object> exit) {
    boolean out = u8(32) == 1;
    exit.put("direction", out ? "out" : "in");
    exit.put("size", u8(33));
    exit.put("port", hex(u16(34)));
    exit.put("count", u32(36));
    exit.put("data_offset", u64(40));
    if (out) {
      int length = (int) Math.min(u8(33) * u32(36), MAX_DATA);
      exit.put("data", HexFormat.of().formatHex(memory.read(run + u64(40), length)));
    }
  }

  private void mmio(Map<String, Object> exit) {
    exit.put("phys_addr", hex64(32));
    exit.put("len", u32(48));
    exit.put("is_write", u8(52));
    if (u8(52) == 1) {
      exit.put(
          "data",
          HexFormat.of().formatHex(memory.read(run + 40, (int) Math.min(u32(48), MMIO_DATA))));
    }
  }

  /** Stores the answer; false when the run stops at this exit. */
  boolean answer() {
    switch (reason()) {
      case KVM_EXIT_IO -> {
        if (u8(32) == 0) {
          fill(run + u64(40), (int) Math.min(u8(33) * u32(36), MAX_PORT_BYTES));
        }
      }
      case KVM_EXIT_MMIO -> {
        if (u8(52) == 0) {
          fill(run + 40, MMIO_DATA);
        }
      }
      case KVM_EXIT_X86_RDMSR -> {
        memory.writeNumber(run + 48, 8, (fill & 0xffL) << 8 | fill & 0xff);
        memory.writeNumber(run + 32, 1, 0);
      }
      case KVM_EXIT_X86_WRMSR -> memory.writeNumber(run + 32, 1, 0);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void fill(long address, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, fill);
    memory.write(address, bytes);
  }
}
