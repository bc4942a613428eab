package seamtape.sim.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.TextTable;

/**
 * Makes the table of KVM_GET_SUPPORTED_CPUID from the host's CPUID and the kernel's masks (resource
 * {@code kvm-cpuid.txt}), leaf by leaf as __do_cpuid_func.
 */
final class SupportedCpuid {
  private static final int EAX = 0;
  private static final int EBX = 1;
  private static final int ECX = 2;
  private static final int EDX = 3;

  /** FP, SSE, AVX, MPX, AVX-512 and PKRU; the AMX bits need a permission nobody asks for here. */
  private static final long KVM_SUPPORTED_XCR0 = 0x2ff;

  /** CET_U and CET_S. */
  private static final long KVM_SUPPORTED_XSS = 0x1800;

  /** Rows of masks by line, leaf, subleaf and register. */
  private static final Map<String, String[]> MASKS = masks();

  private final KernelLine line;
  private final CpuModel host;
  private final List<CpuidEntry> entries = new ArrayList<>();

  private SupportedCpuid(KernelLine line, CpuModel host) {
    this.line = line;
    this.host = host;
  }

  static CpuidTable of(KernelLine line, CpuModel host) {
    SupportedCpuid table = new SupportedCpuid(line, host);
    table.range(0, table.highestBasic());
    table.range(0x8000_0000, table.highestExtended());
    table.add(0x4000_0000, 0x4000_0001, 0x4b4d_564b, 0x564b_4d56, 0x4d);
    table.add(0x4000_0001, 0x0100_7efb, 0, 0, 0);
    return new CpuidTable(table.entries);
  }

  static CpuidTable emulated() {
    int movbe = 1 << 22;
    int rdpid = 1 << 22;
    return new CpuidTable(
        List.of(
            new CpuidEntry(0, 0, 0, 7, 0, 0, 0),
            new CpuidEntry(1, 0, 0, 0, 0, movbe, 0),
            new CpuidEntry(7, 0, CpuidEntry.SIGNIFCANT_INDEX, 0, 0, rdpid, 0)));
  }

  static long xcr0(CpuModel host) {
    return host.cpuid(0xd, 0).eax() & KVM_SUPPORTED_XCR0;
  }

  static long xss(KernelLine line, CpuModel host) {
    return line == KernelLine.V7_3 ? host.cpuid(0xd, 1).ecx() & KVM_SUPPORTED_XSS : 0;
  }

  private int highestBasic() {
    return Math.min(host.cpuid(0, 0).eax(), line == KernelLine.V6_2 ? 0x1f : 0x24);
  }

  private int highestExtended() {
    int limit = line == KernelLine.V6_2 ? 0x8000_0021 : 0x8000_0022;
    return Math.min(host.cpuid(0x8000_0000, 0).eax(), limit);
  }

  private void range(int first, int last) {
    for (int leaf = first; leaf <= last; leaf++) {
      if (leaf < 0) {
        extended(leaf);
      } else {
        basic(leaf);
      }
    }
  }

  private void basic(int leaf) {
    CpuidEntry cpu = host.cpuid(leaf, 0);
    switch (leaf) {
      case 0 -> add(0, highestBasic(), cpu.ebx(), cpu.ecx(), cpu.edx());
      case 1 -> add(1, cpu.eax(), cpu.ebx(), masked(1, 0, ECX), masked(1, 0, EDX));
      case 2 -> add(2, cpu.eax(), cpu.ebx(), cpu.ecx(), cpu.edx());
      case 4 -> caches(4);
      case 6 -> add(6, 4, 0, 0, 0);
      case 7 -> leaf7(cpu);
      case 0xa -> performance(cpu);
      case 0xb, 0x1f -> indexed(leaf, 0, 0, 0, 0, cpu.edx());
      case 0xd -> xsave();
      case 0x12, 0x14, 0x1d, 0x1e, 0x24, 0xf, 0x10, 0x17, 0x18 -> indexed(leaf, 0, 0, 0, 0, 0);
      default -> add(leaf, 0, 0, 0, 0);
    }
  }

