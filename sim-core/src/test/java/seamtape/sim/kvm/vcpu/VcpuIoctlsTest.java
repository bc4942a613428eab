package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.Errno.ENXIO;

import org.junit.jupiter.api.Test;
import seamtape.catalog.Errno;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;

/** Rules of the vCPU ioctls one by one, in the words of fixtures/abi/behaviour.md, section 4. */
class VcpuIoctlsTest {
  private final TestVm vm = TestVm.newest();
  private final Vcpu vcpu = vm.vcpu();

  private void expect(long result) {
    last = result;
  }

  private long last;

  private void refused(Errno errno) {
    assertEquals(errno.result(), last, Errno.text(last));
  }

  private void accepted() {
    assertEquals(0, last, Errno.text(last));
  }

  private void set(KvmIoctl row, String struct, String path, long value) {
    expect(vm.clear().with(struct, path, value).call(row, vcpu));
  }

  @Test
  void copyFaultsComeBeforeEverythingElse() {
    for (KvmIoctl row : KvmIoctl.values()) {
      boolean own = row.on().contains(FdKind.VCPU) && row.pointer();
      if (own && row != KvmIoctl.KVM_MEMORY_ENCRYPT_OP && !needsLapicFirst(row)) {
        long result = vm.call(row, vcpu, TestVm.UNMAPPED);
        long expected = row.gone() ? EINVAL.result() : EFAULT.result();
        assertEquals(expected, result, row + " gave " + Errno.text(result));
      }
    }
  }

  private static boolean needsLapicFirst(KvmIoctl row) {
    return switch (row) {
      case KVM_GET_LAPIC, KVM_SET_LAPIC, KVM_SET_VAPIC_ADDR -> true;
      default -> false;
    };
  }

  @Test
  void anIoctlThatIsNotOfAVcpuIsInvalid() {
    for (KvmIoctl row : KvmIoctl.values()) {
      if (!row.on().contains(FdKind.VCPU)) {
        assertEquals(EINVAL.result(), vm.call(row, vcpu), row.name());
      }
    }
  }

  @Test
  void aNewVcpuHasTheRegistersOfReset() {
    expect(vm.call(KvmIoctl.KVM_GET_REGS, vcpu));
    accepted();
    assertEquals(0xfff0, vm.get("kvm_regs", "rip"));
    assertEquals(2, vm.get("kvm_regs", "rflags"));
    assertEquals(0x600, vm.get("kvm_regs", "rdx"));
    vm.call(KvmIoctl.KVM_GET_SREGS, vcpu);
    assertEquals(0x6000_0010L, vm.get("kvm_sregs", "cr0"));
    assertEquals(0xfee0_0900L, vm.get("kvm_sregs", "apic_base"));
    assertEquals(0xffff_0000L, vm.get("kvm_sregs", "cs.base"));
    assertEquals(11, vm.get("kvm_sregs", "tr.type"));
    vm.call(KvmIoctl.KVM_GET_DEBUGREGS, vcpu);
    assertEquals(0xffff_0ff0L, vm.get("kvm_debugregs", "dr6"));
    assertEquals(0x400, vm.get("kvm_debugregs", "dr7"));
    vm.call(KvmIoctl.KVM_GET_XCRS, vcpu);
    assertEquals(1, vm.get("kvm_xcrs", "xcrs[0].value"));
  }

  @Test
  void onlyTheBootProcessorHasTheBspBit() {
    assertEquals(0xfee0_0800L, new Vcpu(vm, 3).cpu.apicBase);
  }

  @Test
  void setRegsForcesBit1OfRflagsAndDropsAPendingException() {
    vcpu.queueException(13, true, 0);
    expect(vm.clear().call(KvmIoctl.KVM_SET_REGS, vcpu));
    accepted();
    assertEquals(2, vcpu.cpu.rflags);
    assertEquals(false, vcpu.cpu.exceptionPending);
  }

