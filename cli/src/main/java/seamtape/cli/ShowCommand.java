package seamtape.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventText;
import seamtape.event.EventView;
import seamtape.event.Phase;
import seamtape.json.Json;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.CallWindow;
import seamtape.replayer.query.EventScan;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.RecordedCall;

/** {@code seamtape show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Print a recording: a line for each call, or with --json an object for each event.",
      "With --json also inputs (stores of the VMM, scheduling), where no filter hides them.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape show qemu.tape --count 20",
      "  seamtape show qemu.tape --filter 'errno != 0'",
      "  seamtape show qemu.tape --filter 'call == KVM_RUN && exit.reason == KVM_EXIT_MMIO'",
      "  seamtape show qemu.tape --from 4000 --count 10 --json",
      "  seamtape show running.tape --follow",
    })
final class ShowCommand implements Callable<Integer> {
  private static final int WINDOW = 512;
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Option(
      names = "--from",
      paramLabel = "N",
      description = "First event. Default: ${DEFAULT-VALUE}.")
  private long from = 1;

  @Option(
      names = "--count",
      paramLabel = "K",
      description = "Calls (events, with --json) at most; default: all.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--filter",
      paramLabel = "EXPR",
      description = "Only calls that pass; docs/FILTER.md has the language.")
  private String expression = "";

  @Option(names = "--tree", description = "Indent calls by their nesting.")
  private boolean tree;

  @Option(
      names = "--follow",
      description = {
        "Go on while it is being recorded: calls as they return, until it is sealed.",
      })
  private boolean follow;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    if (from < 1) {
      throw new UsageException("--from " + from + ": events are numbered from 1");
    }
    if (count < 0) {
      throw new UsageException("--count " + count + ": a count is not negative");
    }
    Filter filter = filter();
    try (Tape tape = Recordings.open(recording);
        CallReader reader = new CallReader(tape)) {
      if (follow) {
        follow(tape, filter);
        return Exit.DONE;
      }
      if (tape.eventCount() == 0) {
        output.message("the recording has no events");
        return Exit.DONE;
      }
      if (from > tape.eventCount()) {
        throw new UsageException(
            "--from " + from + ": the recording has events 1 to " + tape.eventCount());
      }
      if (output.json && expression.isBlank()) {
        events(tape);
      } else if (output.json) {
        events(tape, reader, filter);
      } else {
        calls(tape, reader, filter);
      }
    }
    return Exit.DONE;
  }

  private Filter filter() {
    try {
      return Filter.parse(expression);
    } catch (FilterException e) {
      throw new UsageException("--filter, column " + (e.position() + 1) + ": " + e.getMessage());
    }
  }

  private void calls(Tape tape, CallReader reader, Filter filter) throws Exception {
    String vendor = tape.manifest().machine().vendor();
    boolean timed = tape.manifest().clock() != Manifest.Clock.NONE;
    long left = count;
    for (long index = reader.callIndexOf(from);
        index < reader.callCount() && left > 0 && output.read(); ) {
      List<RecordedCall> window = reader.window(index, WINDOW);
      for (RecordedCall call : window) {
        if (left > 0 && call.event() >= from && filter.matches(call, reader)) {
          output.data(line(call, vendor, timed));
          left--;
        }
      }
      index += Math.max(window.size(), 1);
    }
    if (left > 0) {
      reader.requireNothingLostAfterwards();
    }
    if (left == count && count > 0 && !expression.isBlank()) {
      output.message("no call passes the filter");
    }
  }

  private String line(RecordedCall call, String vendor, boolean timed) {
    Event returned = call.hasReturn() ? call.returned() : null;
    StringBuilder line = new StringBuilder(160);
    right(call.event(), 8, line);
    if (timed) {
      right(call.enter().time, 14, line);
    }
    String actor = Actor.text(call.enter().actor);
    line.append(actor).append(" ".repeat(Math.max(0, 12 - actor.length()))).append(' ');
    line.append(tree ? "  ".repeat(call.depth()) : "");
    EventText.call(call.enter(), returned, vendor, line);
    String text = line.toString();
    return call.failed() && Output.colours() ? RED + text + PLAIN : text;
  }

  /** A number at the right end of a column, and a space; formatting by pattern costs ten times. */
  private static void right(long number, int width, StringBuilder to) {
    String digits = Long.toString(number);
    to.append(" ".repeat(Math.max(0, width - digits.length()))).append(digits).append(' ');
  }

  private void follow(Tape tape, Filter filter) throws Exception {
    String vendor = tape.manifest().machine().vendor();
    boolean timed = tape.manifest().clock() != Manifest.Clock.NONE;
    Follow.Lines lines =
        new Follow.Lines() {
          @Override
          public void call(RecordedCall call) {
            output.data(line(call, vendor, timed));
          }

          @Override
          public void event(EventScan scan) {
            output.data(json(scan, vendor));
          }
        };
    new Follow(tape, filter, count, lines, output).run(from);
  }

  private static String json(EventScan scan, String vendor) {
    return Json.write(EventView.unplaced(scan.event(), scan.enter(), vendor).json(scan.depth()));
  }

  private void events(Tape tape) throws Exception {
    String vendor = tape.manifest().machine().vendor();
    try (EventScan scan = new EventScan(tape, from)) {
      for (long i = 0; i < count && (i % WINDOW != 0 || output.read()) && scan.next(); i++) {
        output.data(json(scan, vendor));
      }
    }
  }

  private void events(Tape tape, CallReader reader, Filter filter) throws Exception {
    long left = count;
    CallWindow calls = new CallWindow(reader, WINDOW);
    try (Cursor cursor = tape.cursor()) {
      cursor.seek(from);
      while (left > 0 && (left % WINDOW != 0 || output.read()) && cursor.next()) {
        Event event = cursor.event();
        RecordedCall call = event.phase == Phase.INPUT ? null : calls.of(event);
        if (passes(call, reader, filter)) {
          output.data(Json.write(view(event, call, tape).json(call == null ? 0 : call.depth())));
          left--;
        }
      }
    }
  }

  private boolean passes(RecordedCall call, CallReader reader, Filter filter) throws Exception {
    return call != null && filter.matches(call, reader);
  }

  private static EventView view(Event event, RecordedCall call, Tape tape) {
    Event enter = call == null ? null : call.enter();
    return EventView.unplaced(event, enter, tape.manifest().machine().vendor());
  }
}
