package seamtape.recorder.strace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import seamtape.event.EventSink;
import seamtape.recorder.ftrace.TraceRuns;
import seamtape.recorder.log.CallEvents;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.KvmFds;
import seamtape.recorder.log.LogReport;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.log.Warnings.Kind;

/**
 * Reads the lines of a log in order, joins the halves of calls that were printed in two, and passes
 * calls on. Files of strace -ff are merged by time. Memory is bounded whatever the log holds.
 */
public final class StraceReader {
  /** Threads that may be inside a call at once. */
  private static final int MAX_OPEN = 1 << 16;

  /** Bytes of first halves that are kept. */
  private static final long MAX_OPEN_TEXT = 64L << 20;

  /** Bytes that the current lines of all files may take, and the least that a line may. */
  private static final int MAX_LINES = 128 << 20;

  private static final int MIN_LINE = 1 << 15;
  private static final byte[] ATTACHED = StraceLine.ascii("strace: Process ");

  private final Warnings warnings;
  private final TraceRuns runs;
  private final CallEvents events;
  private final KvmFds fds = new KvmFds();
  private final IoctlCalls ioctls;
  private final FileCalls fileCalls;
  private final Threads threads = new Threads();
  private final Map<Integer, OpenCall> open = new HashMap<>();
  private final CallText text = new CallText();
  private final ResultText result = new ResultText();
  private final TextNumber number = new TextNumber();
  private final OpenCall single = new OpenCall();
  private final PriorityQueue<DeferredEnd> deferred =
      new PriorityQueue<>(Comparator.comparingLong(DeferredEnd::when));
  private long openText;
  private OpenCall broken;
  private boolean merging;
  private boolean timed;
  private boolean recognized;
  private long elapsed;
  private long skipped;

  private StraceReader(EventSink sink, TraceRuns runs, Warnings warnings) {
    this.runs = runs;
    this.warnings = warnings;
    events = new CallEvents(sink);
    GuestMemory memory = new GuestMemory(events);
    ioctls = new IoctlCalls(fds, events, memory, warnings, runs);
    fileCalls = new FileCalls(fds, events, memory);
  }

  /**
   * Reads a log into a sink.
   *
   * @throws ImportException when no line is strace's
   */
  public static LogReport read(List<LogSource> sources, EventSink sink) throws IOException {
    return read(sources, sink, TraceRuns.none(), new Warnings());
  }

  /**
   * As {@link #read(List, EventSink)}, with a trace of the same run for the exits of KVM_RUN.
   *
   * @param warnings the trace's, which the report adds to
   */
  static LogReport read(List<LogSource> sources, EventSink sink, TraceRuns runs, Warnings warnings)
      throws IOException {
    return new StraceReader(sink, runs, warnings).read(sources);
  }

  private LogReport read(List<LogSource> sources) throws IOException {
    List<StraceFile> files = new ArrayList<>();
    int maxLine = Math.max(MIN_LINE, MAX_LINES / sources.size());
    for (LogSource source : sources) {
      int tid = source.pid() > 0 ? source.pid() : files.size() + Threads.FIRST;
      files.add(new StraceFile(source, tid, maxLine, warnings));
    }
    readAll(files);
    long lines = files.stream().mapToLong(file -> file.lines).sum();
    if (!recognized) {
      throw new ImportException(files.get(0).name, 0, unrecognized(files, lines));
    }
    reportOpen();
    runs.report(warnings);
    long traced = runs.matched();
    return new LogReport(
        events.ioctls(),
        events.calls(),
        events.events(),
        lines,
        skipped,
        timed,
        events.durations(),
        warnings.kept(),
        warnings.counts(),
        traced == 0 ? Map.of() : Map.of("KVM_RUN with values of the trace", traced));
  }

  private static String unrecognized(List<StraceFile> files, long lines) {
    for (StraceFile file : files) {
      if (!file.reader.damage().isEmpty()) {
        return "cannot be read: " + file.reader.damage();
      }
    }
    return lines == 0
        ? "is empty"
        : "is no log of strace: none of "
            + lines
            + " lines reads like \"ioctl(3, KVM_RUN, 0) = 0\"; make one with strace -f -o FILE";
  }