  private void caches(int leaf) {
    int type;
    int index = 0;
    do {
      CpuidEntry cache = host.cpuid(leaf, index);
      indexed(leaf, index, cache.eax(), cache.ebx(), cache.ecx(), cache.edx());
      type = cache.eax() & 0x1f;
      index++;
    } while (type != 0);
  }

  private void leaf7(CpuidEntry cpu) {
    int subleaves = Math.min(cpu.eax(), 2);
    indexed(7, 0, subleaves, masked(7, 0, EBX), masked(7, 0, ECX), masked(7, 0, EDX));
    for (int i = 1; i <= subleaves; i++) {
      indexed(7, i, masked(7, i, EAX), masked(7, i, EBX), masked(7, i, ECX), masked(7, i, EDX));
    }
  }

  /** Version 2, up to 8 general and 3 fixed counters, with the host's widths. */
  private void performance(CpuidEntry cpu) {
    if ((cpu.eax() & 0xff) == 0) {
      add(0xa, 0, 0, 0, 0);
      return;
    }
    int version = Math.min(cpu.eax() & 0xff, 2);
    int counters = Math.min(cpu.eax() >> 8 & 0xff, 8);
    int eax = cpu.eax() & 0xffff_0000 | counters << 8 | version;
    int fixed = Math.min(cpu.edx() & 0x1f, 3);
    add(0xa, eax, cpu.ebx(), 0, cpu.edx() & 0x1fe0 | fixed | 1 << 15);
  }

  private void xsave() {
    long xcr0 = xcr0(host);
    long xss = xss(line, host);
    int size = standardSize(xcr0);
    indexed(0xd, 0, (int) xcr0, size, size, 0);
    int features = masked(0xd, 1, EAX);
    boolean compacted = (features & 0xa) != 0;
    indexed(0xd, 1, features, compacted ? compactedSize(xcr0 | xss) : 0, (int) xss, 0);
    for (int i = 2; i < 32; i++) {
      if (((xcr0 | xss) >> i & 1) != 0) {
        CpuidEntry cpu = host.cpuid(0xd, i);
        indexed(0xd, i, cpu.eax(), cpu.ebx(), cpu.ecx() & ~4, 0);
      }
    }
  }

  /** Bytes of an XSAVE area in standard format with these features. */
  private int standardSize(long features) {
    int size = 576;
    for (int i = 2; i < 32; i++) {
      if ((features >> i & 1) != 0) {
        CpuidEntry cpu = host.cpuid(0xd, i);
        size = Math.max(size, cpu.ebx() + cpu.eax());
      }
    }
    return size;
  }

  private int compactedSize(long features) {
    int size = 576;
    for (int i = 2; i < 32; i++) {
      if ((features >> i & 1) != 0) {
        CpuidEntry cpu = host.cpuid(0xd, i);
        boolean aligned = (cpu.ecx() & 2) != 0;
        size = (aligned ? size + 63 & -64 : size) + cpu.eax();
      }
    }
    return size;
  }

  private void extended(int leaf) {
    CpuidEntry cpu = host.cpuid(leaf, 0);
    switch (leaf) {
      case 0x8000_0000 -> add(leaf, highestExtended(), cpu.ebx(), cpu.ecx(), cpu.edx());
      case 0x8000_0001 ->
          add(leaf, cpu.eax(), cpu.ebx() & 0xf000_ffff, masked(leaf, 0, ECX), masked(leaf, 0, EDX));
      case 0x8000_0002, 0x8000_0003, 0x8000_0004, 0x8000_0005 ->
          add(leaf, cpu.eax(), cpu.ebx(), cpu.ecx(), cpu.edx());
      case 0x8000_0006 -> add(leaf, cpu.eax(), cpu.ebx(), cpu.ecx(), cpu.edx() & ~0x3_0000);
      case 0x8000_0007 -> add(leaf, 0, 0, 0, cpu.edx() & 0x100);
      case 0x8000_0008 -> add(leaf, addressSizes(cpu), masked(leaf, 0, EBX), cpu.ecx() & 0xf0ff, 0);
      case 0x8000_000a -> secureVirtualMachine(cpu);
      case 0x8000_0019 -> add(leaf, cpu.eax(), cpu.ebx(), 0, 0);
      case 0x8000_001a -> add(leaf, cpu.eax() & 7, 0, 0, 0);
      case 0x8000_001d -> caches(leaf);
      case 0x8000_001f -> add(leaf, masked(leaf, 0, EAX), cpu.ebx() & 0x3f, cpu.ecx(), cpu.edx());
      case 0x8000_0021 -> add(leaf, masked(leaf, 0, EAX), 0, masked(leaf, 0, ECX), 0);
      default -> add(leaf, 0, 0, 0, 0);
    }
  }

