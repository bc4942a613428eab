package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;

/** One program under many options of strace: the same twelve calls, more or less of them shown. */
class SpellingsTest {
  /** Where the process's own addresses lie, which differ from run to run. */
  private static final int USERSPACE_ADDR = 24;

  @TestFactory
  Stream<DynamicTest> givesTheSameCallsInEverySpelling() throws IOException {
    Imported full = Imported.of(Corpus.log("lwn-opt-full.strace.gz"));
    return Corpus.logs().stream()
        .filter(log -> log.getFileName().toString().startsWith("lwn"))
        .map(
            log ->
                DynamicTest.dynamicTest(
                    log.getFileName().toString(), () -> same(full, Imported.of(log))));
  }

  private static void same(Imported full, Imported other) {
    assertEquals(outline(full), outline(other));
    for (int i = 0; i < full.ioctls().size(); i++) {
      Imported.Call a = full.ioctls().get(i);
      Imported.Call b = other.ioctls().get(i);
      shownAlike(a, a.enter(), b.enter());
      shownAlike(a, a.returned(), b.returned());
    }
  }

  private static List<String> outline(Imported imported) {
    List<String> calls = new ArrayList<>();
    for (Imported.Call call : imported.ioctls()) {
      boolean pointer = ((KvmIoctl) call.enter().call).pointer();
      String arg = pointer ? "*" : Long.toString(call.enter().fields[1]);
      calls.add(
          String.join(
              " ",
              call.name(),
              call.subject(),
              "fd " + call.enter().fields[0],
              arg,
              "= " + call.ret()));
    }
    return calls;
  }

  /** A byte that both show is the same, save for addresses. */
  private static void shownAlike(Imported.Call call, Event a, Event b) {
    boolean slot = call.enter().call == KvmIoctl.KVM_SET_USER_MEMORY_REGION;
    for (int i = 0; i < (slot ? USERSPACE_ADDR : 312); i++) {
      int shown = Imported.shown(b, i);
      if (shown >= 0) {
        assertEquals(Imported.shown(a, i), shown, call.name() + " byte " + i);
      }
    }
  }

  @Test
  void showsOnlyWhatASpellingShows() throws IOException {
    Imported abbreviated = Imported.of(Corpus.log("lwn-opt-plain.strace.gz"));
    Event registers = call(abbreviated, "KVM_SET_REGS").enter();
    assertEquals(2, Imported.number(registers, 0, 8), "rax");
    assertEquals(-1, Imported.shown(registers, 8), "rbx is cut");
    assertEquals(0x1000, Imported.number(registers, 128, 8), "rip");

    Imported verbose = Imported.of(Corpus.log("lwn-opt-v.strace.gz"));
    registers = call(verbose, "KVM_SET_REGS").enter();
    assertEquals(2, Imported.number(registers, 8, 8), "rbx");

    Imported raw = Imported.of(Corpus.log("lwn-opt-e-raw-ioctl.strace.gz"));
    registers = call(raw, "KVM_SET_REGS").enter();
    assertEquals(0, registers.copyCount());
    assertEquals(0x7ffd3fd380e0L, registers.fields[1]);
  }

  private static Imported.Call call(Imported imported, String name) {
    return imported.calls().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void putsInputsIntoTheEnterAndOutputsIntoTheReturn() throws IOException {
    Imported imported = Imported.of(Corpus.log("lwn-opt-full.strace.gz"));
    Imported.Call get = call(imported, "KVM_GET_SREGS");
    assertEquals(0, get.enter().copyCount());
    assertEquals(0xffff0000L, Imported.number(get.returned(), 0, 8), "cs.base");
    Imported.Call set = call(imported, "KVM_SET_SREGS");
    assertEquals(0, set.returned().copyCount());
    assertEquals(0, Imported.number(set.enter(), 0, 8), "cs.base");
  }

  @Test
  void keepsTheTimesThatASpellingHas() throws IOException {
    assertTrue(Imported.of(Corpus.log("lwn-opt-full.strace.gz")).report.durations());
    assertTrue(Imported.of(Corpus.log("lwn-opt-T.strace.gz")).report.durations());
    assertTrue(!Imported.of(Corpus.log("lwn-opt-T.strace.gz")).report.timed());
    assertTrue(Imported.of(Corpus.log("lwn-opt-r.strace.gz")).report.timed());
    assertTrue(Imported.of(Corpus.log("lwn-opt-t.strace.gz")).report.timed());
    assertTrue(!Imported.of(Corpus.log("lwn-opt-plain.strace.gz")).report.timed());
  }

  @Test
  void mergesAnArchiveOfOneFilePerThread() throws IOException {
    Imported imported = Imported.of(Corpus.log("lwn-opt-ff.tar.gz"));
    assertEquals(12, imported.report.ioctls());
    assertTrue(imported.calls().stream().allMatch(call -> call.tid() == 13372));
    assertTrue(imported.report.warnings().isEmpty());
  }
}
