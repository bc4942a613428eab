package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What lies in a recording's directory may be anything: pipes, directories, links. Readers end with
 * a value or their own exception, and wait for nobody.
 */
class SpecialFilesTest {
  /**
   * A reader needs no lock; and the staging file of a young recording still has what is in the
   * journal.
   */
  private static final Set<String> NEEDED = Set.of("manifest.json", "schema.avsc", "staging");

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path dir;
  private SmallTape tape;

  @BeforeEach
  void record() throws IOException {
    tape = SmallTape.record(dir.resolve("a.tape"), false);
  }

  private Path part(String name) throws IOException {
    return name.equals("cycle") ? tape.cycle() : tape.path.resolve(name);
  }

  /** True when the damage is told, by the readers that a command uses. */
  private boolean told() {
    return assertTimeoutPreemptively(
        SOON,
        () -> {
          try (Tape opened = Tape.open(tape.path);
              Cursor cursor = opened.cursor()) {
            long read = 0;
            while (cursor.next()) {
              assertEquals(++read, cursor.event().number);
            }
            boolean whole = Verification.of(tape.path).whole();
            assertTrue(!whole || read == SmallTape.EVENTS, read + " events, and nobody says so");
            return !whole;
          } catch (TapeException e) {
            return true;
          }
        });
  }

  private void recovers() throws IOException {
    assertTimeoutPreemptively(
        SOON,
        () -> {
          try {
            Recovery.of(tape.path, dir.resolve("b.tape"), done -> {});
            assertTrue(Verification.of(dir.resolve("b.tape")).whole());
          } catch (TapeException e) {
            assertFalse(Files.exists(dir.resolve("b.tape")), e.getMessage());
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.json", "schema.avsc", "cycle", "staging", "lock"})
  void aPipeInPlaceOfAFileIsWaitedForByNobody(String name) throws Exception {
    Path part = part(name);
    Files.delete(part);
    assumeTrue(Child.succeeds("mkfifo", part.toString()), "no mkfifo");
    assertEquals(NEEDED.contains(name), told());
    recovers();
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.json", "schema.avsc", "cycle", "staging", "lock"})
  void aDirectoryInPlaceOfAFileIsTold(String name) throws Exception {
    Path part = part(name);
    Files.delete(part);
    Files.createDirectory(part);
    assertEquals(NEEDED.contains(name), told());
    recovers();
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.json", "schema.avsc", "cycle", "journal", "staging", "lock"})
  void aLinkToTheRealOneIsFollowedAndOneToNowhereIsTold(String name) throws Exception {
    Path part = part(name);
    Path moved = Files.move(part, dir.resolve("moved"));
    Files.createSymbolicLink(part, moved);
    assertFalse(told());
    assertEquals(SmallTape.EVENTS, Verification.of(tape.path).events());
    Files.delete(part);
    Files.createSymbolicLink(part, dir.resolve("nowhere"));
    assertEquals(NEEDED.contains(name), told());
    recovers();
  }

  @Test
  void aLinkThatLeadsToItselfIsToldEverywhere() throws Exception {
    for (String name : NEEDED) {
      Path part = part(name);
      Path kept = Files.move(part, dir.resolve("kept"));
      Files.createSymbolicLink(part, part);
      assertTrue(told(), name);
      Files.delete(part);
      Files.move(kept, part);
    }
    Path loop = dir.resolve("loop.tape");
    Files.createSymbolicLink(loop, loop);
    assertTrue(
        assertTimeoutPreemptively(
            SOON,
            () -> {
              try {
                Tape.open(loop).close();
                return false;
              } catch (TapeException e) {
                return true;
              }
            }));
  }

  @Test
  void aLockThatADeadWriterLeftStopsNobodyWhateverProcessHasItsNumberNow() throws Exception {
    Files.writeString(TapeFiles.lock(tape.path), ProcessHandle.current().pid() + "\n");
    assertFalse(Recovery.beingRecorded(tape.path));
    Recovery.of(tape.path, dir.resolve("b.tape"), done -> {});
    assertEquals(SmallTape.EVENTS, Verification.of(dir.resolve("b.tape")).events());
  }
}
