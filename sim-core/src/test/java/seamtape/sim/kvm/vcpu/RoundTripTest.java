package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;

/** Seeded properties: what SET takes GET gives back; no input is met with an exception. */
class RoundTripTest {
  private static final long SEED = 20261122;
  private static final int ROUNDS = 300;

  private record Pair(KvmIoctl set, KvmIoctl get, int size) {}

  private static final Pair[] PAIRS = {
    new Pair(KvmIoctl.KVM_SET_REGS, KvmIoctl.KVM_GET_REGS, 144),
    new Pair(KvmIoctl.KVM_SET_SREGS, KvmIoctl.KVM_GET_SREGS, 312),
    new Pair(KvmIoctl.KVM_SET_SREGS2, KvmIoctl.KVM_GET_SREGS2, 320),
    new Pair(KvmIoctl.KVM_SET_FPU, KvmIoctl.KVM_GET_FPU, 416),
    new Pair(KvmIoctl.KVM_SET_XSAVE, KvmIoctl.KVM_GET_XSAVE, 4096),
    new Pair(KvmIoctl.KVM_SET_XCRS, KvmIoctl.KVM_GET_XCRS, 392),
    new Pair(KvmIoctl.KVM_SET_DEBUGREGS, KvmIoctl.KVM_GET_DEBUGREGS, 128),
    new Pair(KvmIoctl.KVM_SET_VCPU_EVENTS, KvmIoctl.KVM_GET_VCPU_EVENTS, 64),
    new Pair(KvmIoctl.KVM_SET_LAPIC, KvmIoctl.KVM_GET_LAPIC, 1024),
    new Pair(KvmIoctl.KVM_SET_MP_STATE, KvmIoctl.KVM_GET_MP_STATE, 4),
  };

  /** Bytes, most of them zero, so that some values pass the checks. */
  private static byte[] sparse(Random random, int size, int density) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      if (random.nextInt(100) < density) {
        bytes[i] = (byte) random.nextInt();
      }
    }
    return bytes;
  }

  @Test
  void aStateThatWasTakenReadsBackAndIsTakenAgain() {
    Random random = new Random(SEED);
    for (Pair pair : PAIRS) {
      int taken = 0;
      TestVm vm = TestVm.newest().withIrqchip();
      Vcpu vcpu = vm.vcpu();
      for (int round = 0; round < ROUNDS; round++) {
        byte[] input = sparse(random, pair.size(), round % 4);
        taken += vm.bytes(input).call(pair.set(), vcpu) == 0 ? 1 : 0;
        assertEquals(0, vm.clear().call(pair.get(), vcpu));
        byte[] first = vm.argument(pair.size());
        assertEquals(0, vm.bytes(first).call(pair.set(), vcpu), pair.set() + " round " + round);
        vm.clear().call(pair.get(), vcpu);
        assertArrayEquals(first, vm.argument(pair.size()), pair.set() + " round " + round);
      }
      assertTrue(taken > 0, pair.set() + " took nothing");
    }
  }

  @Test
  void regsAndFpuReadBackExactly() {
    Random random = new Random(SEED);
    TestVm vm = TestVm.newest();
    Vcpu vcpu = vm.vcpu();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] regs = new byte[144];
      random.nextBytes(regs);
      vm.bytes(regs).call(KvmIoctl.KVM_SET_REGS, vcpu);
      vm.clear().call(KvmIoctl.KVM_GET_REGS, vcpu);
      regs[136] |= 2;
      assertArrayEquals(regs, vm.argument(144));
    }
  }

  @Test
  void cpuidReadsBackAsItWasSetApartFromTheBitsOfTheState() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      TestVm vm = TestVm.newest();
      Vcpu vcpu = vm.vcpu();
      int count = random.nextInt(20);
      vm.clear().with("kvm_cpuid2", "nent", count);
      for (int i = 0; i < count; i++) {
        vm.with("kvm_cpuid2", "entries[" + i + "].function", 0x2000_0000 + i);
        vm.with("kvm_cpuid2", "entries[" + i + "].eax", random.nextInt());
        vm.with("kvm_cpuid2", "entries[" + i + "].edx", random.nextInt());
      }
      byte[] table = vm.argument(8 + 40 * count);
      assertEquals(0, vm.call(KvmIoctl.KVM_SET_CPUID2, vcpu));
      vm.clear().with("kvm_cpuid2", "nent", 256).call(KvmIoctl.KVM_GET_CPUID2, vcpu);
      assertArrayEquals(table, vm.argument(8 + 40 * count));
    }
  }

  @Test
  void noInputIsMetWithAnException() {
    Random random = new Random(SEED);
    for (String profile : new String[] {"linux-6.2", "linux-7.3"}) {
      for (String vendor : new String[] {"intel", "amd"}) {
        TestVm vm = new TestVm(profile, vendor);
        vm.irqchip = random.nextBoolean();
        vm.exceptionPayload = random.nextBoolean();
        vm.tripleFaultEvent = random.nextBoolean();
        Vcpu vcpu = new Vcpu(vm, random.nextInt(4096));
        for (KvmIoctl row : KvmIoctl.values()) {
          for (int round = 0; round < 60; round++) {
            vm.bytes(sparse(random, 4200, new int[] {0, 2, 30, 100}[round % 4]));
            int count = random.nextInt(255);
            if (round % 2 == 0 && row.readsArray()) {
              vm.with("kvm_msrs", "nmsrs", count);
            }
            long arg = round % 7 == 0 ? random.nextLong() : TestVm.ARGUMENT;
            checked(row, VcpuIoctls.handle(row, vcpu, arg, vm.user));
            checked(row, SystemIoctls.handle(row, arg, vm.user, vm.profile(), vm.cpuModel()));
          }
        }
      }
    }
  }

  private static void checked(KvmIoctl row, long result) {
    assertTrue(result >= -133, row + " gave " + result);
  }

  @Test
  void noMsrIndexOrValueIsMetWithAnException() {
    Random random = new Random(SEED);
    int[] bases = {
      0,
      0x80,
      0x100,
      0x180,
      0x200,
      0x280,
      0x300,
      0x380,
      0x400,
      0x480,
      0x600,
      0x6a0,
      0x800,
      0xd80,
      0x4000_0000,
      0x4000_0080,
      0x4000_0100,
      0x4b56_4d00,
      0xc000_0080,
      0xc000_0100,
      0xc001_0000,
      0xc001_0100,
      0xc001_0200,
      0xc001_1000
    };
    for (String vendor : new String[] {"intel", "amd"}) {
      TestVm vm = new TestVm("linux-7.3", vendor).withIrqchip();
      Vcpu vcpu = vm.vcpu();
      for (int base : bases) {
        for (int i = 0; i < 0x80; i++) {
          for (long value : new long[] {0, 1, -1, random.nextLong()}) {
            for (boolean host : new boolean[] {true, false}) {
              vcpu.msrs.write(base + i, value, host);
              vcpu.msrs.read(base + i, host);
            }
          }
        }
      }
    }
  }
}