  private void readAll(List<StraceFile> files) {
    if (files.size() == 1) {
      sequence(files.get(0));
      return;
    }
    files.forEach(StraceFile::ignoreRelativeTimes);
    files.forEach(StraceFile::advance);
    merging = StraceFile.comparable(files);
    if (merging) {
      merge(files);
      return;
    }
    warnings.add(Kind.ORDER, files.get(0).name, 0, "files without times, read one after another");
    for (StraceFile file : files) {
      if (file.more) {
        line(file);
        sequence(file);
      }
    }
  }

  private void sequence(StraceFile file) {
    while (file.advance()) {
      line(file);
    }
  }

  private void merge(List<StraceFile> files) {
    PriorityQueue<StraceFile> next =
        new PriorityQueue<>(Comparator.comparingLong((StraceFile file) -> file.when));
    files.stream().filter(file -> file.more).forEach(next::add);
    while (!next.isEmpty()) {
      StraceFile file = next.poll();
      endUntil(file.when);
      if (file.deferred != null) {
        deferred.remove(file.deferred);
        end(file.deferred);
      }
      line(file);
      long before = file.when;
      if (file.advance()) {
        file.when = Math.max(file.when, before);
        next.add(file);
      }
    }
    endUntil(Long.MAX_VALUE);
  }

  private void endUntil(long when) {
    while (!deferred.isEmpty() && deferred.peek().when() <= when) {
      end(deferred.poll());
    }
  }

  private void line(StraceFile file) {
    long before = events.events();
    StraceLine line = file.line;
    recognized = recognized || line.wellFormed();
    timed |= line.clock != StraceLine.Clock.NONE && file.when != Long.MIN_VALUE;
    switch (line.kind) {
      case CALL -> call(file);
      case RESUMED -> resumed(file);
      case EXIT -> exit(threads.of(line.tid, file.tid));
      case NOTE -> note(line);
      case REST -> rest(file);
      case TEXT -> foreign(file);
      case SIGNAL -> {}
    }
    if (line.kind != StraceLine.Kind.TEXT && line.kind != StraceLine.Kind.REST) {
      file.reader.useful();
    }
    skipped += events.events() == before ? 1 : 0;
  }

  private void exit(int tid) {
    close(tid);
    fds.exited(tid);
  }

  private void note(StraceLine line) {
    if (line.starts(line.name, ATTACHED)) {
      int from = line.name + ATTACHED.length;
      int to = from;
      while (to < line.end && line.bytes[to] != ' ') {
        to++;
      }
      if (number.parse(line.bytes, from, to)) {
        threads.attached((int) number.value);
      }
    }
  }

  private void foreign(StraceFile file) {
    warnings.add(
        Kind.FOREIGN_TEXT,
        file.name,
        file.reader.number(),
        file.reader.bytes(),
        file.reader.start(),
        file.reader.end());
  }

  private void call(StraceFile file) {
    StraceLine line = file.line;
    Syscall syscall = Syscall.find(line.bytes, line.name, line.nameEnd);
    int tid = threads.of(line.tid, file.tid);
    if (!open.isEmpty()) {
      lost(close(tid));
    }
    if (syscall == null) {
      return;
    }
    text.scan(line.bytes, line.body, line.end);
    if (text.close >= 0) {
      result.parse(line.bytes, text.close, line.end);
    } else {
      result.none();
    }
    long start = start(file);
    OpenCall call = merging || !result.present ? new OpenCall() : single;
    call.begin(syscall, tid, start, file.name, file.reader.number());
    begin(call);
    if (result.present) {
      complete(file, call);
    } else {
      keep(call, line, text.unfinished);
    }
  }

  private long start(StraceFile file) {
    return file.when == Long.MIN_VALUE ? elapsed : file.when;
  }

  private void begin(OpenCall call) {
    if (call.syscall == Syscall.IOCTL) {
      ioctls.begin(call, text, result);
    } else {
      fileCalls.begin(call, text, result);
    }
  }

  private void complete(StraceFile file, OpenCall call) {
    boolean timedEnd = result.duration != ResultText.NONE;
    long when = timedEnd ? call.start + result.duration : call.start;
    if (merging && timedEnd && call.recorded()) {
      StraceLine line = file.line;
      byte[] copy = Arrays.copyOfRange(line.bytes, line.body, line.end);
      file.deferred = new DeferredEnd(file, call, copy, text.close - line.body, when);
      deferred.add(file.deferred);
    } else {
      end(call, when, timedEnd);
    }
  }

