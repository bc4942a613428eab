package seamtape.sim;

import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;

/** A guest that makes one hypercall in a chosen mode and tells by a port that it goes on. */
final class HypercallGuest {
  /** struct kvm_regs. */
  private static final List<String> REGS =
      List.of(
          "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9", "r10", "r11", "r12",
          "r13", "r14", "r15", "rip");

  private static final long CODE = 0x1000;
  private static final String VMCALL = "0f01c1";

  /** out 0x10, al; hlt. */
  private static final String GOES_ON = "e610f4";

  /** An eventfd is bound to this port of Xen's and this connection of Hyper-V's. */
  static final int PORT = 7;

  final CallLog log = new CallLog();
  final TestMachine m;
  private final List<String> setup;
  private final boolean wide;

  /**
   * @param words what is set up, see hypercall-cases.txt
   */
  HypercallGuest(List<String> words) {
    setup = words;
    wide = has("long") || has("user");
    m = new TestMachine(has("linux-6.2") ? "linux-6.2" : "linux-7.3", log).createVm();
    if (has("lapic")) {
      must(m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0));
    }
    m.addSlot(0, 0, 0, 0x1_0000, GUEST);
    m.memory.map(GUEST, 0x1_0000);
    m.addVcpu(VMCALL + GOES_ON);
    if (has("vcpu3")) {
      must(m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 3));
    }
    mode();
    capabilities();
    cpuid();
    xen();
    hyperv();
  }

  private boolean has(String word) {
    return setup.contains(word);
  }

  boolean wide() {
    return wide;
  }

  static void must(long result) {
    if (result < 0) {
      throw new AssertionError("failed with " + result);
    }
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long put(int fd, KvmIoctl row, ByteBuffer bytes) {
    m.store(ARG, bytes.array());
    return m.ioctl(fd, row, ARG);
  }

  /** Real mode, or flat protected mode, or 64-bit mode; no exception can be delivered. */
  private void mode() {
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    m.storeNumber(ARG + 208 + 8, 2, 0);
    if (has("prot") || wide) {
      int dpl = has("user") ? 3 : 0;
      for (int segment = 0; segment < 6; segment++) {
        long at = ARG + 24L * segment;
        int type = segment == 0 ? 11 : 3;
        m.storeNumber(at + 8, 4, 0xffff_ffffL);
        m.storeNumber(at + 12, 2, 8 | dpl);
        // type, present, dpl, db, s, l, g
        m.store(at + 14, (byte) type, (byte) 1, (byte) dpl, (byte) (wide ? 0 : 1));
        m.store(at + 18, (byte) 1, (byte) (wide && segment == 0 ? 1 : 0), (byte) 1);
      }
      m.storeNumber(ARG + 224, 8, wide ? 0x8000_0011L : 0x11);
    }
    if (wide) {
      m.storeNumber(GUEST + 0x4000, 8, 0x5007);
      m.storeNumber(GUEST + 0x5000, 8, 0x6007);
      m.storeNumber(GUEST + 0x6000, 8, 0x87);
      m.storeNumber(ARG + 240, 8, 0x4000);
      m.storeNumber(ARG + 248, 8, 0x20);
      m.storeNumber(ARG + 264, 8, 0x500);
    }
    must(m.ioctl(m.vcpu, KvmIoctl.KVM_SET_SREGS, ARG));
  }

  private void enable(int fd, KvmCapability cap, long arg) {
    must(put(fd, KvmIoctl.KVM_ENABLE_CAP, little(104).putInt(0, cap.number()).putLong(8, arg)));
  }

  private void capabilities() {
    if (has("map-exit")) {
      enable(m.vm, KvmCapability.KVM_CAP_EXIT_HYPERCALL, 1 << 12);
    }
    if (has("enforce-pv")) {
      enable(m.vcpu, KvmCapability.KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1);
    }
    if (has("synic")) {
      enable(m.vcpu, KvmCapability.KVM_CAP_HYPERV_SYNIC2, 0);
    }
  }

  private void cpuid() {
    if (!has("hyperv")) {
      return;
    }
    ByteBuffer table = little(8 + 3 * 40).putInt(0, 3);
    table.putInt(8, 0x4000_0001).putInt(8 + 12, 0x3123_7648);
    table.putInt(48, 0x4000_0082).putInt(48 + 12, has("syndbg") ? 2 : 0);
    // HV_DEBUGGING alone of what KVM enforces, and no XMM input.
    table.putInt(88, 0x4000_0003).putInt(88 + 16, has("may-debug") ? 1 << 11 : 0);
    must(put(m.vcpu, KvmIoctl.KVM_SET_CPUID2, table));
  }

  private void xen() {
    if (setup.stream().anyMatch(word -> word.startsWith("xen"))) {
      int flags = has("xen-events") ? 2 | 1 << 5 : 2;
      must(put(m.vm, KvmIoctl.KVM_XEN_HVM_CONFIG, little(56).putInt(0, flags)));
    }
    if (has("xen-version")) {
      attribute(m.vm, KvmIoctl.KVM_XEN_HVM_SET_ATTR, 4, 0x4000d);
    }
    if (has("xen-events")) {
      int efd = (int) m.machine.eventfd(TID, 0, 0);
      attribute(m.vm, KvmIoctl.KVM_XEN_HVM_SET_ATTR, 3, PORT, 2, 0, 0, efd);
      // Another port of this guest: without a shared info page it cannot be raised.
      attribute(m.vm, KvmIoctl.KVM_XEN_HVM_SET_ATTR, 3, PORT + 1, 2, 0, 9, 0, -1);
    }
    if (has("xen-timer")) {
      attribute(m.vcpu, KvmIoctl.KVM_XEN_VCPU_SET_ATTR, 7, 3, -1);
    }
  }

  private void attribute(int fd, KvmIoctl row, int type, int... words) {
    ByteBuffer attribute = little(72).putShort(0, (short) type);
    for (int i = 0; i < words.length; i++) {
      attribute.putInt(8 + 4 * i, words[i]);
    }
    must(put(fd, row, attribute));
  }

  private void hyperv() {
    if (!has("hyperv")) {
      return;
    }
    ByteBuffer msrs = little(8 + 3 * 16).putInt(0, has("syndbg") ? 3 : 2);
    msrs.putInt(8, 0x4000_0000).putLong(16, 1).putInt(24, 0x4000_0001).putLong(32, 0x2001);
    msrs.putInt(40, 0x4000_00ff).putLong(48, has("syndbg-calls") ? 4 : 0);
    must(put(m.vcpu, KvmIoctl.KVM_SET_MSRS, msrs));
    int efd = (int) m.machine.eventfd(TID, 0, 0);
    must(put(m.vm, KvmIoctl.KVM_HYPERV_EVENTFD, little(24).putInt(0, PORT).putInt(4, efd)));
    if (has("enforce")) {
      enable(m.vcpu, KvmCapability.KVM_CAP_HYPERV_ENFORCE_CPUID, 1);
    }
  }

  /** XMM registers, two words each. */
  void xmm(List<Long> words) {
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_FPU, ARG);
    for (int i = 0; i < words.size(); i++) {
      m.storeNumber(ARG + 152 + 8L * i, 8, words.get(i));
    }
    must(m.ioctl(m.vcpu, KvmIoctl.KVM_SET_FPU, ARG));
  }

  /** Runs to an exit with registers by name; "@ADDRESS" is a word of the guest's memory. */
  int call(Map<String, Long> values) {
    ByteBuffer regs = little(144).putLong(48, 0x8000).putLong(128, CODE).putLong(136, 0x3002);
    values.forEach(
        (name, value) -> {
          if (name.startsWith("@")) {
            m.storeNumber(GUEST + Long.decode(name.substring(1)), 8, value);
          } else {
            regs.putLong(8 * REGS.indexOf(name), value);
          }
        });
    must(put(m.vcpu, KvmIoctl.KVM_SET_REGS, regs));
    log.clear();
    return run();
  }

  int run() {
    must(m.run());
    return m.exitReason();
  }

  long register(String name) {
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    return m.number(ARG + 8L * REGS.indexOf(name), 8);
  }

  long exitWord(int offset) {
    return m.number(RUN + offset, 8);
  }
}
