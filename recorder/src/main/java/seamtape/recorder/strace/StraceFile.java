package seamtape.recorder.strace;

import java.util.List;
import seamtape.recorder.log.LineReader;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.log.Warnings.Kind;

/** One file of a log: its lines parsed, its times on one clock. */
final class StraceFile {
  private static final long HALF_DAY = 12L * 3600 * 1_000_000_000;

  final String name;
  final LineReader reader;
  final StraceLine line = new StraceLine();

  /** Nanoseconds of the current line; {@link Long#MIN_VALUE} without a time. */
  long when = Long.MIN_VALUE;

  /** Thread of lines that show no pid. */
  final int tid;

  /** False once the file has ended. */
  boolean more = true;

  long lines;

  /** The end of a call that is already written but lies in the future of other files. */
  DeferredEnd deferred;

  private final Warnings warnings;
  private long elapsed;
  private long day;
  private boolean relativeCounts = true;

  StraceFile(LogSource source, int tid, int maxLine, Warnings warnings) {
    this.name = source.name();
    this.reader = new LineReader(source.in(), maxLine);
    this.tid = tid;
    this.warnings = warnings;
  }

  /** Times since the line before mean nothing when the line before is in another file. */
  void ignoreRelativeTimes() {
    relativeCounts = false;
  }

  /** Moves to the next line of tolerable length. */
  boolean advance() {
    more = reader.next();
    while (more && reader.tooLong()) {
      lines++;
      warnings.add(Kind.LONG_LINE, name, reader.number(), "no end in sight");
      more = reader.next();
    }
    if (more) {
      lines++;
      line.parse(reader.bytes(), reader.start(), reader.end());
      when = time();
    } else if (!reader.damage().isEmpty()) {
      warnings.add(Kind.DAMAGED_FILE, name, reader.number(), reader.damage());
    }
    return more;
  }

  private long time() {
    return switch (line.clock) {
      case NONE -> Long.MIN_VALUE;
      case RELATIVE -> {
        elapsed += line.time;
        yield relativeCounts ? elapsed : Long.MIN_VALUE;
      }
      case DAY -> {
        day += line.time + day < elapsed - HALF_DAY ? 2 * HALF_DAY : 0;
        elapsed = line.time + day;
        yield elapsed;
      }
      case EPOCH -> line.time;
    };
  }

  /** True when all files' current lines have times of one clock, so that order can be told. */
  static boolean comparable(List<StraceFile> files) {
    StraceLine.Clock first = StraceLine.Clock.NONE;
    for (StraceFile file : files) {
      StraceLine.Clock clock = file.more ? file.line.clock : first;
      first = first == StraceLine.Clock.NONE ? clock : first;
      if (file.more && (clock != first || first == StraceLine.Clock.NONE)) {
        return false;
      }
    }
    return first == StraceLine.Clock.DAY || first == StraceLine.Clock.EPOCH;
  }
}
