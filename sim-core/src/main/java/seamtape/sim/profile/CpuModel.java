package seamtape.sim.profile;

import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.TextTable;

/** A physical CPU of the simulated host: its CPUID and the facts that go with it. */
public final class CpuModel {
  private static final Map<String, CpuModel> BY_VENDOR = load();

  /** TSC frequency of both models in kHz. */
  private static final int TSC_KHZ = 2_000_000;

  /** Logical CPUs that are online. */
  private static final int ONLINE_CPUS = 8;

  private final String vendor;
  private final Map<Long, CpuidEntry> leaves = new TreeMap<>();

  private CpuModel(String vendor) {
    this.vendor = vendor;
  }

  /**
   * The model CPU of a vendor.
   *
   * @throws IllegalArgumentException for a vendor other than intel and amd
   */
  public static CpuModel of(String vendor) {
    CpuModel model = BY_VENDOR.get(vendor);
    if (model == null) {
      throw new IllegalArgumentException("no CPU of vendor " + vendor + ": use intel or amd");
    }
    return model;
  }

  public String vendor() {
    return vendor;
  }

  public boolean intel() {
    return vendor.equals("intel");
  }

  public int tscKhz() {
    return TSC_KHZ;
  }

  public int onlineCpus() {
    return ONLINE_CPUS;
  }

  /** CPUID on the bare host; all zero for a leaf it does not have. */
  public CpuidEntry cpuid(int leaf, int subleaf) {
    CpuidEntry entry = leaves.get(key(leaf, subleaf));
    return entry == null ? new CpuidEntry(leaf, subleaf, 0, 0, 0, 0, 0) : entry;
  }

  /** Linear address bits that the host can have: 57 with five-level paging. */
  public int linearBits() {
    return cpuid(0x8000_0008, 0).eax() >> 8 & 0xff;
  }

  public int physicalBits() {
    return cpuid(0x8000_0008, 0).eax() & 0xff;
  }

  private static long key(int leaf, int subleaf) {
    return (long) leaf << 32 | subleaf & 0xffff_ffffL;
  }

  private static Map<String, CpuModel> load() {
    Map<String, CpuModel> models = new TreeMap<>();
    for (String[] row : TextTable.rows(CpuModel.class, "cpuid.txt")) {
      CpuModel model = models.computeIfAbsent(row[0], CpuModel::new);
      int leaf = TextTable.u32(row[1]);
      int subleaf = TextTable.u32(row[2]);
      CpuidEntry entry =
          new CpuidEntry(
              leaf,
              subleaf,
              0,
              TextTable.u32(row[3]),
              TextTable.u32(row[4]),
              TextTable.u32(row[5]),
              TextTable.u32(row[6]));
      model.leaves.put(key(leaf, subleaf), entry);
    }
    return models;
  }
}
