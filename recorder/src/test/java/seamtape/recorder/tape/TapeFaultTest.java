package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.FaultTable.Fault;
import seamtape.recorder.tape.Manifest.Source;

/** Faults of the system around a writer: a clear error, and what was appended stays readable. */
class TapeFaultTest {
  @TempDir Path dir;

  @AfterAll
  static void theTableIsUpToDate() throws IOException {
    FaultTable.check();
  }

  /** A disk mounted for a test. */
  private record Mount(Path at) implements AutoCloseable {
    @Override
    public void close() throws IOException, InterruptedException {
      Child.succeeds("umount", "-l", at.toString());
    }
  }

  /** Mounts on a directory of that name; the test is skipped where it has no right to. */
  private Mount mount(String name, String... arguments) throws IOException, InterruptedException {
    Path at = Files.createDirectory(dir.resolve(name));
    List<String> line = new ArrayList<>(List.of("mount"));
    line.addAll(List.of(arguments));
    line.add(at.toString());
    assumeTrue(Child.succeeds(line.toArray(String[]::new)), "no right to mount a disk here");
    return new Mount(at);
  }

  private static TapeWriter writer(Path tape) throws TapeException {
    return TapeWriter.create(tape, Manifest.of(Source.SIM, "linux-7.3"));
  }

  /** Makes a recording of that many events; an open one is what a killed writer leaves. */
  private static void record(Path tape, int events, boolean sealed) throws TapeException {
    try (TapeWriter writer = writer(tape)) {
      Events.append(writer, 1, events);
      if (sealed) {
        writer.seal();
      }
    }
  }

  private static void assertFailed(Child.End end, String failure) {
    assertEquals(0, end.exit(), end.errors());
    assertTrue(end.failure().contains(failure), end.failure());
  }

  private static void assertAllReadable(Path tape, Child.End end) throws TapeException {
    Verification found = Verification.of(tape);
    assertEquals(Verification.State.OPEN, found.state(), found.damage().toString());
    assertTrue(found.events() >= end.acknowledged(), found.events() + " < " + end.acknowledged());
  }

  @Test
  void aFullDiskIsAClearErrorAndLosesNothing() throws Exception {
    try (Mount disk = mount("full", "-t", "tmpfs", "-o", "size=3m", "tmpfs")) {
      fill(disk.at, Fault.DISK_FULL);
    }
  }

  @Test
  void aFullDeviceIsAClearErrorAndLosesNothing() throws Exception {
    Path image = dir.resolve("image");
    Files.write(image, new byte[6 << 20]);
    assumeTrue(Child.succeeds("mke2fs", "-q", image.toString()), "no mke2fs to make a disk");
    try (Mount disk = mount("device", "-o", "loop", image.toString())) {
      fill(disk.at, Fault.DEVICE_FULL);
    }
  }

  private void fill(Path mount, Fault fault) throws Exception {
    for (List<String> flags : List.of(List.<String>of(), List.of("-Xint"))) {
      Path tape = mount.resolve("a.tape");
      Child.End end = Child.run(List.of(), flags, tape, Durability.NONE);
      assertFailed(end, "No space left on device");
      assertTrue(end.acknowledged() > 1000, "events: " + end.acknowledged());
      assertAllReadable(tape, end);
      Recovery.of(tape, dir.resolve("recovered" + flags.size() + ".tape"), done -> {});
      TapeFiles.remove(tape);
    }
    FaultTable.row(fault, 2, 0, 2);
  }

  @Test
  void aDiskThatCannotSyncEndsTheRecordingAtOnce() throws Exception {
    List<String> inject =
        List.of(
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=fsync,fdatasync",
            "-e",
            "inject=fsync,fdatasync:error=EIO:when=7+");
    assumeTrue(
        Child.succeeds("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"),
        "no strace to make fsync fail");
    for (Durability level : List.of(Durability.INTERVAL, Durability.BLOCK)) {
      Path tape = dir.resolve(level + ".tape");
      Child.End end = Child.run(inject, List.of(), tape, level);
      assertFailed(end, "Input/output error");
      assertAllReadable(tape, end);
    }
    FaultTable.row(Fault.FSYNC, 2, 0, 2);
  }

  @Test
  void aSecondProcessIsRefusedAndTheFirstGoesOn() throws Exception {
    Path tape = dir.resolve("a.tape");
    try (TapeWriter writer = writer(tape)) {
      Events.append(writer, 1, 1000);
      Child.End second = Child.run(List.of(), List.of(), tape, Durability.NONE);
      assertEquals(0, second.acknowledged());
      assertTrue(second.failure().contains("another writer is recording here"), second.failure());
      Events.append(writer, 2, 1000);
      writer.seal();
    }
    assertEquals(2000, Verification.of(tape).events());
    assertTrue(Verification.of(tape).whole());
  }

