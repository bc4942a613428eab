package seamtape.recorder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.machine.PagedMemory;

class RunPageTest {
  private static final long RUN = 0x7f00_0000_0000L;
  private static final int DIRTY_REGS = 296;
  private static final int SYNC_REGS = 304;
  private static final int DATA = 0x1000;

  private final PagedMemory memory = new PagedMemory();
  private final RunPage run;

  RunPageTest() {
    memory.map(RUN, 0x3000);
    run = new RunPage(memory, RUN);
  }

  private void poke(int offset, int... values) {
    for (int i = 0; i < values.length; i++) {
      memory.write(RUN + offset + i, new byte[] {(byte) values[i]}, 0, 1);
    }
  }

  private Event enter() {
    Event event = new Event().enter(KvmIoctl.KVM_RUN, 4, 0, 0);
    run.changes(event);
    return event;
  }

  private Event exit() {
    Event event = new Event().returns(KvmIoctl.KVM_RUN, 4, 0, 1);
    run.exit(event);
    return event;
  }

  /** An exit for one byte by port 0x60. */
  private void portExit(boolean in) {
    poke(8, KvmExit.KVM_EXIT_IO.number());
    poke(32, in ? 0 : 1, 1, 0x60, 0, 1, 0, 0, 0, 0, 0x10);
  }

  @Test
  void tellsNothingWhereNothingChanged() {
    assertEquals(0, enter().copyCount());
  }

  @Test
  void tellsAChangeOnce() {
    poke(1, 1);
    Event first = enter();
    assertEquals(1, first.copyCount());
    assertEquals(1, first.copyAt(0));
    assertArrayEquals(new byte[] {1}, first.copied(0));
    assertEquals(0, enter().copyCount());
  }

  @Test
  void joinsChangesThatLieNearEachOther() {
    poke(40, 1, 0, 0, 2);
    poke(60, 3);
    Event event = enter();
    assertEquals(2, event.copyCount());
    assertArrayEquals(new byte[] {1, 0, 0, 2}, event.copied(0));
    assertEquals(60, event.copyAt(1));
  }

  @Test
  void doesNotTellWhatTheKernelWrote() {
    portExit(false);
    poke(DATA, 'x');
    Event event = exit();
    assertEquals(KvmExit.KVM_EXIT_IO.number(), event.fields[1]);
    assertEquals(DATA, event.copyAt(1));
    assertArrayEquals(new byte[] {'x'}, event.copied(1));
    assertEquals(0, enter().copyCount());
  }

  @Test
  void tellsTheAnswerToAnIn() {
    portExit(true);
    exit();
    poke(DATA, 0x5a);
    Event event = enter();
    assertEquals(1, event.copyCount());
    assertEquals(DATA, event.copyAt(0));
    assertTrue(run.covers(RUN + DATA, 1));
  }

  @Test
  void leavesStoresThatKvmRunDoesNotReadToOthers() {
    portExit(false);
    exit();
    poke(DATA, 0x5a);
    poke(SYNC_REGS, 1);
    assertEquals(0, enter().copyCount());
    assertFalse(run.covers(RUN + DATA, 1));
    assertFalse(run.covers(RUN + SYNC_REGS, 8));
    assertTrue(run.covers(RUN + 1, 1));
  }

  @Test
  void tellsTheRegisterCopiesOnceTheyAreInUse() {
    poke(SYNC_REGS, 1);
    enter();
    poke(DIRTY_REGS, 1);
    Event event = enter();
    assertEquals(2, event.copyCount());
    assertEquals(SYNC_REGS, event.copyAt(1));
    assertTrue(run.covers(RUN + SYNC_REGS, 8));
  }
}
