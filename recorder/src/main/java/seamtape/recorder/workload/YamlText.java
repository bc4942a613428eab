package seamtape.recorder.workload;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import seamtape.workload.Position;

/**
 * The text of a workload as YAML. The short form {@code vm: KVM_CREATE_VM {type: 0}} is no YAML of
 * its own; it is read as {@code vm: !KVM_CREATE_VM {type: 0}}, positions kept as the author sees
 * them.
 */
final class YamlText {
  static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 40;
  private static final int MAX_EVENTS = 200_000;
  private static final int MAX_ALIASES = 100;

  /** A call with arguments in braces, as the value of a key or as an item of a list. */
  private static final Pattern CALL_WITH_ARGUMENTS =
      Pattern.compile(
          "^( *+(?:- ++)*+(?:[A-Za-z_]\\w*+: ++|(?<=- )))([A-Z][A-Z0-9_]{2,}+)( *+\\{.*+)$");

  /** Longer lines are left as they are; it bounds what the pattern can cost. */
  private static final int MAX_CALL_LINE = 2000;

  final String file;
  private final String[] lines;
  private final boolean[] marked;

  private YamlText(String file, String text) {
    this.file = file;
    this.lines = text.split("\n", -1);
    this.marked = new boolean[lines.length];
  }

  static YamlNode read(String file, byte[] content) throws WorkloadException {
    YamlText text = new YamlText(file, decode(file, content));
    return new YamlNode(text, text.compose());
  }

  private static String decode(String file, byte[] content) throws WorkloadException {
    if (content.length > MAX_BYTES) {
      throw new WorkloadException(
          file, 0, 0, "a workload has at most " + MAX_BYTES + " bytes, this has " + content.length);
    }
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      String text = decoder.decode(ByteBuffer.wrap(content)).toString();
      if (text.indexOf('\0') < 0) {
        return text.replace("\r\n", "\n");
      }
    } catch (CharacterCodingException e) {
      // The message below says it.
    }
    throw new WorkloadException(file, 0, 0, "not a text file in UTF-8; a workload is YAML");
  }

  private Node compose() throws WorkloadException {
    String yaml = withTags();
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(2 * MAX_BYTES)
            .build();
    try {
      checkSize(settings, yaml);
      Optional<Node> root = new Compose(settings).composeString(yaml);
      return root.orElseThrow(
          () -> new WorkloadException(file, 1, 1, "the workload is empty; it needs steps:"));
    } catch (MarkedYamlEngineException e) {
      throw notYaml(e);
    } catch (ReaderException e) {
      throw new WorkloadException(file, 0, 0, "not a text file; a workload is YAML");
    } catch (YamlEngineException e) {
      throw new WorkloadException(file, 0, 0, "not YAML: " + oneLine(e.getMessage()));
    }
  }

  /** What is never closed is found at the end of the file; its beginning says more. */
  private WorkloadException notYaml(MarkedYamlEngineException e) {
    String problem = oneLine(e.getProblem());
    boolean atEnd = problem.contains("stream end") || problem.contains("end of stream");
    Optional<Mark> mark =
        atEnd ? e.getContextMark().or(e::getProblemMark) : e.getProblemMark().or(e::getContextMark);
    return error(mark.map(this::position).orElse(null), "not YAML: " + problem);
  }

  /** Depth and size before anything is built or recursed into. */
  private void checkSize(LoadSettings settings, String yaml) throws WorkloadException {
    int depth = 0;
    int events = 0;
    for (Event event : new Parse(settings).parseString(yaml)) {
      depth +=
          switch (event.getEventId()) {
            case MappingStart, SequenceStart -> 1;
            case MappingEnd, SequenceEnd -> -1;
            default -> 0;
          };
      if (depth > MAX_DEPTH || ++events > MAX_EVENTS) {
        Position at = event.getStartMark().map(this::position).orElse(null);
        throw error(
            at,
            depth > MAX_DEPTH
                ? "nested deeper than " + MAX_DEPTH
                : "more than " + MAX_EVENTS + " parts; use repeat: for long workloads");
      }
    }
  }

  private String withTags() {
    List<String> tagged = new ArrayList<>(lines.length);
    for (int i = 0; i < lines.length; i++) {
      Matcher call = CALL_WITH_ARGUMENTS.matcher(lines[i]);
      marked[i] = lines[i].length() <= MAX_CALL_LINE && call.matches();
      tagged.add(marked[i] ? call.group(1) + "!" + call.group(2) + spaced(call) : lines[i]);
    }
    return String.join("\n", tagged);
  }

  private static String spaced(Matcher call) {
    return call.group(3).startsWith(" ") ? call.group(3) : " " + call.group(3);
  }

  Position position(Mark mark) {
    int column = mark.getColumn() + 1;
    int line = mark.getLine();
    if (line < lines.length && marked[line]) {
      Matcher call = CALL_WITH_ARGUMENTS.matcher(lines[line]);
      if (call.matches() && column > call.start(2) + 1) {
        column -= call.group(3).startsWith(" ") ? 1 : 2;
      }
    }
    return new Position(line + 1, column);
  }

  WorkloadException error(Position at, String message) {
    return at == null
        ? new WorkloadException(file, 0, 0, message)
        : new WorkloadException(file, at.line(), at.column(), message);
  }

  private static String oneLine(String message) {
    return message == null ? "" : message.replaceAll("\\s*\\R\\s*", " ");
  }
}
