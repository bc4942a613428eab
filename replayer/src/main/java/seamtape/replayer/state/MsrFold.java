package seamtape.replayer.state;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;

/** The MSRs of one vCPU, by index, as KVM_SET_MSRS and KVM_GET_MSRS tell them. */
final class MsrFold {
  /** Bytes before the entries of struct kvm_msrs, and of one entry. */
  private static final int HEADER = 8;

  private static final int ENTRY = 16;
  private static final int DATA = 8;

  /** KVM takes at most this many (MAX_IO_MSRS). */
  private static final int MAX_ENTRIES = 256;

  /**
   * MSRs that read back as they were written: STAR, FMASK, PAT. Others mask, cut, canonicalize,
   * alias or move; a write leaves them unknown until they are read.
   */
  private static final Set<Integer> PLAIN = Set.of(0xc000_0081, 0xc000_0084, 0x277);

  /** Values that move by themselves: the TSC and what is derived from it, counters, the x2APIC. */
  private static boolean moves(int index) {
    return switch (index) {
      case 0x10, 0xe7, 0xe8, 0x6e0, 0x4000_0010, 0x4000_0020 -> true;
      default ->
          index >= 0x800 && index < 0x900
              || index >= 0x309 && index < 0x30d
              || index >= 0xc1 && index < 0xc9
              || index >= 0x4c1 && index < 0x4c9
              || index >= 0x4000_0000 && index < 0x4000_0200;
    };
  }

  private static final Set<KvmIoctl> TOUCHING =
      java.util.EnumSet.of(
          KvmIoctl.KVM_RUN,
          KvmIoctl.KVM_SET_SREGS,
          KvmIoctl.KVM_SET_SREGS2,
          KvmIoctl.KVM_SET_CPUID,
          KvmIoctl.KVM_SET_CPUID2,
          KvmIoctl.KVM_SET_LAPIC,
          KvmIoctl.KVM_SET_TSC_KHZ,
          KvmIoctl.KVM_SET_XCRS,
          KvmIoctl.KVM_SET_XSAVE,
          KvmIoctl.KVM_X86_SETUP_MCE,
          KvmIoctl.KVM_X86_SET_MCE,
          KvmIoctl.KVM_ENABLE_CAP,
          KvmIoctl.KVM_SET_NESTED_STATE,
          KvmIoctl.KVM_SET_DEVICE_ATTR,
          KvmIoctl.KVM_XEN_VCPU_SET_ATTR,
          KvmIoctl.KVM_SET_ONE_REG);

  private final Map<Integer, KnownMsr> byIndex = new TreeMap<>(Integer::compareUnsigned);

  /** By MSR index, ascending. */
  Map<Integer, KnownMsr> byIndex() {
    return byIndex;
  }

  /** True for calls after which MSRs may hold other values. */
  static boolean touchedBy(KvmIoctl call) {
    return TOUCHING.contains(call) || call == KvmIoctl.KVM_SET_MSRS;
  }

  MsrFold copy() {
    MsrFold copy = new MsrFold();
    copy.byIndex.putAll(byIndex);
    return copy;
  }

  void write(StateWriter to) {
    to.all(
        byIndex,
        (index, msr) -> {
          to.put(index.longValue());
          to.put(msr.event());
          to.call(msr.by());
          to.put(msr.known());
          to.put(msr.value());
        });
  }

  static MsrFold read(StateReader from) {
    MsrFold read = new MsrFold();
    from.all(
        () -> {
          int index = from.integer();
          long event = from.number();
          KvmIoctl by = from.call(KvmIoctl.class);
          read.byIndex.put(index, new KnownMsr(event, by, from.flag(), from.number()));
        });
    return read;
  }

  /** True when something was known, and is not any more. */
  boolean touch(long event, KvmIoctl by) {
    boolean lost = false;
    for (Map.Entry<Integer, KnownMsr> msr : byIndex.entrySet()) {
      if (msr.getValue().known()) {
        msr.setValue(new KnownMsr(event, by, false, 0));
        lost = true;
      }
    }
    return lost;
  }

  /** A KVM_GET_MSRS or KVM_SET_MSRS that got through its first entries. */
  void apply(Event enter, Event returned) {
    boolean set = enter.call == KvmIoctl.KVM_SET_MSRS;
    StructBytes in = StructBytes.of(enter);
    StructBytes out = StructBytes.of(returned);
    long done = Math.min(Math.max(returned.fields[0], 0), MAX_ENTRIES);
    for (int i = 0; i < done; i++) {
      long at = HEADER + (long) i * ENTRY;
      OptionalLong index = either(in.number(at, 4), out.number(at, 4));
      OptionalLong data = set ? in.number(at + DATA, 8) : out.number(at + DATA, 8);
      if (index.isPresent()) {
        note((int) index.getAsLong(), data, set, enter);
      }
    }
  }

  private void note(int index, OptionalLong data, boolean set, Event enter) {
    KvmIoctl by = (KvmIoctl) enter.call;
    boolean plain = PLAIN.contains(index);
    if (set && !plain) {
      touch(enter.number, by);
    }
    boolean known = data.isPresent() && !moves(index) && (!set || plain);
    byIndex.put(index, new KnownMsr(enter.number, by, known, data.orElse(0)));
  }

  private static OptionalLong either(OptionalLong first, OptionalLong second) {
    return first.isPresent() ? first : second;
  }
}
