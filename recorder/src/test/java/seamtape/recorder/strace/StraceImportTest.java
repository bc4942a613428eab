package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.json.Json;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.Verification;

/** From files to a sealed recording. */
class StraceImportTest {
  @TempDir Path dir;

  private ImportReport importing(String recording, Path... files) throws IOException {
    ImportOptions options = ImportOptions.of(InputStream.nullInputStream());
    return StraceImport.of(List.of(files), dir.resolve(recording), options);
  }

  @Test
  void makesASealedRecordingThatIsTheSameEveryTime() throws IOException {
    Path log = Corpus.log("qemu-kvmguest.strace.gz");
    ImportReport first = importing("a.tape", log);
    ImportReport second = importing("b.tape", log);
    assertEquals(first.digest(), second.digest());
    assertEquals(Verification.State.SEALED, Verification.of(first.recording()).state());
    Imported expected = Imported.of(log);
    try (Tape tape = Tape.open(first.recording());
        Cursor cursor = tape.cursor()) {
      Manifest manifest = tape.manifest();
      assertEquals(Manifest.Source.STRACE, manifest.source());
      assertEquals(Manifest.Clock.NS, manifest.clock());
      assertTrue(manifest.durations());
      assertEquals(1770, manifest.totals().ioctls());
      assertEquals(expected.events.size(), tape.eventCount());
      for (int i = 0; cursor.next(); i++) {
        assertEquals(expected.events.get(i).call, cursor.event().call);
        assertEquals(expected.events.get(i).fields[0], cursor.event().fields[0]);
        assertEquals(expected.events.get(i).copyCount(), cursor.event().copyCount());
      }
    }
  }

  @Test
  void reportsWhatTheCommandPromises() throws IOException {
    ImportReport report = importing("a.tape", Corpus.log("qemu-kvmguest-stderr.strace.gz"));
    Map<String, Object> map = report.toMap();
    assertEquals(1770L, map.get("ioctls"));
    assertEquals(1795L, map.get("lines"));
    assertTrue(
        map.keySet()
            .containsAll(
                List.of(
                    "recording",
                    "ioctls",
                    "calls",
                    "events",
                    "digest",
                    "seconds",
                    "bytes",
                    "warnings",
                    "lines",
                    "skipped")));
    assertTrue(Json.write(map).contains("\"line\":92"), Json.write(map));
    try (Tape tape = Tape.open(report.recording())) {
      assertEquals(Manifest.Clock.NONE, tape.manifest().clock());
      assertFalse(tape.manifest().durations());
    }
  }

  @Test
  void importsALogWithoutKvmAsAnEmptyRecording() throws IOException {
    ImportReport report = importing("a.tape", Corpus.log("kvmtool-no-hwvirt.strace.gz"));
    assertEquals(0, report.log().events());
    assertTrue(Verification.of(report.recording()).whole());
  }

  @Test
  void readsStandardInput() throws IOException {
    byte[] log = "ioctl(3, KVM_GET_API_VERSION, 0) = 12\n".getBytes(StandardCharsets.US_ASCII);
    ImportOptions options = ImportOptions.of(new ByteArrayInputStream(log));
    ImportReport report = StraceImport.of(List.of(Path.of("-")), dir.resolve("a.tape"), options);
    assertEquals(1, report.log().ioctls());
  }

  @Test
  void mergesFilesOfOneThreadEach() throws IOException {
    Path main = dir.resolve("log.10");
    Path vcpu = dir.resolve("log.11");
    Files.writeString(
        main,
        """
        1795333489.000001 ioctl(3, KVM_CREATE_VM, 0) = 4 <0.000001>
        1795333489.000003 ioctl(4, KVM_CREATE_VCPU, 0) = 5 <0.000002>
        1795333489.000020 ioctl(4, KVM_CREATE_IRQCHIP, 0) = 0 <0.000001>
        """);
    Files.writeString(
        vcpu,
        """
        1795333489.000010 ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_IO) <0.000090>
        1795333489.000200 ioctl(5, KVM_RUN, 0) = ?
        1795333489.000300 +++ killed by SIGTERM +++
        """);
    Imported imported = Imported.of(vcpu, main);
    assertEquals(
        List.of(
            "KVM_CREATE_VM 10",
            "KVM_CREATE_VCPU 10",
            "KVM_RUN 11",
            "KVM_CREATE_IRQCHIP 10",
            "KVM_RUN 11"),
        imported.calls().stream().map(call -> call.name() + " " + call.tid()).toList());
    Imported.Call run = imported.call(2);
    assertEquals("vm0/vcpu0", run.subject());
    assertEquals(90_000, run.returned().time - run.enter().time);
    assertTrue(run.returned().number > imported.call(3).returned().number, "ends after it");
    assertEquals(5, importing("a.tape", vcpu, main).log().ioctls());
  }

  @Test
  void readsFilesWithoutTimesOneAfterAnother() throws IOException {
    Path first = Files.writeString(dir.resolve("log.10"), "ioctl(3, KVM_CREATE_VM, 0) = 4\n");
    Path second = Files.writeString(dir.resolve("log.11"), "ioctl(4, KVM_CREATE_IRQCHIP, 0) = 0\n");
    Imported imported = Imported.of(first, second);
    assertEquals("vm0", imported.call(1).subject());
    assertEquals(11, imported.call(1).tid());
    assertEquals(1, imported.report.warnings().size());
  }

  @Test
  void leavesNothingBehindWhenTheInputIsNoLog() throws IOException {
    Path text = Files.writeString(dir.resolve("notes.txt"), "milk\nbread\n");
    ImportException e = assertThrows(ImportException.class, () -> importing("a.tape", text));
    assertEquals(
        "notes.txt: is no log of strace: none of 2 lines reads like \"ioctl(3, KVM_RUN, 0) = 0\";"
            + " make one with strace -f -o FILE",
        e.getMessage());
    assertFalse(Files.exists(dir.resolve("a.tape")));
  }

  @Test
  void refusesToOverwriteARecording() throws IOException {
    Path log = Corpus.log("lwn.strace.gz");
    importing("a.tape", log);
    TapeException e = assertThrows(TapeException.class, () -> importing("a.tape", log));
    assertEquals(TapeException.Kind.EXISTS, e.kind());
  }
}