  private void end(DeferredEnd end) {
    end.file().deferred = null;
    text.scan(end.text(), 0, end.text().length);
    result.parse(end.text(), end.resultFrom(), end.text().length);
    end(end.call(), end.when(), true);
  }

  /** Ends a call with what {@link #text} and {@link #result} hold. */
  private void end(OpenCall call, long when, boolean timedEnd) {
    if (!result.known) {
      return;
    }
    elapsed = Math.max(elapsed, when);
    if (call.syscall != Syscall.IOCTL) {
      fileCalls.end(call, text, result, when, timedEnd);
    } else if (call.recorded()) {
      ioctls.end(call, text, result, when, timedEnd);
    }
  }

  /** Keeps a call that is not finished; without {@code <unfinished ...>} its line was cut. */
  private void keep(OpenCall call, StraceLine line, int unfinished) {
    boolean foreign = call.syscall == Syscall.IOCTL && !call.recorded();
    int end = foreign ? line.body : unfinished < 0 ? line.end : unfinished;
    boolean room = openText + end - line.body <= MAX_OPEN_TEXT;
    if (open.size() >= MAX_OPEN || !room) {
      warnings.add(Kind.LIMIT, call.file, call.line, "too many calls unfinished at once");
      return;
    }
    call.text = Arrays.copyOfRange(line.bytes, line.body, end);
    openText += call.text.length;
    open.put(call.tid, call);
    broken = unfinished < 0 ? call : broken;
  }

  private OpenCall close(int tid) {
    OpenCall call = open.isEmpty() ? null : open.remove(tid);
    if (call != null) {
      openText -= call.text.length;
      broken = broken == call ? null : broken;
    }
    return call;
  }

  private void lost(OpenCall call) {
    if (call != null && call.recorded()) {
      warnings.add(Kind.LOST_RESULT, call.file, call.line, call.call.label());
    }
  }

  private void resumed(StraceFile file) {
    StraceLine line = file.line;
    Syscall syscall = Syscall.find(line.bytes, line.name, line.nameEnd);
    if (syscall == null) {
      return;
    }
    OpenCall call = close(threads.of(line.tid, file.tid));
    if (call != null && call.syscall == syscall) {
      join(file, call, line.body);
      return;
    }
    lost(call);
    if (call == null && syscall == Syscall.IOCTL) {
      int from = file.reader.start();
      warnings.add(Kind.LOST_START, file.name, file.reader.number(), line.bytes, from, line.end);
    }
  }

  private void rest(StraceFile file) {
    OpenCall call = broken;
    if (call == null) {
      foreign(file);
      return;
    }
    close(call.tid);
    int cut = request(call);
    call.text = Arrays.copyOf(call.text, cut);
    join(file, call, file.line.body);
  }

  /** Length of the text up to where foreign text followed the request's name. */
  private static int request(OpenCall call) {
    String shown = new String(call.text, java.nio.charset.StandardCharsets.ISO_8859_1);
    int name = call.ioctl == null ? -1 : shown.indexOf(call.ioctl.name());
    return name < 0 ? call.text.length : name + call.ioctl.name().length();
  }

  private void join(StraceFile file, OpenCall call, int from) {
    StraceLine line = file.line;
    byte[] whole = Arrays.copyOf(call.text, call.text.length + line.end - from);
    System.arraycopy(line.bytes, from, whole, call.text.length, line.end - from);
    text.scan(whole, 0, whole.length);
    if (text.close < 0) {
      return;
    }
    result.parse(whole, text.close, whole.length);
    boolean measured = result.duration != ResultText.NONE;
    boolean timedEnd = measured || file.when != Long.MIN_VALUE;
    long when = measured ? call.start + result.duration : start(file);
    end(call, when, timedEnd);
  }

  private void reportOpen() {
    for (OpenCall call : open.values()) {
      if (call.ioctl != seamtape.catalog.KvmIoctl.KVM_RUN) {
        lost(call);
      }
    }
  }
}