  /** Since 6.10 bits 23:16 give the guest physical bits beside the host's. */
  private int addressSizes(CpuidEntry cpu) {
    int physical = cpu.eax() & 0xff;
    int linear = Math.max(cpu.eax() >> 8 & 0xff, 48);
    int guest = line == KernelLine.V6_2 ? 0 : physical;
    return physical | linear << 8 | guest << 16;
  }

  /** The vendor module builds EDX itself. */
  private void secureVirtualMachine(CpuidEntry cpu) {
    if (host.intel()) {
      add(cpu.function(), 0, 0, 0, 0);
    } else {
      add(cpu.function(), 1, 8, 0, cpu.edx() & vendorRow(cpu.function(), 0, EDX));
    }
  }

  private int masked(int leaf, int subleaf, int register) {
    String[] row = row(line, leaf, subleaf, register);
    if (row == null) {
      return 0;
    }
    int cpu = host.cpuid(leaf, subleaf).register(register);
    int vendor = vendorRow(leaf, subleaf, register) & vendorBits(leaf, register);
    int kernel = TextTable.u32(row[7]);
    int value = cpu & (TextTable.u32(row[4]) | vendor | kernel) | TextTable.u32(row[6]);
    return leaf == 7 ? withoutSgx(subleaf, register, value) : value;
  }

  /** The vendor module's bits are known for the newest line only, and taken for all. */
  private static int vendorRow(int leaf, int subleaf, int register) {
    String[] row = row(KernelLine.V7_3, leaf, subleaf, register);
    return row == null ? 0 : TextTable.u32(row[5]);
  }

  /**
   * Of the bits left to the vendor module, those its default parameters offer: nested, PEBS,
   * WAITPKG, core counters, SEV and SEV-ES; neither MPX nor Intel PT (pt_mode=system) nor SME.
   */
  private static int vendorBits(int leaf, int register) {
    return switch (leaf) {
      case 7 -> register == EBX ? 0 : -1;
      case 0x8000_001f -> 0xa;
      default -> -1;
    };
  }

  /** CONFIG_X86_SGX_KVM is off: SGX and SGX_LC are never offered. */
  private static int withoutSgx(int subleaf, int register, int value) {
    if (subleaf != 0) {
      return value;
    }
    return switch (register) {
      case EBX -> value & ~(1 << CpuFeature.SGX.bit());
      case ECX -> value & ~(1 << CpuFeature.SGX_LC.bit());
      default -> value;
    };
  }

  private static String[] row(KernelLine line, int leaf, int subleaf, int register) {
    return MASKS.get(key(line.text(), leaf, subleaf, register));
  }

  private void add(int leaf, int eax, int ebx, int ecx, int edx) {
    entries.add(new CpuidEntry(leaf, 0, 0, eax, ebx, ecx, edx));
  }

  private void indexed(int leaf, int index, int eax, int ebx, int ecx, int edx) {
    int flags = CpuidEntry.SIGNIFCANT_INDEX;
    entries.add(new CpuidEntry(leaf, index, flags, eax, ebx, ecx, edx));
  }

  private static String key(String line, int leaf, int subleaf, int register) {
    return line + ' ' + Integer.toHexString(leaf) + ' ' + subleaf + ' ' + register;
  }

  private static Map<String, String[]> masks() {
    Map<String, String[]> masks = new TreeMap<>();
    List<String> registers = List.of("eax", "ebx", "ecx", "edx");
    for (String[] row : TextTable.rows(SupportedCpuid.class, "kvm-cpuid.txt")) {
      int leaf = TextTable.u32(row[1]);
      masks.put(key(row[0], leaf, TextTable.u32(row[2]), registers.indexOf(row[3])), row);
    }
    return masks;
  }
}
