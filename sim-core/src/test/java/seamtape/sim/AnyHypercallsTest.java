package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.HvStatus;
import seamtape.catalog.KvmExit;

/**
 * Hypercalls with registers drawn at random: each is answered, with a status or an errno of its
 * interface, or goes to user space, or is #UD; never anything else.
 */
class AnyHypercallsTest {
  private static final int CALLS = 400;
  private static final List<String> REGISTERS =
      List.of("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10");
  private static final Set<Integer> EXITS =
      Set.of(
          KvmExit.KVM_EXIT_IO.number(),
          KvmExit.KVM_EXIT_XEN.number(),
          KvmExit.KVM_EXIT_HYPERV.number(),
          KvmExit.KVM_EXIT_HYPERCALL.number());

  private final Random random = new Random(14);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "map-exit",
        "map-exit lapic long",
        "user",
        "hyperv prot",
        "hyperv lapic synic syndbg syndbg-calls long",
        "xen-events xen-timer xen-version",
        "xen-events xen-timer hyperv long"
      })
  void anyRegistersAreAnswered(String setup) {
    HypercallGuest guest = new HypercallGuest(List.of(setup.split(" ")));
    boolean hyperv = setup.startsWith("hyperv");
    for (int i = 0; i < CALLS; i++) {
      Map<String, Long> registers = registers(hyperv);
      int exit = guest.call(registers);
      assertTrue(EXITS.contains(exit), () -> setup + " " + registers + ": exit " + exit);
      if (exit != KvmExit.KVM_EXIT_IO.number()) {
        assertTrue(guest.run() == KvmExit.KVM_EXIT_IO.number(), () -> setup + " " + registers);
      } else if (hyperv) {
        long status = guest.register("rax") & 0xffff;
        assertTrue(HvStatus.of(status).isPresent(), () -> setup + " " + registers);
      }
    }
  }

  /** Often a number or an address that is one; Hyper-V's control word with its code low. */
  private Map<String, Long> registers(boolean hyperv) {
    Map<String, Long> values = new HashMap<>();
    for (String name : REGISTERS) {
      long any = random.nextLong() >>> random.nextInt(64);
      values.put(name, random.nextInt(3) == 0 ? any : random.nextInt(0x100) & 0xffL);
    }
    if (!hyperv) {
      values.put("rax", (long) random.nextInt(48));
    }
    return values;
  }
}
