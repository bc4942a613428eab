package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.PamtPageType;
import seamtape.catalog.SeptEntryState;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdVcpuState;

/** What SEAMCALLs tell of one TD. */
public final class TdState {
  /** A page that the TD owns. */
  record Page(long hpa, int level, PamtPageType type, long event) {}

  /** An entry of the secure EPT that points to a page. */
  record Entry(long gpa, int level, long hpa, SeptEntryState state, boolean leaf, long event) {
    Entry in(SeptEntryState next, long when) {
      return new Entry(gpa, level, hpa, next, leaf, when);
    }
  }

  /** A vCPU of the TD, by its TDVPR. */
  static final class Vcpu {
    final long tdvpr;
    final long created;
    TdVcpuState state = TdVcpuState.VCPU_UNINITIALIZED;
    boolean associated;
    int pages = 1;
    long entries;

    Vcpu(long tdvpr, long created) {
      this.tdvpr = tdvpr;
      this.created = created;
    }
  }

  private final long tdr;
  private final long keyId;
  private final long created;
  private final Map<Long, Page> pages = new TreeMap<>();
  private final Map<Long, Entry> entries = new TreeMap<>();
  private final List<Vcpu> vcpus = new ArrayList<>();
  private final TdMeasurement measurement = new TdMeasurement();

  TdLifecycleState lifecycle = TdLifecycleState.TD_HKID_ASSIGNED;
  TdOpState opState = TdOpState.UNINITIALIZED;
  long tracked;

  TdState(long tdr, long keyId, long created) {
    this.tdr = tdr;
    this.keyId = keyId;
    this.created = created;
  }

  public long tdr() {
    return tdr;
  }

  /** The private key id; free again when the TD is in teardown. */
  public long keyId() {
    return keyId;
  }

  long created() {
    return created;
  }

  public TdLifecycleState lifecycle() {
    return lifecycle;
  }

  public TdOpState opState() {
    return opState;
  }

  /** Pages besides TDR, by host address. */
  Map<Long, Page> pages() {
    return pages;
  }

  /** Entries of the secure EPT that are in use, by guest address and level. */
  Map<Long, Entry> entries() {
    return entries;
  }

  List<Vcpu> vcpus() {
    return vcpus;
  }

  TdMeasurement measurement() {
    return measurement;
  }

  void own(long hpa, int level, PamtPageType type, long event) {
    pages.put(hpa, new Page(hpa, level, type, event));
  }

  Vcpu vcpu(long tdvpr) {
    return vcpus.stream().filter(vcpu -> vcpu.tdvpr == tdvpr).findFirst().orElse(null);
  }

  /** Entries are told apart by their mapping, GPA | level, as leaves take it. */
  static long key(long mapping) {
    return mapping & ~0xff8L;
  }
}
