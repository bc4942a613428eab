package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.Format;
import seamtape.catalog.PamtPageType;
import seamtape.catalog.SeptEntryState;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdVcpuState;

/** What SEAMCALLs tell of one TD. */
public final class TdState {
  /** A page that the TD owns. */
  record Page(long hpa, int level, PamtPageType type, long event) {
    void write(StateWriter to) {
      to.put(hpa);
      to.put(level);
      to.constant(type);
      to.put(event);
    }

    static Page read(StateReader from) {
      return new Page(
          from.number(), from.integer(), from.constant(PamtPageType.class), from.number());
    }
  }

  /** An entry of the secure EPT that points to a page. */
  record Entry(long gpa, int level, long hpa, SeptEntryState state, boolean leaf, long event) {
    Entry in(SeptEntryState next, long when) {
      return new Entry(gpa, level, hpa, next, leaf, when);
    }

    void write(StateWriter to) {
      to.put(gpa);
      to.put(level);
      to.put(hpa);
      to.constant(state);
      to.put(leaf);
      to.put(event);
    }

    static Entry read(StateReader from) {
      long gpa = from.number();
      int level = from.integer();
      long hpa = from.number();
      SeptEntryState state = from.constant(SeptEntryState.class);
      return new Entry(gpa, level, hpa, state, from.flag(), from.number());
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

    Vcpu copy() {
      Vcpu copy = new Vcpu(tdvpr, created);
      copy.state = state;
      copy.associated = associated;
      copy.pages = pages;
      copy.entries = entries;
      return copy;
    }

    void write(StateWriter to) {
      to.put(tdvpr);
      to.put(created);
      to.constant(state);
      to.put(associated);
      to.put(pages);
      to.put(entries);
    }

    static Vcpu read(StateReader from) {
      Vcpu read = new Vcpu(from.number(), from.number());
      read.state = from.constant(TdVcpuState.class);
      read.associated = from.flag();
      read.pages = from.integer();
      read.entries = from.number();
      return read;
    }
  }

  private final long tdr;
  private final long keyId;
  private final long created;
  private final TreeMap<Long, Page> pages;
  private final TreeMap<Long, Entry> entries;
  private final List<Vcpu> vcpus = new ArrayList<>();
  private final TdMeasurement measurement;
  private final Touched touched;

  TdLifecycleState lifecycle = TdLifecycleState.TD_HKID_ASSIGNED;
  TdOpState opState = TdOpState.UNINITIALIZED;
  long tracked;

  /**
   * @param touched told what changes
   */
  TdState(long tdr, long keyId, long created, Touched touched) {
    this.tdr = tdr;
    this.keyId = keyId;
    this.created = created;
    this.touched = touched;
    pages = new TreeMap<>();
    entries = new TreeMap<>();
    measurement = new TdMeasurement();
  }

  private TdState(StateReader from, Touched touched) {
    this.touched = touched;
    tdr = from.number();
    keyId = from.number();
    created = from.number();
    pages = new TreeMap<>();
    entries = new TreeMap<>();
    from.all(() -> Page.read(from), page -> pages.put(page.hpa(), page));
    from.all(() -> Entry.read(from), entry -> entries.put(key(entry.gpa() | entry.level()), entry));
    from.all(() -> Vcpu.read(from), vcpus::add);
    measurement = TdMeasurement.read(from);
    lifecycle = from.constant(TdLifecycleState.class);
    opState = from.constant(TdOpState.class);
    tracked = from.number();
  }

  static TdState read(StateReader from, Touched touched) {
    return new TdState(from, touched);
  }

  void write(StateWriter to) {
    to.put(tdr);
    to.put(keyId);
    to.put(created);
    to.all(pages.values(), page -> page.write(to));
    to.all(entries.values(), entry -> entry.write(to));
    to.all(vcpus, vcpu -> vcpu.write(to));
    measurement.write(to);
    to.constant(lifecycle);
    to.constant(opState);
    to.put(tracked);
  }

  private TdState(TdState other, Touched touched) {
    tdr = other.tdr;
    keyId = other.keyId;
    created = other.created;
    this.touched = touched;
    pages = new TreeMap<>(other.pages);
    entries = new TreeMap<>(other.entries);
    measurement = other.measurement.copy();
    other.vcpus.forEach(vcpu -> vcpus.add(vcpu.copy()));
    lifecycle = other.lifecycle;
    opState = other.opState;
    tracked = other.tracked;
  }

  TdState copy(Touched newTouched) {
    return new TdState(this, newTouched);
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
    return Collections.unmodifiableMap(pages);
  }

  /** Entries of the secure EPT that are in use, by guest address and level. */
  Map<Long, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  List<Vcpu> vcpus() {
    return vcpus;
  }

  TdMeasurement measurement() {
    return measurement;
  }

  void own(long hpa, int level, PamtPageType type, long event) {
    pages.put(hpa, new Page(hpa, level, type, event));
    touched.add(StatePart.Kind.PAGE, tdr, hpa);
  }

  void disown(long hpa) {
    if (pages.remove(hpa) != null) {
      touched.add(StatePart.Kind.PAGE, tdr, hpa);
    }
  }

  /** The entry becomes another; one that points nowhere stays away. */
  void map(Entry entry) {
    long key = key(entry.gpa() | entry.level());
    entries.put(key, entry);
    touched.add(StatePart.Kind.SEPT, tdr, key);
  }

  /** The entry that was there; null without one. */
  Entry unmap(long key) {
    touched.add(StatePart.Kind.SEPT, tdr, key);
    return entries.remove(key);
  }

  Vcpu vcpu(long tdvpr) {
    return vcpus.stream().filter(vcpu -> vcpu.tdvpr == tdvpr).findFirst().orElse(null);
  }

  /** Entries are told apart by their mapping, GPA | level, as leaves take it. */
  static long key(long mapping) {
    return mapping & ~0xff8L;
  }

  /** What documents call an entry: {@code 0x1000 level 0}. */
  static String name(long gpa, int level) {
    return Format.HEX.value(gpa) + " level " + level;
  }

  /**
   * The key that has a name.
   *
   * @throws NumberFormatException for what is none
   */
  static long key(String name) {
    int space = name.indexOf(' ');
    int level = Integer.parseInt(name.substring(name.lastIndexOf(' ') + 1));
    return Long.decode(space < 0 ? name : name.substring(0, space)) | level;
  }
}
