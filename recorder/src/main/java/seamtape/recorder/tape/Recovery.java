package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.LOCKED;
import static seamtape.recorder.tape.TapeException.Kind.WHOLE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import seamtape.event.Event;

/**
 * Makes a sealed recording of all that is provably good in an open or damaged one: events whose
 * block has the right checksum, decodes, is in sequence and contradicts no hash. What is not
 * becomes a gap event. The original is read only.
 */
public final class Recovery {
  /**
   * Events that were left out.
   *
   * @param toEvent {@link Event#UNKNOWN} when nobody knows how many there were
   */
  public record Gap(long fromEvent, long toEvent) {}

  /**
   * What a recovery gave.
   *
   * @param manifest of the new recording
   * @param found what the original was found to be
   * @param gaps what is lost, in the numbers of the original
   */
  public record Report(Manifest manifest, Verification found, List<Gap> gaps) {}

  private final Path dir;
  private final Salvage salvage;
  private final Verification found;
  private final List<Gap> gaps = new ArrayList<>();

  private Recovery(Path dir, Salvage salvage, Verification found) {
    this.dir = dir;
    this.salvage = salvage;
    this.found = found;
  }

  /**
   * Recovers a recording into a new directory.
   *
   * @param progress is told the number of events looked at, now and then
   * @throws TapeException LOCKED while it is being recorded, WHOLE when nothing is wrong with it,
   *     others when it cannot be read at all or the new one not be written
   */
  public static Report of(Path dir, Path out, LongConsumer progress) throws TapeException {
    return of(dir, out, null, progress);
  }

  /** The same, with a seal that is signed where the signer is not null. */
  public static Report of(Path dir, Path out, PrivateKey signer, LongConsumer progress)
      throws TapeException {
    requireNoWriter(dir);
    Salvage salvage = Salvage.of(dir);
    Verification found = Verification.of(dir, salvage.manifest(), salvage.schema());
    boolean sealed = salvage.manifest().state() != Manifest.State.OPEN;
    if (sealed && found.whole() && salvage.notes().isEmpty()) {
      throw new TapeException(WHOLE, dir, "it is sealed and whole: there is nothing to recover");
    }
    return new Recovery(dir, salvage, found).into(out, signer, progress);
  }

  private static void requireNoWriter(Path dir) throws TapeException {
    if (beingRecorded(dir)) {
      throw new TapeException(LOCKED, dir, "it is being recorded; stop the writer first");
    }
  }

  /**
   * True while a writer is at work. A living one holds the lock, which the kernel gives back when
   * it dies, whatever process gets its number then; the lock is only asked for, and nothing is
   * written. Not to be asked by the process of the writer itself.
   */
  public static boolean beingRecorded(Path dir) {
    Path file = TapeFiles.lock(dir);
    if (!Files.isRegularFile(file)) {
      return false; // and what is no file is not opened: a pipe would wait
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      return false; // no lock, or no right to take it: then no writer is at work here
    }
  }

  private Report into(Path out, PrivateKey signer, LongConsumer progress) throws TapeException {
    try (Tape tape = new Tape(dir, salvage.manifest(), salvage.schema())) {
      Manifest sealed =
          Derived.make(
              dir,
              out,
              manifest(),
              signer,
              writer -> {
                copy(tape, writer, progress);
                writer.describe(begun -> begun.with("recoveredFrom", origin(tape.eventCount())));
                return writer.seal(Manifest.State.RECOVERED);
              });
      return new Report(sealed, found, List.copyOf(gaps));
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(dir, "read the recording", e);
    }
  }

  private Manifest manifest() {
    Manifest begun = salvage.manifest();
    for (Map.Entry<String, String> note : salvage.notes().entrySet()) {
      begun = begun.with(note.getKey(), note.getValue());
    }
    return begun.without(SealSignature.KEY);
  }

  private Map<String, Object> origin(long events) {
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("id", salvage.manifest().id());
    origin.put("state", salvage.manifest().state().name().toLowerCase(java.util.Locale.ROOT));
    origin.put("digest", salvage.manifest().digest());
    origin.put("events", events);
    origin.put("gaps", (long) gaps.size());
    return origin;
  }

  private void copy(Tape tape, TapeWriter writer, LongConsumer progress) throws TapeException {
    EventCopy copy = new EventCopy(dir, writer);
    List<Damage> unproven = unproven();
    int next = 0;
    long total = tape.eventCount();
    try (Cursor cursor = tape.cursor()) {
      for (long event = 1; event <= total; ) {
        while (next < unproven.size() && unproven.get(next).toEvent() < event) {
          next++;
        }
        if (next < unproven.size() && unproven.get(next).fromEvent() <= event) {
          event = leaveOut(copy, event, Math.min(total, unproven.get(next).toEvent()));
        } else if (!read(cursor, event)) {
          event = leaveOut(copy, event, tape.snapshot().firstAfter(event) - 1);
        } else {
          copy.copy(cursor.event());
          event++;
        }
        progress.accept(event - 1);
      }
    }
    lostTail(copy, total);
    copy.finish();
  }

  private static boolean read(Cursor cursor, long event) {
    try {
      cursor.seek(event);
      return cursor.next();
    } catch (TapeException e) {
      return false; // whatever is wrong with it, it is not provably good
    }
  }

  /** Damage of known extent whose events are not to be believed, by first event. */
  private List<Damage> unproven() {
    return found.damage().stream()
        .filter(one -> one.kind() != Damage.Kind.FRAMING && one.kind() != Damage.Kind.SEAL)
        .filter(one -> one.fromEvent() > 0 && one.toEvent() >= one.fromEvent())
        .sorted(Comparator.comparingLong(Damage::fromEvent).thenComparingLong(Damage::toEvent))
        .toList();
  }

  private long leaveOut(EventCopy copy, long from, long to) {
    int last = gaps.size() - 1;
    boolean goesOn = last >= 0 && gaps.get(last).toEvent() == from - 1;
    if (goesOn) {
      gaps.set(last, new Gap(gaps.get(last).fromEvent(), to));
    } else {
      gaps.add(new Gap(from, to));
    }
    copy.leaveOut(from, to);
    return to + 1;
  }

  /** Events after the last that can be told to have been there. */
  private void lostTail(EventCopy copy, long total) {
    long to = 0;
    for (Damage one : found.damage()) {
      boolean after = one.fromEvent() == total + 1 && one.kind() != Damage.Kind.CHAIN;
      if (after && one.toEvent() >= one.fromEvent()) {
        to = Math.max(to, one.toEvent());
      } else if (after && one.toEvent() == 0 && to == 0) {
        to = Event.UNKNOWN;
      }
    }
    if (to != 0) {
      leaveOut(copy, total + 1, to);
    }
  }
}
