package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * The table of docs/RELIABILITY.md, made of what the tests counted. A row that this run did not
 * make (a fault that this machine cannot have, the long forms) is left as it is.
 */
final class FaultTable {
  /** What is done to recordings, in the order of the table. */
  enum Fault {
    KILL("kill -9 of the writing process"),
    CUT_BLOCKS("the journal cut at every byte of its blocks"),
    FLIP_BLOCKS("every bit of the blocks of a sealed journal flipped, one at a time"),
    FLIP_OPEN("every bit of the blocks of an open journal flipped, one at a time"),
    FLIP_JOURNAL("one bit of every other byte of the rest of the journal flipped"),
    FLIP_REST("one bit of every byte of the rest of the journal flipped"),
    FLIP_STAGING("every bit of the staging file's used part flipped, one at a time"),
    CUT_MANIFEST("manifest.json cut at every byte"),
    FLIP_MANIFEST("every bit of manifest.json flipped, one at a time"),
    FLIP_SCHEMA("one bit of every 1024th byte of schema.avsc flipped"),
    FLIP_WHOLE_SCHEMA("one bit of every other byte of schema.avsc flipped"),
    FLIP_TABLE("one bit of every 128th byte of the queue's metadata.cq4t flipped"),
    FLIP_WHOLE_TABLE("one bit of every other byte of the queue's metadata.cq4t flipped"),
    FLIP_INDEX("every bit of index/blocks flipped, one at a time"),
    FLIP_NOTES("every bit of notes.json flipped, one at a time"),
    LOST_PAGES("up to three 4 KiB pages of the journal lost"),
    LOST_OPEN_PAGES("up to three 4 KiB pages of an open recording's journal and staging file lost"),
    DISK_FULL("the disk full (tmpfs of 3 MiB), compiled and with -Xint"),
    DEVICE_FULL("the disk full (loop device of 6 MiB with ext2), compiled and with -Xint"),
    FSYNC("fsync fails with EIO"),
    FSYNC_ONCE("one fsync alone fails with EIO, each of a recording in turn, at each level");

    private final String words;

    Fault(String words) {
      this.words = words;
    }

    String row(String numbers) {
      return "| " + words + " | " + numbers + " |";
    }
  }

  private static final Path DOCUMENT =
      Path.of(System.getProperty("seamtape.root", ".."), "docs/RELIABILITY.md");

  /** After this line the document tells the long forms, which {@code ./verify --soak} runs. */
  private static final String LONG_FORMS = "## The long forms";

  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final boolean UPDATE = "update".equals(System.getProperty("golden"));
  private static final Map<Fault, String> ROWS = new EnumMap<>(Fault.class);

  private FaultTable() {}

  /**
   * Notes a row.
   *
   * @param lost events whose append had returned and that are neither readable nor told to be lost
   * @param detected rounds whose damage is told; in the others there was none that matters
   */
  static void row(Fault fault, int rounds, long lost, int detected) {
    row(fault, rounds, lost, detected, 0);
  }

  /**
   * As {@link #row(Fault, int, long, int)}.
   *
   * @param earlier rounds in which an open recording reads as one that ended earlier
   */
  static synchronized void row(Fault fault, int rounds, long lost, int detected, int earlier) {
    assertEquals(0, lost, fault.words);
    int harmless = rounds - detected - earlier;
    ROWS.put(
        fault,
        fault.row(rounds + " | " + lost + " | " + detected + " | " + harmless + " | " + earlier));
  }

  /** Compares the rows made so far with the document, or writes them. */
  static synchronized void check() throws IOException {
    String text = Files.readString(DOCUMENT);
    int longForms = text.indexOf(LONG_FORMS);
    String told = SOAK ? text.substring(longForms) : text.substring(0, longForms);
    for (Map.Entry<Fault, String> made : ROWS.entrySet()) {
      String start = made.getKey().row("").replaceAll(" \\|  \\|$", " |");
      String old = told.lines().filter(line -> line.startsWith(start)).findFirst().orElse("");
      if (SOAK && old.isEmpty()) {
        continue; // it has no long form
      }
      if (UPDATE && !old.isEmpty()) {
        told = told.replace(old, made.getValue());
      } else {
        assertEquals(made.getValue(), old, "stale: -Dgolden=update rewrites docs/RELIABILITY.md");
      }
    }
    if (UPDATE) {
      String others = SOAK ? text.substring(0, longForms) : text.substring(longForms);
      Files.writeString(DOCUMENT, SOAK ? others + told : told + others);
    }
  }
}
