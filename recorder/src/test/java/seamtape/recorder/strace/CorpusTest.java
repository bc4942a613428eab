package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventText;
import seamtape.event.Phase;

/** Every log of the corpus against the table of its manifest. A new log is a new test. */
class CorpusTest {
  private static final String ARCHIVE = "lwn-opt-ff.tar.gz";

  @TestFactory
  Stream<DynamicTest> importsEveryLogWithTheCountsOfItsManifest() throws IOException {
    Map<String, Corpus.Row> rows = Corpus.manifest();
    return Corpus.logs().stream()
        .filter(log -> !log.endsWith(ARCHIVE))
        .map(
            log -> {
              String name = log.getFileName().toString().replace(".strace.gz", "");
              return DynamicTest.dynamicTest(name, () -> agrees(log, rows.get(name)));
            });
  }

  private static void agrees(Path log, Corpus.Row row) throws IOException {
    assertNotNull(row, "no row in MANIFEST.md");
    Imported imported = Imported.of(log);
    assertEquals(row.ioctls(), imported.report.ioctls());
    assertEquals(row.ioctls(), imported.ioctls().size());
    assertEquals(row.kept(), imported.report.lines());
    assertEquals(row.runs(), runs(imported).size());
    for (Imported.Call run : runs(imported)) {
      assertTrue(run.subject().matches("vm\\d+/vcpu[01]"), run.subject());
    }
    assertEquals(row.exits(), exits(imported));
    assertEquals(words(row.errors()), words(errors(imported)));
    assertEquals(imported.report.calls(), imported.calls().size());
    assertEquals(imported.report.events(), imported.events.size());
    wellFormed(imported);
  }

  private static List<String> words(String text) {
    return Stream.of(text.split(" ")).sorted().toList();
  }

  private static List<Imported.Call> runs(Imported imported) {
    return imported.calls().stream().filter(call -> call.name().equals("KVM_RUN")).toList();
  }

  private static String exits(Imported imported) {
    Map<Long, Integer> counts = new TreeMap<>();
    for (Imported.Call run : runs(imported)) {
      if (run.returned() != null && run.returned().fields[1] >= 0) {
        counts.merge(run.returned().fields[1], 1, Integer::sum);
      }
    }
    List<String> parts = new ArrayList<>();
    counts.forEach((reason, count) -> parts.add(KvmExit.text(reason).substring(9) + ":" + count));
    return parts.isEmpty() ? "-" : String.join(" ", parts);
  }

  private static String errors(Imported imported) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Imported.Call call : imported.ioctls()) {
      if (call.ret() != null && call.ret() < 0) {
        counts.merge(Errno.text(call.ret()), 1, Integer::sum);
      }
    }
    List<String> parts = new ArrayList<>();
    counts.forEach((name, count) -> parts.add(name + ":" + count));
    return parts.isEmpty() ? "-" : String.join(" ", parts);
  }

  /** What the contract asks of any recording. */
  private static void wellFormed(Imported imported) {
    long time = 0;
    for (Event event : imported.events) {
      assertTrue(event.time >= time, "time goes back at " + event.number);
      time = event.time;
      if (event.phase == Phase.RETURN) {
        Event enter = imported.events.get((int) (event.number - event.link - 1));
        assertEquals(Phase.ENTER, enter.phase);
        assertEquals(enter.call, event.call);
        assertEquals(enter.actor, event.actor);
      }
    }
    if (!imported.events.isEmpty()) {
      assertEquals(0, imported.events.get(0).time);
    }
  }

  @Test
  void bareFdsAndAnnotatedOnesGiveTheSameSubjects() throws IOException {
    List<String> annotated = subjects(Imported.of(Corpus.log("qemu-kvmguest.strace.gz")));
    assertEquals(annotated, subjects(Imported.of(Corpus.log("qemu-kvmguest-casual.strace.gz"))));
    assertEquals(annotated, subjects(Imported.of(Corpus.log("qemu-kvmguest-stderr.strace.gz"))));
  }

  private static List<String> subjects(Imported imported) {
    return imported.ioctls().stream().map(call -> call.name() + " " + call.subject()).toList();
  }

  @Test
  void ordersOverlappingRunsByTheirStarts() throws IOException {
    Imported imported = Imported.of(Corpus.log("qemu-kvmguest-smp2-virtio.strace.gz"));
    Event blocked = null;
    for (Event event : imported.events) {
      if (event.call == KvmIoctl.KVM_RUN && event.phase == Phase.RETURN && event.link > 1) {
        blocked = event;
        break;
      }
    }
    assertNotNull(blocked, "a run that another thread's calls overlap");
    Event enter = imported.events.get((int) (blocked.number - blocked.link - 1));
    assertTrue(enter.number < blocked.number - 1);
    assertTrue(enter.time < blocked.time);
  }

  @Test
  void aRunThatNeverReturnsHasOnlyAnEnter() throws IOException {
    Imported imported = Imported.of(Corpus.log("kvmtool-casual.strace.gz"));
    List<Imported.Call> open =
        imported.calls().stream().filter(call -> call.returned() == null).toList();
    assertEquals(1, open.size());
    assertEquals("KVM_RUN", open.get(0).name());
  }

  @Test
  void namesTheLineThatIsTheProgramsOwn() throws IOException {
    Imported imported = Imported.of(Corpus.log("qemu-kvmguest-stderr.strace.gz"));
    assertEquals(1, imported.report.warnings().size());
    assertEquals(92, imported.report.warnings().get(0).line());
    assertTrue(imported.report.warnings().get(0).text().contains("CPUID.01H:ECX.pni"));
  }

  /** The event text of one small import, as {@code show} prints it. */
  @Test
  void importsTheMinimalGuestAsItsGoldenText() throws IOException {
    Imported imported = Imported.of(Corpus.log("lwn.strace.gz"));
    StringBuilder text = new StringBuilder();
    for (Event event : imported.events) {
      Event enter =
          event.phase == Phase.RETURN
              ? imported.events.get((int) (event.number - event.link - 1))
              : null;
      text.append(event.number).append(' ').append(event.time).append(' ');
      text.append(seamtape.event.Actor.text(event.actor)).append(' ');
      text.append(EventText.event(event, enter, "intel")).append('\n');
    }
    Path golden = Corpus.ROOT.resolve("fixtures/golden/import/lwn.txt");
    if (System.getProperty("golden", "check").equals("update")) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, text);
    }
    assertEquals(Files.readString(golden), text.toString());
  }

  @Test
  void countsOnlyKvmIoctls() throws IOException {
    Imported imported = Imported.of(Corpus.log("kvmtool-no-hwvirt.strace.gz"));
    assertEquals(0, imported.report.ioctls());
    assertEquals(33, imported.report.skipped());
    assertEquals(Family.KVM_IOCTL, KvmIoctl.KVM_RUN.family());
  }
}
