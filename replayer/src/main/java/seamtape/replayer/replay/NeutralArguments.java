package seamtape.replayer.replay;

import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.machine.Machine;
import seamtape.machine.UserMemory;

/**
 * Arguments for calls that a log shows only as pointers: values that a kernel accepts and that
 * change as little as can be. A KVM_SET gets what the machine's own KVM_GET answers. What has no
 * such value is a "skip" row of the explanations and does not come here.
 */
final class NeutralArguments {
  /** Bytes mapped at an argument: the largest struct with a full array of CPUID entries. */
  static final int ROOM = 16 * 1024;

  private static final int MAX_ENTRIES = 256;
  private static final int MSR_IA32_SYSENTER_CS = 0x174;

  private final Driver driver;
  private int unique;

  NeutralArguments(Driver driver) {
    this.driver = driver;
  }

  /** Writes an argument for the call. */
  void prepare(KvmIoctl row, ReplayedCall call, Lookahead.Ending ending) {
    Event enter = call.enter;
    long arg = call.arg;
    clear(row, arg);
    boolean tooBig = ending != null && ending.ret() == Errno.E2BIG.result();
    switch (row) {
      case KVM_GET_MSR_INDEX_LIST,
          KVM_GET_MSR_FEATURE_INDEX_LIST,
          KVM_GET_SUPPORTED_CPUID,
          KVM_GET_EMULATED_CPUID,
          KVM_GET_CPUID2,
          KVM_GET_SUPPORTED_HV_CPUID ->
          number(arg, 4, tooBig ? 1 : MAX_ENTRIES);
      case KVM_GET_MSRS, KVM_SET_MSRS -> msrs(arg, ending);
      case KVM_X86_SETUP_MCE -> number(arg, 8, 10);
      case KVM_IOEVENTFD -> ioeventfd(enter, arg);
      case KVM_CREATE_DEVICE -> number(arg, 4, 4);
      case KVM_CREATE_GUEST_MEMFD -> number(arg, 8, UserMemory.PAGE_SIZE);
      case KVM_SET_SIGNAL_MASK -> number(arg, 4, 8);
      case KVM_GET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR -> number(arg + 16, 8, arg + 64);
      default -> fromGet(row, enter, arg);
    }
  }

  /** A logged array tells its length; an unlogged one has room for all. */
  void roomForArray(KvmIoctl row, ReplayedCall call, Lookahead.Ending ending) {
    boolean counts = row.writesArray() && !row.readsArray() && call.enter.copyCount() == 0;
    boolean succeeds = ending != null && ending.ret() >= 0;
    if (counts && succeeds) {
      number(call.arg, 4, MAX_ENTRIES);
    }
  }

  private void clear(KvmIoctl row, long arg) {
    StructLayout layout = Structs.of(row.struct());
    driver.vmm().memory().write(arg, new byte[layout.size()], 0, layout.size());
  }

  /** As many MSRs as the kernel handled, all of them one that every CPU has and nothing uses. */
  private void msrs(long arg, Lookahead.Ending ending) {
    int count = ending == null || ending.ret() < 1 ? 1 : (int) Math.min(ending.ret(), 255);
    number(arg, 4, count);
    for (int i = 0; i < count; i++) {
      number(arg + 8 + 16L * i, 4, MSR_IA32_SYSENTER_CS);
      number(arg + 8 + 16L * i + 8, 8, 0);
    }
  }

  /** A new eventfd on an address that no other one has. */
  private void ioeventfd(Event enter, long arg) {
    long fd = driver.vmm().unrecorded().eventfd(Actor.tid(enter.actor), 0, 0);
    number(arg + 8, 8, 0xfeb0_0000L + 8L * unique++);
    number(arg + 16, 4, 4);
    number(arg + 20, 4, fd);
  }

  private void fromGet(KvmIoctl row, Event enter, long arg) {
    if (!row.name().startsWith("KVM_SET_")) {
      return;
    }
    String getter = row.name().replace("KVM_SET_", "KVM_GET_");
    seamtape.catalog.Catalog.byName(getter)
        .filter(call -> call instanceof KvmIoctl get && get.struct().equals(row.struct()))
        .ifPresent(call -> ask((KvmIoctl) call, enter, arg));
  }

  private void ask(KvmIoctl get, Event enter, long arg) {
    driver
        .vmm()
        .unrecorded()
        .ioctl(
            Actor.tid(enter.actor),
            driver.fds().of(enter.fields[0]),
            get.number(),
            arg,
            Machine.DEFAULT_INSTRUCTIONS);
  }

  private void number(long address, int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >> (8 * i));
    }
    driver.vmm().memory().write(address, bytes, 0, size);
  }
}
