package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.profile.CpuidEntry;

/** Which MSRs exist, for user space and for the guest, and which values they refuse. */
class MsrsTest {
  private final TestVm vm = TestVm.newest();
  private final Vcpu vcpu = vm.vcpu();

  private static void reads(Vcpu vcpu, int index, long expected) {
    assertTrue(vcpu.msrs.read(index, true), Integer.toHexString(index));
    assertEquals(expected, vcpu.msrs.value, Integer.toHexString(index));
  }

  @Test
  void resetValuesAreThoseOfANewVcpu() {
    long[][] values = {
      {Msr.PAT, 0x0007_0406_0007_0406L},
      {Msr.APICBASE, 0xfee0_0900L},
      {Msr.EFER, 0},
      {Msr.MTRRCAP, 0x508},
      {Msr.KVM_POLL_CONTROL, 1},
      {Msr.MCG_CAP, 32},
      {Msr.SMBASE, 0x3_0000},
      {Msr.UCODE_REV, 0x1_0000_0000L},
      {Msr.MISC_ENABLE, 0x1800},
      {Msr.PLATFORM_INFO, 0x8000_0000L},
    };
    for (long[] value : values) {
      reads(vcpu, (int) value[0], value[1]);
    }
  }

  @Test
  void everyMsrOfTheListCanBeReadByUserSpaceUnlessItIsVmx() {
    for (String profile : new String[] {"linux-6.2", "linux-6.12", "linux-7.3"}) {
      for (String vendor : new String[] {"intel", "amd"}) {
        TestVm other = new TestVm(profile, vendor);
        Vcpu each = other.vcpu();
        for (int index : other.profile().msrIndexList(other.cpuModel())) {
          if (!VmxMsrs.covers(index)) {
            String what = profile + ' ' + vendor + ' ' + Integer.toHexString(index);
            assertTrue(each.msrs.read(index, true), what);
          }
        }
      }
    }
  }

  @Test
  void whatUserSpaceReadsItCanWriteBack() {
    for (String vendor : new String[] {"intel", "amd"}) {
      TestVm other = new TestVm("linux-7.3", vendor);
      Vcpu each = other.vcpu();
      for (int index : other.profile().msrIndexList(other.cpuModel())) {
        if (each.msrs.read(index, true)) {
          long value = each.msrs.value;
          assertTrue(each.msrs.write(index, value, true), Integer.toHexString(index));
        }
      }
    }
  }

  @Test
  void valuesThatKvmRefuses() {
    long[][] refused = {
      {Msr.EFER, 1L << 40},
      {Msr.EFER, 1 << 12},
      {Msr.PAT, 2},
      {Msr.MTRR_DEF_TYPE, 2},
      {Msr.MTRR_DEF_TYPE, 0x1000},
      {Msr.MTRR_FIX64K, 0x0700},
      {Msr.MTRR_PHYS_BASE0, 2},
      {Msr.MTRR_PHYS_BASE0, 1L << 40},
      {Msr.MTRR_PHYS_BASE0 + 1, 0x400},
      {Msr.LSTAR, 1L << 60},
      {Msr.FS_BASE, 1L << 60},
      {Msr.TSC_AUX, 1L << 32},
      {Msr.APICBASE, -1},
      {Msr.KVM_ASYNC_PF_EN, 0x30},
      {Msr.KVM_ASYNC_PF_EN, 1},
      {Msr.KVM_STEAL_TIME, 2},
      {Msr.KVM_PV_EOI_EN, 2},
      {Msr.KVM_PV_EOI_EN, 0x2000_0001L},
      {Msr.KVM_POLL_CONTROL, 2},
      {Msr.KVM_ASYNC_PF_INT, 1},
      {Msr.MCG_CTL, 1},
      {Msr.MC0_CTL, 5},
      {Msr.MISC_FEATURES_ENABLES, 2},
      {Msr.PLATFORM_INFO, 1},
      {Msr.SPEC_CTRL, 1L << 40},
      {Msr.FEAT_CTL, 8},
      {Msr.K7_HWCR, 1},
      {Msr.MTRRCAP, 0},
      {0x1234_5678, 0},
      {0x4b56_4d09, 0},
    };
    for (long[] each : refused) {
      String what = Long.toHexString(each[0]) + " = " + Long.toHexString(each[1]);
      assertFalse(vcpu.msrs.write((int) each[0], each[1], true), what);
    }
  }

  @Test
  void valuesThatKvmTakes() {
    long[][] taken = {
      {Msr.EFER, 0xd01},
      {Msr.MTRR_PHYS_BASE0, 0xc000_0006L},
      {Msr.MTRR_PHYS_BASE0 + 1, 0xf_c000_0800L},
      {Msr.MTRR_DEF_TYPE, 0xc06},
      {Msr.KVM_PV_EOI_EN, 0x4001},
      {Msr.KVM_SYSTEM_TIME_NEW, 0x2001},
      {Msr.K7_HWCR, 1 << 18},
      {Msr.MC0_CTL, -1},
      {Msr.FEAT_CTL, 5},
      {Msr.DEBUGCTL, 0},
    };
    for (long[] each : taken) {
      assertTrue(vcpu.msrs.write((int) each[0], each[1], true), Long.toHexString(each[0]));
    }
  }

