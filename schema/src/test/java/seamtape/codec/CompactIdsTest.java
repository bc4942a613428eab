package seamtape.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import seamtape.event.Actor;
import seamtape.event.Subject;

class CompactIdsTest {
  private static void assertBack(long value) {
    assertEquals(value, CompactIds.actorOf(CompactIds.actor(value)));
    assertEquals(value, CompactIds.subjectOf(CompactIds.subject(value)));
  }

  @Test
  void everyNumberHasOneCodeAndComesBack() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      assertBack(random.nextLong() >> random.nextInt(64));
    }
    for (long value = 0; value < 1 << 18; value++) {
      assertBack(value);
    }
    assertBack(Long.MIN_VALUE);
    assertBack(Long.MAX_VALUE);
  }

  @Test
  void theFirstVmsAndTheirFirstVcpusTakeOneByteAndThreadsKeepTheirNumbers() {
    for (int vm = 0; vm < 3; vm++) {
      assertTrue(CompactIds.subject(Subject.vm(vm)) < 16);
      assertTrue(CompactIds.actor(Actor.td(vm)) < 64);
      for (int vcpu = 0; vcpu < 3; vcpu++) {
        assertTrue(CompactIds.subject(Subject.vcpu(vm, vcpu)) < 16);
        assertTrue(CompactIds.actor(Actor.vcpu(vm, vcpu)) < 64);
      }
    }
    assertEquals(Actor.vmm(4711), CompactIds.actor(Actor.vmm(4711)));
    assertEquals(Subject.SYSTEM, CompactIds.subject(Subject.SYSTEM));
  }
}
