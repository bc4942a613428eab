package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.cli.Command.Result;
import seamtape.json.Json;
import seamtape.recorder.tape.Manifest;

/**
 * Every verb that takes a recording, on every kind of bad one: what is whole of it, or one line
 * that says what is wrong, and never a fault of ours.
 */
class BadRecordingsTest {
  /** What is wrong, and what {@code verify} makes of it. */
  private enum Bad {
    TRUNCATED(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Path cycle = TapeOnDisk.cycle(tape);
        Files.write(cycle, Arrays.copyOf(Files.readAllBytes(cycle), middle(cycle)));
      }
    },
    A_FLIPPED_BIT(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        flip(TapeOnDisk.cycle(tape), 1000);
      }
    },
    A_FLIPPED_BIT_OF_A_HEADER(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        flip(TapeOnDisk.cycle(tape), 60);
      }
    },
    WITHOUT_JOURNAL(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Recordings.remove(tape.resolve("journal"));
      }
    },
    WITH_AN_EMPTY_JOURNAL(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Files.write(TapeOnDisk.cycle(tape), new byte[0]);
      }
    },
    WITH_THE_JOURNAL_OF_ANOTHER(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Path other = TapeOnDisk.cycle(tape.resolveSibling("other.tape"));
        Files.write(TapeOnDisk.cycle(tape), Files.readAllBytes(other));
      }
    },
    NEWER(Exit.USAGE) {
      @Override
      void spoil(Path tape) throws IOException {
        String now = "\"formatVersion\": " + Manifest.FORMAT_VERSION + ",";
        replace(tape, now, "\"formatVersion\": 99,");
      }
    },
    WITH_AN_EDITED_MANIFEST(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        replace(tape, "linux-7.3", "linux-6.2");
      }
    },
    WITHOUT_MANIFEST(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Files.delete(tape.resolve("manifest.json"));
      }
    },
    WITHOUT_SCHEMA(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Files.delete(tape.resolve("schema.avsc"));
      }
    },
    WITH_AN_EDITED_SCHEMA(Exit.DIFFERENT) {
      @Override
      void spoil(Path tape) throws IOException {
        Path schema = tape.resolve("schema.avsc");
        Files.writeString(schema, Files.readString(schema) + " ");
      }
    },
    FOREIGN(Exit.USAGE) {
      @Override
      void spoil(Path tape) throws IOException {
        Recordings.remove(tape);
        Files.createDirectory(tape);
        Files.writeString(tape.resolve("manifest.json"), "{\"name\": \"app\"}\n");
      }
    },
    EMPTY(Exit.USAGE) {
      @Override
      void spoil(Path tape) throws IOException {
        Recordings.remove(tape);
        Files.createDirectory(tape);
      }
    },
    A_FILE(Exit.USAGE) {
      @Override
      void spoil(Path tape) throws IOException {
        Recordings.remove(tape);
        Files.writeString(tape, "hello\n");
      }
    };

    private final int verified;

    /** True where the damage lies before event 9000, which is whole. */
    private final boolean beginning;

    Bad(int verified) {
      this.verified = verified;
      beginning = name().startsWith("A_FLIPPED");
    }

    abstract void spoil(Path tape) throws IOException;

    private static int middle(Path cycle) throws IOException {
      return (int) Files.size(cycle) / 2;
    }

    /** A bit of the second block. */
    private static void flip(Path cycle, int at) throws IOException {
      byte[] bytes = Files.readAllBytes(cycle);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      bytes[text.indexOf("SEAMBLK", text.indexOf("SEAMBLK") + 1) + at] ^= 4;
      Files.write(cycle, bytes);
    }

    private static void replace(Path tape, String old, String with) throws IOException {
      Path manifest = tape.resolve("manifest.json");
      String text = Files.readString(manifest);
      assertTrue(text.contains(old), text);
      Files.writeString(manifest, text.replace(old, with));
    }
  }

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static final List<String> VERBS =
      List.of(
          "show REC",
          "show REC --json",
          "show REC --tree",
          "show REC --filter errno!=0",
          "show REC --json --filter call==KVM_RUN",
          "show REC --from 9000 --count 3",
          "show REC --follow",
          "stats REC",
          "stats REC --json",
          "verify REC",
          "verify REC --json",
          "recover REC -o OUT.tape",
          "recover REC -o OUT.tape --compress --json",
          "trim REC --from 2 --to 9000 -o OUT.tape",
          "pack REC -o OUT.tape",
          "export REC --to jsonl -o OUT",
          "export REC --to csv -o OUT",
          "export REC --to avro -o OUT",
          "export REC --to chrome -o OUT",
          "replay REC",
          "replay REC --keep-going -o OUT.tape",
          "diff REC GOOD",
          "diff GOOD REC --json",
          "state REC --at 9000",
          "state REC --at 9000 --json");

  @TempDir static Path dir;

  @BeforeAll
  static void record() {
    String good = dir.resolve("good.tape").toString();
    Command.run("record", "pio-storm", "--set", "count=5000", "-o", good);
    Command.run("record", "two-vms", "-o", dir.resolve("other.tape").toString());
  }

  private static Path spoiled(Bad bad) throws IOException {
    Path tape = dir.resolve(bad.name().toLowerCase(java.util.Locale.ROOT) + ".tape");
    if (!Files.exists(tape)) {
      copy(dir.resolve("good.tape"), tape);
      bad.spoil(tape);
    }
    return tape;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyVerbGivesWhatIsWholeOrOneLineThatSaysWhatIsWrong(Bad bad) throws Exception {
    String tape = spoiled(bad).toString();
    for (String verb : VERBS) {
      Path out = dir.resolve(verb.contains("OUT.tape") ? "out.tape" : "out");
      String line =
          verb.replace("REC", tape)
              .replace("GOOD", dir.resolve("good.tape").toString())
              .replaceAll("OUT(.tape)?", out.toString());
      assertClear(bad, verb, Command.run(line.split(" ")));
      assertNothingHalf(verb, out);
      remove(out);
    }
  }

  private static void assertClear(Bad bad, String verb, Result result) {
    String what = bad + ": " + verb + " gives " + result;
    assertFalse((result.out() + result.err()).contains("Exception"), what);
    assertEquals(exit(bad, verb), result.exit(), what);
    if (result.exit() == Exit.USAGE) {
      assertEquals(1, result.err().lines().count(), what);
      assertTrue(result.err().startsWith("seamtape: "), what);
    }
    if (verb.contains("--json")) {
      result.out().lines().forEach(Json::parse);
    }
    if (bad.verified == Exit.DIFFERENT && result.exit() == Exit.USAGE) {
      assertTrue(result.err().matches("(?s).*(seamtape (verify|recover)|recover ).*"), what);
    }
  }

  private static int exit(Bad bad, String verb) {
    boolean damaged = bad.verified == Exit.DIFFERENT;
    return switch (verb.substring(0, verb.indexOf(' '))) {
      case "verify" -> bad.verified;
      case "recover" -> damaged ? Exit.DONE : Exit.USAGE;
      default -> bad.beginning && verb.contains("--from 9000") ? Exit.DONE : Exit.USAGE;
    };
  }

  /** What is there under the name asked for is a recording that says that it is open. */
  private static void assertNothingHalf(String verb, Path out) {
    if (Files.exists(out) && !verb.startsWith("recover")) {
      assertTrue(verb.startsWith("replay"), verb);
      Object state = Command.run("verify", out.toString(), "--json").json().get("state");
      assertEquals("open", state, verb);
    }
  }

  @Test
  void theCallsBeforeTheDamageAreShown() throws Exception {
    for (Bad bad : List.of(Bad.TRUNCATED, Bad.A_FLIPPED_BIT, Bad.A_FLIPPED_BIT_OF_A_HEADER)) {
      Result shown = Command.run("show", spoiled(bad).toString());
      assertTrue(shown.out().lines().count() > 900, bad + ": " + shown);
      Result events = Command.run("show", spoiled(bad).toString(), "--json");
      assertTrue(events.out().lines().count() > 1900, bad + ": " + events.err());
    }
  }

  @Test
  void whatToDoIsToldWhateverTheRecordingIsCalled() throws Exception {
    Path tape = dir.resolve("recovered.schema.avsc.tape");
    copy(dir.resolve("good.tape"), tape);
    Bad.A_FLIPPED_BIT.spoil(tape);
    String err = Command.run("trim", tape.toString(), "-o", dir.resolve("t.tape").toString()).err();
    assertTrue(err.contains("seamtape recover saves"), err);
    Bad.WITHOUT_MANIFEST.spoil(tape);
    String found = Command.run("verify", tape.toString(), "--json").out();
    assertTrue(found.contains("\"kind\":\"manifest\"") || found.contains("\"kind\": \"manifest\""));
  }

  @Test
  void theServerAnswersForEachOfThemAndGoesOn() throws Exception {
    for (Bad bad : Bad.values()) {
      spoiled(bad);
    }
    Process process = Command.start("serve", dir.toString(), "--port", "0");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      URI page = URI.create(out.readLine().replaceAll(".* at (\\S+) .*", "$1"));
      for (Bad bad : Bad.values()) {
        String id = spoiled(bad).getFileName().toString().replace(".tape", "");
        for (String part :
            List.of("", "/calls?from=0&count=50", "/calls?from=4400&count=50", "/latency")) {
          int status = get(page.resolve("/api/v1/recordings/" + id + part));
          assertTrue(status == 200 || status / 100 == 4, bad + part + ": " + status);
        }
        assertEquals(200, get(page.resolve("/r/" + id)), id);
      }
      assertEquals(200, get(page.resolve("/api/v1/recordings/good/calls?from=0&count=50")));
    } finally {
      process.destroyForcibly();
    }
  }

  private static int get(URI uri) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    return CLIENT.send(request, BodyHandlers.ofString()).statusCode();
  }

  private static void remove(Path out) throws IOException {
    if (Files.exists(out)) {
      Recordings.remove(out);
    }
  }
}