  @Test
  void anMsrOfTheListWithoutValueReadsZeroAndTakesZero() {
    reads(vcpu, Msr.FIXED_CTR0, 0);
    assertTrue(vcpu.msrs.write(Msr.FIXED_CTR0, 0, true));
    assertFalse(vcpu.msrs.write(Msr.FIXED_CTR0, 1, true));
    assertFalse(vcpu.msrs.read(Msr.FIXED_CTR0, false));
  }

  private void setCpuid(CpuidEntry... entries) {
    vcpu.cpuid.replace(List.of(entries));
  }

  @Test
  void countersExistAsCpuidSays() {
    setCpuid(new CpuidEntry(0xa, 0, 0, 0x0830_0402, 0, 0, 0x603));
    assertTrue(vcpu.msrs.write(Msr.FIXED_CTR0 + 2, 7, true));
    reads(vcpu, Msr.FIXED_CTR0 + 2, 7);
    assertTrue(vcpu.msrs.write(Msr.EVENTSEL0 + 3, 0x53, true));
    assertFalse(vcpu.msrs.write(Msr.EVENTSEL0 + 4, 0x53, true));
    assertTrue(vcpu.msrs.write(Msr.GLOBAL_CTRL, 0x7_0000_000fL, true));
    assertFalse(vcpu.msrs.write(Msr.GLOBAL_CTRL, 0x10, true));
  }

  @Test
  void theGuestNeedsTheCpuidBitThatUserSpaceDoesNot() {
    assertTrue(vcpu.msrs.write(Msr.SPEC_CTRL, 1, true));
    assertFalse(vcpu.msrs.read(Msr.SPEC_CTRL, false));
    setCpuid(new CpuidEntry(7, 0, 1, 0, 0, 0, 1 << 26));
    assertTrue(vcpu.msrs.read(Msr.SPEC_CTRL, false));
    assertFalse(vcpu.msrs.write(Msr.EFER, 0x100, false));
    setCpuid(new CpuidEntry(0x8000_0001, 0, 0, 0, 0, 0, 1 << 29));
    assertTrue(vcpu.msrs.write(Msr.EFER, 0x100, false));
  }

  @Test
  void userSpaceMayOnlyReduceTheVmxCapabilities() {
    assertFalse(vcpu.msrs.read(Msr.VMX_BASIC, true));
    setCpuid(new CpuidEntry(1, 0, 0, 0, 0, 1 << 5, 0));
    reads(vcpu, Msr.VMX_BASIC, 0x00d8_1000_11e5_7ed0L);
    reads(vcpu, 0x481, 0x0000_00ff_0000_0016L);
    assertTrue(vcpu.msrs.write(0x481, 0x0000_0016_0000_0016L, true));
    assertFalse(vcpu.msrs.write(0x481, 0x0000_01ff_0000_0016L, true));
    assertFalse(vcpu.msrs.write(0x481, 0x0000_0016_0000_0016L, false));
  }

  @Test
  void aGuestsOwnTscWriteMovesItsAdjustRegister() {
    setCpuid(new CpuidEntry(7, 0, 1, 0, 2, 0, 0));
    vcpu.msrs.write(Msr.TSC, vcpu.guestTsc() + 100, false);
    reads(vcpu, Msr.TSC_ADJUST, 100);
    vcpu.msrs.write(Msr.TSC_ADJUST, 0, false);
    assertEquals(0, vcpu.guestTsc());
  }

  @Test
  void linearAddressesAreAsWideAsTheHostsOnTheNewestLine() {
    long wide = 1L << 50;
    assertTrue(vcpu.msrs.write(Msr.LSTAR, wide, true));
    TestVm old = new TestVm("linux-6.12", "intel");
    assertFalse(old.vcpu().msrs.write(Msr.LSTAR, wide, true));
  }

  @Test
  void x2apicRegistersAreMsrsInX2apicModeOnly() {
    TestVm full = TestVm.newest().withIrqchip();
    Vcpu other = new Vcpu(full, 3);
    assertFalse(other.msrs.read(0x802, true));
    other.cpuid.replace(List.of(new CpuidEntry(1, 0, 0, 0, 0, 1 << 21, 0)));
    assertTrue(other.msrs.write(Msr.APICBASE, 0xfee0_0c00L, true));
    reads(other, 0x802, 3);
    reads(other, 0x80d, 8);
    assertFalse(other.msrs.write(Msr.APICBASE, 0xfee0_0800L, false));
  }

  @Test
  void theTscDeadlineExistsWhileTheTimerIsInThatMode() {
    TestVm full = TestVm.newest().withIrqchip();
    Vcpu other = full.vcpu();
    assertTrue(other.msrs.write(Msr.TSC_DEADLINE, 99, true));
    reads(other, Msr.TSC_DEADLINE, 0);
    other.lapic.register(Lapic.LVTT, 2 << 17 | 0x30);
    other.msrs.write(Msr.TSC_DEADLINE, 99, true);
    reads(other, Msr.TSC_DEADLINE, 99);
  }

  @Test
  void setMsrsAndWrmsrChangeTheSameRegisters() {
    vm.msr(Msr.STAR, 0x1234).call(KvmIoctl.KVM_SET_MSRS, vcpu);
    assertTrue(vcpu.msrs.read(Msr.STAR, false));
    assertEquals(0x1234, vcpu.msrs.value);
  }
}
