package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENXIO;

import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;

/** Rules of the system fd's ioctls, in the words of fixtures/abi/behaviour.md, section 1. */
class SystemIoctlsTest {
  private final TestVm vm = TestVm.newest();

  @Test
  void aMsrListWithoutRoomSaysHowManyItNeeds() {
    KvmIoctl[] lists = {KvmIoctl.KVM_GET_MSR_INDEX_LIST, KvmIoctl.KVM_GET_MSR_FEATURE_INDEX_LIST};
    for (KvmIoctl list : lists) {
      assertEquals(E2BIG.result(), vm.clear().system(list));
      long needed = vm.get("kvm_msr_list", "nmsrs");
      vm.with("kvm_msr_list", "nmsrs", needed - 1);
      assertEquals(E2BIG.result(), vm.system(list));
      assertEquals(0, vm.system(list));
    }
  }

  @Test
  void supportedCpuidNeedsRoomAndSaysItsSizeOnSuccessOnly() {
    KvmIoctl row = KvmIoctl.KVM_GET_SUPPORTED_CPUID;
    for (int room : new int[] {0, 1}) {
      assertEquals(E2BIG.result(), vm.clear().with("kvm_cpuid2", "nent", room).system(row));
      assertEquals(room, vm.get("kvm_cpuid2", "nent"));
    }
    for (long room : new long[] {100, 256, 300, 0xffff_ffffL}) {
      assertEquals(0, vm.clear().with("kvm_cpuid2", "nent", room).system(row));
      assertEquals(58, vm.get("kvm_cpuid2", "nent"));
    }
  }

  @Test
  void emulatedCpuidRefusesDirtyPadding() {
    KvmIoctl row = KvmIoctl.KVM_GET_EMULATED_CPUID;
    assertEquals(E2BIG.result(), vm.clear().with("kvm_cpuid2", "nent", 2).system(row));
    assertEquals(0, vm.clear().with("kvm_cpuid2", "nent", 8).system(row));
    assertEquals(3, vm.get("kvm_cpuid2", "nent"));
    vm.clear().with("kvm_cpuid2", "nent", 8).with("kvm_cpuid2", "entries[7].padding[2]", 1);
    assertEquals(EINVAL.result(), vm.system(row));
  }

  @Test
  void featureMsrsAreCountedUntilTheFirstUnknown() {
    KvmIoctl row = KvmIoctl.KVM_GET_MSRS;
    assertEquals(1, vm.msr(Msr.PLATFORM_INFO, 0).system(row));
    assertEquals(0x8000_0000L, vm.get("kvm_msrs", "entries[0].data"));
    assertEquals(0, vm.msr(0x1234_5678, 0).system(row));
    assertEquals(E2BIG.result(), vm.clear().with("kvm_msrs", "nmsrs", 256).system(row));
  }

  @Test
  void mceCapabilityDependsOnTheVendor() {
    assertEquals(0, vm.system(KvmIoctl.KVM_X86_GET_MCE_CAP_SUPPORTED));
    assertEquals(0x900_0500, vm.get("u64", "value"));
    TestVm amd = new TestVm("linux-7.3", "amd");
    amd.system(KvmIoctl.KVM_X86_GET_MCE_CAP_SUPPORTED);
    assertEquals(0x100_0100, amd.get("u64", "value"));
  }

  @Test
  void theSupportedXcr0IsTheOnlyDeviceAttribute() {
    vm.clear().with("kvm_device_attr", "group", 77);
    assertEquals(ENXIO.result(), vm.system(KvmIoctl.KVM_HAS_DEVICE_ATTR));
    vm.clear().with("kvm_device_attr", "addr", TestVm.ARGUMENT);
    assertEquals(0, vm.system(KvmIoctl.KVM_GET_DEVICE_ATTR));
    assertEquals(0x2e7, vm.get("u64", "value"));
    assertEquals(EFAULT.result(), vm.clear().system(KvmIoctl.KVM_GET_DEVICE_ATTR));
    assertEquals(EINVAL.result(), vm.system(KvmIoctl.KVM_SET_DEVICE_ATTR));
  }
}
