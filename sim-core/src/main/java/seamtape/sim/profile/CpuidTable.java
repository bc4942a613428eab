package seamtape.sim.profile;

import java.util.List;

/** An immutable list of CPUID entries, as KVM hands out. */
public final class CpuidTable {
  private final List<CpuidEntry> entries;

  CpuidTable(List<CpuidEntry> entries) {
    this.entries = List.copyOf(entries);
  }

  public List<CpuidEntry> entries() {
    return entries;
  }

  /** A register (0 to 3: eax, ebx, ecx, edx) of a leaf; 0 without an entry. */
  public int register(int leaf, int subleaf, int register) {
    for (CpuidEntry entry : entries) {
      if (entry.answers(leaf, subleaf)) {
        return entry.register(register);
      }
    }
    return 0;
  }

  public boolean has(CpuFeature feature) {
    return (register(feature.leaf(), feature.subleaf(), feature.register()) >> feature.bit() & 1)
        != 0;
  }
}