  private long setSregs(String... pathsAndValues) {
    vm.clear().call(KvmIoctl.KVM_GET_SREGS, vcpu);
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      vm.with("kvm_sregs", pathsAndValues[i], Long.parseUnsignedLong(pathsAndValues[i + 1], 16));
    }
    return vm.call(KvmIoctl.KVM_SET_SREGS, vcpu);
  }

  @Test
  void setSregsRefusesControlRegistersThatAreNotValid() {
    String[][] cases = {
      {"cr0", "e0000010"},
      {"cr0", "20000011"},
      {"cr0", "10060000010"},
      {"cr4", "8000000000000000"},
      {"cr4", "2000"},
      {"efer", "400"},
      {"cs.l", "1"},
      {"apic_base", "fee00400"},
      {"apic_base", "1000fee00800"},
      {"cr0", "80000011", "efer", "500"},
      {"cr0", "80000011", "efer", "100", "cr4", "20"},
      {"cr0", "80000011", "efer", "500", "cr4", "20", "cr3", "10000000000"},
    };
    for (String[] refused : cases) {
      assertEquals(EINVAL.result(), setSregs(refused), String.join(" ", refused));
    }
  }

  @Test
  void setSregsTakesWhatKvmDoesNotCheck() {
    String[][] cases = {
      {"cr0", "60000011"},
      {"cr4", "7ff"},
      {"efer", "8000000000000000"},
      {"efer", "100"},
      {"cr8", "10"},
      {"apic_base", "0"},
      {"cr0", "80000011", "efer", "500", "cr4", "20", "cr3", "1000", "cs.l", "1"},
    };
    for (String[] accepted : cases) {
      assertEquals(0, setSregs(accepted), String.join(" ", accepted));
    }
  }

  @Test
  void aRefusedSetSregsChangesNothing() {
    vm.call(KvmIoctl.KVM_GET_SREGS, vcpu);
    byte[] before = vm.argument(SregsIoctls.SREGS_SIZE);
    assertEquals(EINVAL.result(), setSregs("cr2", "1234", "ds.base", "10", "cr4", "2000"));
    vm.clear().call(KvmIoctl.KVM_GET_SREGS, vcpu);
    assertArrayEquals(before, vm.argument(SregsIoctls.SREGS_SIZE));
  }

  @Test
  void olderKernelsTakeCr4BitsOfTheHostBeforeCpuidIsSet() {
    TestVm old = new TestVm("linux-6.12", "intel");
    Vcpu other = old.vcpu();
    old.call(KvmIoctl.KVM_GET_SREGS, other);
    old.with("kvm_sregs", "cr4", 0x2000);
    assertEquals(0, old.call(KvmIoctl.KVM_SET_SREGS, other));
  }

  @Test
  void aBitOfTheInterruptBitmapIsQueuedAndShown() {
    assertEquals(0, setSregs("interrupt_bitmap[1]", "8"));
    assertEquals(67, vcpu.cpu.interruptVector);
    vm.clear().call(KvmIoctl.KVM_GET_SREGS, vcpu);
    assertEquals(8, vm.get("kvm_sregs", "interrupt_bitmap[1]"));
  }

  @Test
  void anAbsentSegmentIsUnusableAndTheOtherWayRound() {
    setSregs("ldt.present", "0");
    vm.call(KvmIoctl.KVM_GET_SREGS, vcpu);
    assertEquals(1, vm.get("kvm_sregs", "ldt.unusable"));
    setSregs("ldt.present", "1", "ldt.unusable", "1");
    vm.call(KvmIoctl.KVM_GET_SREGS, vcpu);
    assertEquals(0, vm.get("kvm_sregs", "ldt.present"));
  }

  @Test
  void sregs2RefusesUnknownFlagsAndPdptrsOutsidePae() {
    vm.call(KvmIoctl.KVM_GET_SREGS2, vcpu);
    assertEquals(0, vm.get("kvm_sregs2", "flags"));
    expect(vm.with("kvm_sregs2", "flags", 2).call(KvmIoctl.KVM_SET_SREGS2, vcpu));
    refused(EINVAL);
    expect(vm.with("kvm_sregs2", "flags", 1).call(KvmIoctl.KVM_SET_SREGS2, vcpu));
    refused(EINVAL);
    vm.with("kvm_sregs2", "cr0", 0x8000_0011L).with("kvm_sregs2", "cr4", 0x20);
    expect(vm.with("kvm_sregs2", "pdptrs[3]", 0x5001).call(KvmIoctl.KVM_SET_SREGS2, vcpu));
    accepted();
    vm.clear().call(KvmIoctl.KVM_GET_SREGS2, vcpu);
    assertEquals(1, vm.get("kvm_sregs2", "flags"));
    assertEquals(0x5001, vm.get("kvm_sregs2", "pdptrs[3]"));
  }

  @Test
  void translateIsIdentityInRealModeAndWalksPageTables() {
    set(KvmIoctl.KVM_TRANSLATE, "kvm_translation", "linear_address", 0x1234);
    accepted();
    assertEquals(0x1234, vm.get("kvm_translation", "physical_address"));
    assertEquals(1, vm.get("kvm_translation", "valid"));
    Bytes.wrap(vm.guestPage(0x1000)).putLong(0, 0x2003);
    Bytes.wrap(vm.guestPage(0x2000)).putLong(0, 0x3003);
    Bytes.wrap(vm.guestPage(0x3000)).putLong(8, 0x60_0083);
    setSregs("cr0", "80000011", "efer", "500", "cr4", "20", "cr3", "1000", "cs.l", "1");
    set(KvmIoctl.KVM_TRANSLATE, "kvm_translation", "linear_address", 0x20_1234);
    assertEquals(0x60_1234, vm.get("kvm_translation", "physical_address"));
    set(KvmIoctl.KVM_TRANSLATE, "kvm_translation", "linear_address", 0x40_0000);
    assertEquals(0, vm.get("kvm_translation", "valid"));
    assertEquals(-1, vm.get("kvm_translation", "physical_address"));
  }

  @Test
  void anInterruptIsQueuedWithoutAnIrqchipRefusedByAPicAndKeptOnceBySplit() {
    set(KvmIoctl.KVM_INTERRUPT, "kvm_interrupt", "irq", 32);
    accepted();
    set(KvmIoctl.KVM_INTERRUPT, "kvm_interrupt", "irq", 256);
    refused(EINVAL);
    TestVm full = TestVm.newest().withIrqchip();
    assertEquals(ENXIO.result(), full.call(KvmIoctl.KVM_INTERRUPT, full.vcpu()));
    TestVm split = TestVm.newest().withSplitIrqchip();
    Vcpu other = split.vcpu();
    assertEquals(0, split.call(KvmIoctl.KVM_INTERRUPT, other));
    assertEquals(EEXIST.result(), split.call(KvmIoctl.KVM_INTERRUPT, other));
  }

  @Test
  void atMostTwoNmisArePendingAndOlderKernelsShowOne() {
    TestVm old = new TestVm("linux-6.2", "intel");
    for (TestVm each : new TestVm[] {vm, old}) {
      Vcpu other = each.vcpu();
      for (int i = 0; i < 3; i++) {
        each.call(KvmIoctl.KVM_NMI, other);
      }
      each.call(KvmIoctl.KVM_GET_VCPU_EVENTS, other);
      assertEquals(each == vm ? 2 : 1, each.get("kvm_vcpu_events", "nmi.pending"));
    }
  }

  @Test
  void setCpuid2RefusesTooManyEntriesAndOddLinearWidths() {
    set(KvmIoctl.KVM_SET_CPUID2, "kvm_cpuid2", "nent", 257);
    refused(E2BIG);
    set(KvmIoctl.KVM_SET_CPUID, "kvm_cpuid", "nent", 257);
    refused(E2BIG);
    vm.clear().with("kvm_cpuid2", "nent", 1);
    vm.with("kvm_cpuid2", "entries[0].function", 0x8000_0008L);
    vm.with("kvm_cpuid2", "entries[0].eax", 0x2020);
    expect(vm.call(KvmIoctl.KVM_SET_CPUID2, vcpu));
    refused(EINVAL);
    expect(vm.with("kvm_cpuid2", "entries[0].eax", 0x3020).call(KvmIoctl.KVM_SET_CPUID2, vcpu));
    accepted();
  }

  @Test
  void afterTheVcpuRanOnlyTheSameCpuidIsTaken() {
    vm.clear().with("kvm_cpuid2", "nent", 1).with("kvm_cpuid2", "entries[0].function", 1);
    expect(vm.call(KvmIoctl.KVM_SET_CPUID2, vcpu));
    accepted();
    vcpu.hasRun = true;
    expect(vm.call(KvmIoctl.KVM_SET_CPUID2, vcpu));
    accepted();
    expect(vm.with("kvm_cpuid2", "entries[0].eax", 1).call(KvmIoctl.KVM_SET_CPUID2, vcpu));
    refused(EINVAL);
    expect(vm.clear().call(KvmIoctl.KVM_SET_CPUID2, vcpu));
    refused(EINVAL);
  }

  @Test
  void getCpuid2WithoutRoomIsE2bigAndLeavesTheCount() {
    vm.clear().with("kvm_cpuid2", "nent", 2).call(KvmIoctl.KVM_SET_CPUID2, vcpu);
    set(KvmIoctl.KVM_GET_CPUID2, "kvm_cpuid2", "nent", 1);
    refused(E2BIG);
    assertEquals(1, vm.get("kvm_cpuid2", "nent"));
    set(KvmIoctl.KVM_GET_CPUID2, "kvm_cpuid2", "nent", 9);
    accepted();
    assertEquals(2, vm.get("kvm_cpuid2", "nent"));
  }

  @Test
  void cpuidShowsTheStateOfCr4AndTheApic() {
    vm.clear().with("kvm_cpuid2", "nent", 1).with("kvm_cpuid2", "entries[0].function", 1);
    vm.with("kvm_cpuid2", "entries[0].ecx", 1 << 26).call(KvmIoctl.KVM_SET_CPUID2, vcpu);
    int[] registers = new int[4];
    vcpu.cpuid.cpuid(1, 0, registers);
    assertEquals(0, registers[2] >> 27 & 1);
    assertEquals(1, registers[3] >> 9 & 1);
    assertEquals(0, setSregs("cr4", "40000", "apic_base", "fee00100"));
    vcpu.cpuid.cpuid(1, 0, registers);
    assertEquals(1, registers[2] >> 27 & 1);
    assertEquals(0, registers[3] >> 9 & 1);
  }

  @Test
  void aBatchOf256MsrsIsTooBigAndOneStopsAtTheFirstFailure() {
    set(KvmIoctl.KVM_GET_MSRS, "kvm_msrs", "nmsrs", 256);
    refused(E2BIG);
    set(KvmIoctl.KVM_SET_MSRS, "kvm_msrs", "nmsrs", -1);
    refused(E2BIG);
    vm.clear().with("kvm_msrs", "nmsrs", 3).with("kvm_msrs", "entries[0].index", 0x10);
    vm.with("kvm_msrs", "entries[1].index", 0x1234_5678);
    vm.with("kvm_msrs", "entries[2].index", 0x1b);
    assertEquals(1, vm.call(KvmIoctl.KVM_GET_MSRS, vcpu));
    assertEquals(0, vm.msr(0x1b, -1).call(KvmIoctl.KVM_SET_MSRS, vcpu));
  }

  @Test
  void fpuDoesNotTransferMxcsr() {
    vm.call(KvmIoctl.KVM_GET_FPU, vcpu);
    assertEquals(0x37f, vm.get("kvm_fpu", "fcw"));
    assertEquals(0, vm.get("kvm_fpu", "mxcsr"));
    vm.with("kvm_fpu", "mxcsr", 0x1234).call(KvmIoctl.KVM_SET_FPU, vcpu);
    vm.clear().call(KvmIoctl.KVM_GET_FPU, vcpu);
    assertEquals(0, vm.get("kvm_fpu", "mxcsr"));
  }

  @Test
  void xsaveRefusesABadHeader() {
    long[][] cases = {{512, 1L << 40}, {520, 1}, {560, 1}};
    for (long[] word : cases) {
      vm.clear().call(KvmIoctl.KVM_GET_XSAVE, vcpu);
      byte[] area = vm.argument(FpuState.SIZE);
      Bytes.wrap(area).putLong((int) word[0], word[1]);
      expect(vm.bytes(area).call(KvmIoctl.KVM_SET_XSAVE, vcpu));
      refused(EINVAL);
    }
  }

  @Test
  void xsaveChecksMxcsrOnlyForFeaturesThatUseIt() {
    byte[] area = new byte[FpuState.SIZE];
    Bytes.wrap(area).putInt(24, -1);
    expect(vm.bytes(area).call(KvmIoctl.KVM_SET_XSAVE, vcpu));
    accepted();
    Bytes.wrap(area).putLong(512, 2);
    expect(vm.bytes(area).call(KvmIoctl.KVM_SET_XSAVE, vcpu));
    refused(EINVAL);
  }

  @Test
  void xcr0NeedsX87AndSupportedBitsAndOtherRegistersAreIgnored() {
    long[][] cases = {{0, 0}, {0, 5}, {0, 3}};
    for (long[] entry : cases) {
      vm.clear().with("kvm_xcrs", "nr_xcrs", 1);
      vm.with("kvm_xcrs", "xcrs[0].value", entry[1]);
      expect(vm.call(KvmIoctl.KVM_SET_XCRS, vcpu));
      refused(EINVAL);
    }
    vm.clear().with("kvm_xcrs", "nr_xcrs", 1).with("kvm_xcrs", "xcrs[0].xcr", 1);
    expect(vm.call(KvmIoctl.KVM_SET_XCRS, vcpu));
    accepted();
    set(KvmIoctl.KVM_SET_XCRS, "kvm_xcrs", "nr_xcrs", 17);
    refused(EINVAL);
    set(KvmIoctl.KVM_SET_XCRS, "kvm_xcrs", "flags", 1);
    refused(EINVAL);
  }

  @Test
  void eventsRefuseUnknownFlagsPayloadAndTripleFaultWithoutTheirCapabilities() {
    for (long flags : new long[] {0x40, 0x400, 0x10, 0x20}) {
      set(KvmIoctl.KVM_SET_VCPU_EVENTS, "kvm_vcpu_events", "flags", flags);
      refused(EINVAL);
    }
    vm.exceptionPayload = true;
    vm.tripleFaultEvent = true;
    set(KvmIoctl.KVM_SET_VCPU_EVENTS, "kvm_vcpu_events", "flags", 0x30);
    accepted();
    vm.call(KvmIoctl.KVM_GET_VCPU_EVENTS, vcpu);
    assertEquals(0x3d, vm.get("kvm_vcpu_events", "flags"));
  }

  @Test
  void eventsRefuseVectorsThatAreNoExceptions() {
    for (long vector : new long[] {2, 32, 255}) {
      vm.clear().with("kvm_vcpu_events", "exception.injected", 1);
      vm.with("kvm_vcpu_events", "exception.nr", vector);
      expect(vm.call(KvmIoctl.KVM_SET_VCPU_EVENTS, vcpu));
      refused(EINVAL);
    }
    vm.clear().with("kvm_vcpu_events", "exception.nr", 32);
    expect(vm.call(KvmIoctl.KVM_SET_VCPU_EVENTS, vcpu));
    accepted();
  }

  @Test
  void eventsShowFlagsOfNmiShadowAndSmm() {
    vm.call(KvmIoctl.KVM_GET_VCPU_EVENTS, vcpu);
    assertEquals(0xd, vm.get("kvm_vcpu_events", "flags"));
  }

  @Test
  void debugregsRefuseFlagsAndUpperHalves() {
    for (String field : new String[] {"flags", "dr6", "dr7"}) {
      set(KvmIoctl.KVM_SET_DEBUGREGS, "kvm_debugregs", field, 1L << 32);
      refused(EINVAL);
    }
    assertEquals(0x400, vcpu.cpu.dr7);
    set(KvmIoctl.KVM_SET_DEBUGREGS, "kvm_debugregs", "db[2]", -1);
    accepted();
  }

  @Test
  void guestDebugInjectsOneExceptionAtATime() {
    set(KvmIoctl.KVM_SET_GUEST_DEBUG, "kvm_guest_debug", "control", 0x4_0001);
    accepted();
    set(KvmIoctl.KVM_SET_GUEST_DEBUG, "kvm_guest_debug", "control", 0x8_0001);
    refused(EBUSY);
    set(KvmIoctl.KVM_SET_GUEST_DEBUG, "kvm_guest_debug", "control", 2);
    accepted();
    assertEquals(0, vcpu.cpu.guestDebug);
  }

  @Test
  void theLapicNeedsAnIrqchip() {
    assertEquals(EINVAL.result(), vm.call(KvmIoctl.KVM_GET_LAPIC, vcpu));
    assertEquals(EINVAL.result(), vm.call(KvmIoctl.KVM_SET_LAPIC, vcpu, TestVm.UNMAPPED));
    assertEquals(EINVAL.result(), vm.call(KvmIoctl.KVM_SET_VAPIC_ADDR, vcpu, TestVm.UNMAPPED));
  }

  @Test
  void aLapicKeepsItsVersionAndDerivesItsPriority() {
    TestVm full = TestVm.newest().withIrqchip();
    Vcpu other = full.vcpu();
    full.call(KvmIoctl.KVM_GET_LAPIC, other);
    byte[] state = full.argument(Lapic.STATE_SIZE);
    assertEquals(0x5_0014, Bytes.wrap(state).getInt(Lapic.LVR));
    assertEquals(0x700, Bytes.wrap(state).getInt(Lapic.LVT0));
    Bytes.wrap(state).putInt(Lapic.LVR, 0).putInt(Lapic.TASKPRI, 0x20).putInt(Lapic.ID, 5 << 24);
    assertEquals(0, full.bytes(state).call(KvmIoctl.KVM_SET_LAPIC, other));
    full.clear().call(KvmIoctl.KVM_GET_LAPIC, other);
    state = full.argument(Lapic.STATE_SIZE);
    assertEquals(0x5_0014, Bytes.wrap(state).getInt(Lapic.LVR));
    assertEquals(0x20, Bytes.wrap(state).getInt(Lapic.PROCPRI));
    assertEquals(2, other.cr8());
  }

  @Test
  void anX2apicIdMustBeTheVcpusInTheLongFormat() {
    TestVm full = TestVm.newest().withIrqchip();
    full.x2apicFormat = true;
    Vcpu other = new Vcpu(full, 3);
    other.cpu.apicBase = 0xfee0_0c00L;
    assertEquals(EINVAL.result(), full.clear().call(KvmIoctl.KVM_SET_LAPIC, other));
    full.call(KvmIoctl.KVM_GET_LAPIC, other);
  }

  @Test
  void mpStatesOtherThanRunnableNeedALapic() {
    for (int state : new int[] {1, 2, 3, 4, 9}) {
      set(KvmIoctl.KVM_SET_MP_STATE, "kvm_mp_state", "mp_state", state);
      refused(EINVAL);
    }
    set(KvmIoctl.KVM_SET_MP_STATE, "kvm_mp_state", "mp_state", 0);
    accepted();
    TestVm full = TestVm.newest().withIrqchip();
    Vcpu second = new Vcpu(full, 1);
    assertEquals(Vcpu.MP_STATE_UNINITIALIZED, second.mpState);
    for (int state : new int[] {5, 6, 7, 8, 10, 77}) {
      full.clear().with("kvm_mp_state", "mp_state", state);
      assertEquals(EINVAL.result(), full.call(KvmIoctl.KVM_SET_MP_STATE, second));
    }
  }

  @Test
  void sipiReceivedIsConvertedToInitReceived() {
    TestVm full = TestVm.newest().withIrqchip();
    Vcpu second = new Vcpu(full, 1);
    full.clear().with("kvm_mp_state", "mp_state", 4);
    assertEquals(0, full.call(KvmIoctl.KVM_SET_MP_STATE, second));
    assertEquals(Vcpu.MP_STATE_INIT_RECEIVED, second.mpState);
    assertTrue(second.sipiPending);
  }

  @Test
  void aPendingSmiKeepsOlderKernelsFromWaitingForSipi() {
    TestVm old = new TestVm("linux-6.2", "intel").withIrqchip();
    Vcpu second = new Vcpu(old, 1);
    old.call(KvmIoctl.KVM_SMI, second);
    old.clear().with("kvm_mp_state", "mp_state", 2);
    assertEquals(EINVAL.result(), old.call(KvmIoctl.KVM_SET_MP_STATE, second));
  }

  @Test
  void tscKhzZeroIsTheHostsAndTooHighIsRefused() {
    assertEquals(0, vm.call(KvmIoctl.KVM_SET_TSC_KHZ, vcpu, 1_000_000_000));
    assertEquals(1_000_000_000, vm.call(KvmIoctl.KVM_GET_TSC_KHZ, vcpu));
    assertEquals(0, vm.call(KvmIoctl.KVM_SET_TSC_KHZ, vcpu, 0));
    assertEquals(2_000_000, vm.call(KvmIoctl.KVM_GET_TSC_KHZ, vcpu));
    assertEquals(EINVAL.result(), vm.call(KvmIoctl.KVM_SET_TSC_KHZ, vcpu, 0xffff_ffffL));
  }

  @Test
  void kvmclockCtrlNeedsAnEnabledKvmclock() {
    assertEquals(EINVAL.result(), vm.call(KvmIoctl.KVM_KVMCLOCK_CTRL, vcpu));
    vm.msr(Msr.KVM_SYSTEM_TIME_NEW, 0x2001).call(KvmIoctl.KVM_SET_MSRS, vcpu);
    assertEquals(0, vm.call(KvmIoctl.KVM_KVMCLOCK_CTRL, vcpu));
  }

  @Test
  void tprAccessReportingRefusesFlags() {
    set(KvmIoctl.KVM_TPR_ACCESS_REPORTING, "kvm_tpr_access_ctl", "flags", 1);
    refused(EINVAL);
    set(KvmIoctl.KVM_TPR_ACCESS_REPORTING, "kvm_tpr_access_ctl", "enabled", 1);
    accepted();
    assertTrue(vcpu.tprAccessReporting);
  }

  @Test
  void setupMceChecksBanksAndBits() {
    for (long value : new long[] {0, 33, 0x100, 1L << 40 | 1, 1 << 9 | 1}) {
      set(KvmIoctl.KVM_X86_SETUP_MCE, "u64", "value", value);
      refused(EINVAL);
    }
    set(KvmIoctl.KVM_X86_SETUP_MCE, "u64", "value", 0x10a);
    accepted();
  }

  @Test
  void setMceStoresInItsBankAndRefusesOthers() {
    set(KvmIoctl.KVM_X86_SETUP_MCE, "u64", "value", 0x10a);
    vm.clear().with("kvm_x86_mce", "status", Long.MIN_VALUE).with("kvm_x86_mce", "bank", 10);
    expect(vm.call(KvmIoctl.KVM_X86_SET_MCE, vcpu));
    refused(EINVAL);
    expect(vm.with("kvm_x86_mce", "bank", 9).call(KvmIoctl.KVM_X86_SET_MCE, vcpu));
    accepted();
    vm.msr(Msr.MC0_CTL + 4 * 9 + 1, 0).call(KvmIoctl.KVM_GET_MSRS, vcpu);
    assertEquals(Long.MIN_VALUE, vm.get("kvm_msrs", "entries[0].data"));
    set(KvmIoctl.KVM_X86_SET_MCE, "kvm_x86_mce", "bank", 1);
    refused(EINVAL);
  }

  @Test
  void theSignalMaskIsEightBytesOrNone() {
    set(KvmIoctl.KVM_SET_SIGNAL_MASK, "kvm_signal_mask", "len", 4);
    refused(EINVAL);
    set(KvmIoctl.KVM_SET_SIGNAL_MASK, "kvm_signal_mask", "len", 8);
    accepted();
    assertEquals(0L, vcpu.signalMask);
    assertEquals(0, vm.call(KvmIoctl.KVM_SET_SIGNAL_MASK, vcpu, 0));
    assertEquals(null, vcpu.signalMask);
  }

  @Test
  void nestedStateWithoutRoomSaysHowMuchItNeeds() {
    expect(vm.clear().call(KvmIoctl.KVM_GET_NESTED_STATE, vcpu));
    refused(E2BIG);
    assertEquals(128, vm.get("kvm_nested_state", "size"));
    expect(vm.call(KvmIoctl.KVM_GET_NESTED_STATE, vcpu));
    accepted();
    expect(vm.call(KvmIoctl.KVM_SET_NESTED_STATE, vcpu));
    accepted();
    set(KvmIoctl.KVM_SET_NESTED_STATE, "kvm_nested_state", "size", 127);
    refused(EINVAL);
  }

  @Test
  void oneRegReadsAnMsrByIdSinceItExists() {
    long tsc = 0x2030_0002_0000_0010L;
    vm.clear().with("kvm_one_reg", "id", tsc).with("kvm_one_reg", "addr", TestVm.ARGUMENT + 64);
    expect(vm.call(KvmIoctl.KVM_GET_ONE_REG, vcpu));
    accepted();
    for (long id : new long[] {0, 0x2020_0002_0000_0010L, 0x2030_0102_0000_0010L, tsc | 1L << 62}) {
      set(KvmIoctl.KVM_GET_ONE_REG, "kvm_one_reg", "id", id);
      refused(EINVAL);
    }
    vm.clear().with("kvm_one_reg", "id", tsc);
    expect(vm.call(KvmIoctl.KVM_GET_ONE_REG, vcpu));
    refused(EFAULT);
    TestVm old = new TestVm("linux-6.12", "intel");
    assertEquals(EINVAL.result(), old.call(KvmIoctl.KVM_GET_ONE_REG, old.vcpu(), TestVm.UNMAPPED));
  }

  @Test
  void enableCapKnowsTheCapabilitiesOfAVcpu() {
    set(KvmIoctl.KVM_ENABLE_CAP, "kvm_enable_cap", "cap", 9999);
    refused(EINVAL);
    set(KvmIoctl.KVM_ENABLE_CAP, "kvm_enable_cap", "cap", 121);
    refused(EINVAL);
    set(KvmIoctl.KVM_ENABLE_CAP, "kvm_enable_cap", "cap", 123);
    refused(EINVAL);
    vm.clear().with("kvm_enable_cap", "cap", 190).with("kvm_enable_cap", "args[0]", 1);
    expect(vm.call(KvmIoctl.KVM_ENABLE_CAP, vcpu));
    accepted();
    assertEquals(0, vm.msr(Msr.KVM_STEAL_TIME, 1).call(KvmIoctl.KVM_SET_MSRS, vcpu));
    expect(
        vm.clear()
            .with("kvm_enable_cap", "cap", 190)
            .with("kvm_enable_cap", "flags", 1)
            .call(KvmIoctl.KVM_ENABLE_CAP, vcpu));
    refused(EINVAL);
  }

  @Test
  void theTscOffsetIsTheOnlyDeviceAttribute() {
    set(KvmIoctl.KVM_HAS_DEVICE_ATTR, "kvm_device_attr", "group", 9);
    refused(ENXIO);
    set(KvmIoctl.KVM_HAS_DEVICE_ATTR, "kvm_device_attr", "attr", 7);
    refused(ENXIO);
    set(KvmIoctl.KVM_HAS_DEVICE_ATTR, "kvm_device_attr", "flags", 0);
    accepted();
    set(KvmIoctl.KVM_GET_DEVICE_ATTR, "kvm_device_attr", "addr", TestVm.ARGUMENT + 64);
    accepted();
    set(KvmIoctl.KVM_SET_DEVICE_ATTR, "kvm_device_attr", "addr", TestVm.UNMAPPED);
    refused(EFAULT);
  }

  @Test
  void preFaultMemoryWritesBackWhatIsLeft() {
    for (String field : new String[] {"flags", "gpa", "size"}) {
      set(KvmIoctl.KVM_PRE_FAULT_MEMORY, "kvm_pre_fault_memory", field, 1);
      refused(EINVAL);
    }
    vm.clear().with("kvm_pre_fault_memory", "gpa", 0xf000);
    vm.with("kvm_pre_fault_memory", "size", 0x3000);
    expect(vm.call(KvmIoctl.KVM_PRE_FAULT_MEMORY, vcpu));
    accepted();
    assertEquals(0x1_0000, vm.get("kvm_pre_fault_memory", "gpa"));
    assertEquals(0x2000, vm.get("kvm_pre_fault_memory", "size"));
    expect(vm.call(KvmIoctl.KVM_PRE_FAULT_MEMORY, vcpu));
    refused(ENOENT);
    TestVm old = new TestVm("linux-6.2", "intel");
    assertEquals(
        EINVAL.result(), old.call(KvmIoctl.KVM_PRE_FAULT_MEMORY, old.vcpu(), TestVm.UNMAPPED));
  }

  @Test
  void memoryEncryptOpIsAVcpuIoctlOfTheNewestLineOnly() {
    assertEquals(ENOTTY.result(), vm.call(KvmIoctl.KVM_MEMORY_ENCRYPT_OP, vcpu, 0));
    TestVm old = new TestVm("linux-6.12", "intel");
    assertEquals(EINVAL.result(), old.call(KvmIoctl.KVM_MEMORY_ENCRYPT_OP, old.vcpu(), 0));
  }

  @Test
  void vcpusOfOneVmShareTheirTsc() {
    vm.tsc += 5000;
    Vcpu second = new Vcpu(vm, 1);
    assertEquals(vcpu.guestTsc(), second.guestTsc());
    assertNotEquals(vm.tsc, second.guestTsc());
    vm.tsc += 2_000_000_000L * 10;
    vm.msr(Msr.TSC, 77).call(KvmIoctl.KVM_SET_MSRS, second);
    assertEquals(77, second.guestTsc());
    assertNotEquals(77, vcpu.guestTsc());
  }
}