  @Test
  void aRemovedDirectoryIsAClearError() throws Exception {
    Path tape = dir.resolve("a.tape");
    TapeWriter writer = writer(tape);
    Events.append(writer, 1, 1000);
    writer.flush();
    TapeFiles.remove(tape);
    Events.append(writer, 2, 1000);
    TapeException e = assertThrows(TapeException.class, writer::seal);
    assertTrue(e.getMessage().startsWith(tape + ": cannot "), e.getMessage());
    assertTrue(e.getMessage().endsWith("no such file or directory"), e.getMessage());
    assertEquals(TapeException.Kind.IO, e.kind());
  }

  /** Somewhere in these sizes the disk is full when the queue is made, after all else was. */
  @Test
  void aRecordingThatTheDiskLetsNotBeginLeavesNothing() throws Exception {
    for (int kib = 1200; kib <= 1500; kib += 50) {
      try (Mount disk = mount("tight" + kib, "-t", "tmpfs", "-o", "size=" + kib + "k", "tmpfs")) {
        Path tape = disk.at.resolve("a.tape");
        try (TapeWriter writer = writer(tape)) {
          writer.seal();
        } catch (TapeException | UncheckedIOException e) {
          assertFalse(
              Files.exists(tape) && !Files.exists(tape.resolve("manifest.json")),
              kib + " KiB: part of it is left");
        }
      }
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsAClearError() throws Exception {
    try (Mount disk = mount("readonly", "-t", "tmpfs", "-o", "ro", "tmpfs")) {
      Path tape = disk.at.resolve("a.tape");
      TapeException e = assertThrows(TapeException.class, () -> writer(tape));
      assertTrue(e.getMessage().contains("Read-only file system"), e.getMessage());
    }
  }

  @Test
  void aRecordingOnAReadOnlyDiskIsReadVerifiedAndRecoveredElsewhere() throws Exception {
    Path origin = dir.resolve("origin");
    record(origin.resolve("a.tape"), 1000, false);
    try (Mount disk = mount("mounted", "--bind", origin.toString())) {
      String at = disk.at.toString();
      assumeTrue(Child.succeeds("mount", "-o", "remount,ro,bind", at), "no right to remount");
      Path tape = disk.at.resolve("a.tape");
      assertEquals(1000, Verification.of(tape).events());
      Recovery.of(tape, dir.resolve("b.tape"), done -> {});
      assertEquals(1000, Verification.of(dir.resolve("b.tape")).events());
    }
  }

  @Test
  void aRecordingBehindSymbolicLinksIsTheSameRecording() throws Exception {
    Path real = Files.createDirectory(dir.resolve("real"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), real);
    record(link.resolve("a.tape"), 100, true);
    Path tape = Files.createSymbolicLink(dir.resolve("b.tape"), real.resolve("a.tape"));
    assertEquals(Verification.State.SEALED, Verification.of(tape).state());
    Path dangling = Files.createSymbolicLink(dir.resolve("c.tape"), dir.resolve("nowhere"));
    assertThrows(TapeException.class, () -> Tape.open(dangling));
    assertThrows(TapeException.class, () -> writer(dangling));
  }

  @Test
  void noClockOfTheHostDecidesWhereBlocksGo() throws Exception {
    Path tape = dir.resolve("a.tape");
    record(tape, 20_000, true);
    // The queue's clock stands at the epoch: a clock set back or forward names no other file.
    List<Path> cycles = TapeFiles.cycles(tape);
    assertEquals(1, cycles.size());
    assertTrue(cycles.get(0).getFileName().toString().startsWith("19700101"), cycles.toString());
  }

  @Test
  void aFailedWriterSaysTheSameAgain() throws Exception {
    try (Mount disk = mount("small", "-t", "tmpfs", "-o", "size=2m", "tmpfs")) {
      TapeWriter writer = writer(disk.at.resolve("a.tape"));
      UncheckedIOException first =
          assertThrows(UncheckedIOException.class, () -> Events.append(writer, 1, 1_000_000));
      UncheckedIOException second = assertThrows(UncheckedIOException.class, writer::flush);
      assertEquals(first.getMessage(), second.getMessage());
      assertThrows(TapeException.class, writer::seal);
    }
  }
}
