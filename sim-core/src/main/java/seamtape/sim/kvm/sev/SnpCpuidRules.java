package seamtape.sim.kvm.sev;

import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.TextTable;
import seamtape.sim.profile.CpuidEntry;

/** What the firmware lets each leaf say: the rows of {@code cpuid-rules.txt}. */
final class SnpCpuidRules {
  static final SnpCpuidRules LOADED = new SnpCpuidRules();

  /** Bits of family, model and stepping. */
  private static final int SIGNATURE = 0x0fff_0fff;

  private static final int X87_AND_SSE = 3;
  private static final int LEGACY_AREA = 0x240;
  private static final long AVX = 1 << 2;
  private static final long MPK = 1 << 9;
  private static final long CET_U = 1 << 11;
  private static final long CET_S = 1 << 12;

  /** 0x8000001f EBX: the C-bit is the host's, 11:6 are free, at most so many VMPLs. */
  private static final int C_BIT = 0x3f;

  private static final int REDUCTION = 0xfc0;
  private static final int VMPLS = 0xf000;

  private static final Row ABSENT = new Row(new String[] {"", "", "zero", "zero", "zero", "zero"});

  private final Map<Long, Row> rows = new TreeMap<>();

  private SnpCpuidRules() {
    for (String[] words : TextTable.rows(SnpCpuidRules.class, "cpuid-rules.txt")) {
      rows.put(key(TextTable.u32(words[0]), TextTable.u32(words[1])), new Row(words));
    }
  }

  private static long key(int leaf, int subleaf) {
    return (long) leaf << 32 | subleaf & 0xffff_ffffL;
  }

  /** The rules of a leaf; those of one that there is not want it all 0. */
  Row row(int leaf, int subleaf) {
    return rows.getOrDefault(key(leaf, subleaf), ABSENT);
  }

  /** The rules of one leaf. */
  static final class Row {
    private final String[] names = new String[4];
    private final int[] free = new int[4];

    private Row(String[] words) {
      for (int i = 0; i < names.length; i++) {
        String[] rule = words[2 + i].split("/");
        names[i] = rule[0];
        free[i] = rule.length > 1 ? TextTable.u32(rule[1]) : 0;
      }
    }

    /** What a register may say, closest to what it was asked to say. */
    int allowed(int register, int asked, CpuidEntry cpu, long xcr0, long xss) {
      int host = cpu.register(register);
      int left = asked & free[register];
      return switch (names[register]) {
        case "any" -> asked;
        case "is" -> host & ~free[register] | left;
        case "bits" -> asked & host & ~free[register] | left;
        case "max" -> least(asked, host);
        case "model" -> (newer(asked, host) ? host : asked) & SIGNATURE;
        case "bytes" -> parts(asked, host, Byte.SIZE);
        case "words" -> parts(asked, host, Short.SIZE);
        case "features" -> asked & host | X87_AND_SSE;
        case "user" -> userArea(xcr0);
        case "compacted" -> compactedArea(xcr0, xss);
        case "encryption" -> host & C_BIT | asked & REDUCTION | least(asked & VMPLS, host & VMPLS);
        case "zero" -> 0;
        default -> throw new IllegalStateException("no such rule: " + names[register]);
      };
    }

    private static int least(int a, int b) {
      return Integer.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private static int parts(int asked, int host, int bits) {
      int result = 0;
      int mask = (1 << bits) - 1;
      for (int shift = 0; shift < Integer.SIZE; shift += bits) {
        result |= least(asked >>> shift & mask, host >>> shift & mask) << shift;
      }
      return result;
    }

    /** Family, then model, then stepping. */
    private static boolean newer(int asked, int host) {
      int family = family(asked) - family(host);
      int model = model(asked) - model(host);
      int stepping = (asked & 0xf) - (host & 0xf);
      return family != 0 ? family > 0 : model != 0 ? model > 0 : stepping > 0;
    }

    private static int family(int signature) {
      return (signature >> 20 & 0xff) + (signature >> 8 & 0xf);
    }

    private static int model(int signature) {
      return (signature >> 16 & 0xf) << 4 | signature >> 4 & 0xf;
    }

    /** Size of the area that XCR0 asks for, on a CPU with AVX and protection keys. */
    private static int userArea(long xcr0) {
      if ((xcr0 & MPK) != 0) {
        return 0x988;
      }
      return (xcr0 & AVX) != 0 ? LEGACY_AREA + 0x100 : LEGACY_AREA;
    }

    private static int compactedArea(long xcr0, long xss) {
      int size = LEGACY_AREA;
      size += (xcr0 & AVX) != 0 ? 0x100 : 0;
      size += (xcr0 & MPK) != 0 ? 0x8 : 0;
      size += (xss & CET_U) != 0 ? 0x10 : 0;
      return size + ((xss & CET_S) != 0 ? 0x18 : 0);
    }
  }
}
