package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import seamtape.workload.Position;

/** A part of a workload file that knows where it stands. */
final class YamlNode {
  /** A key and its value. */
  record Entry(YamlNode keyNode, String key, YamlNode value) {}

  /** Parts looked at, aliases counted each time: what a bomb of aliases would blow up. */
  private static final int MAX_VISITS = 500_000;

  private static final int MAX_DEPTH = 120;

  private final YamlText text;
  private final Node node;
  private final int[] visits;
  private final int depth;

  YamlNode(YamlText text, Node root) throws WorkloadException {
    this(text, root, new int[1], 0);
  }

  private YamlNode(YamlText text, Node node, int[] visits, int depth) throws WorkloadException {
    this.text = text;
    this.node = node;
    this.visits = visits;
    this.depth = depth;
    if (++visits[0] > MAX_VISITS) {
      throw error("too many parts once aliases are followed; use repeat: instead");
    }
    if (depth > MAX_DEPTH) {
      throw error("nested deeper than " + MAX_DEPTH + " once aliases are followed");
    }
  }

  private YamlNode inner(Node child) throws WorkloadException {
    return new YamlNode(text, child, visits, depth + 1);
  }

  Position position() {
    return node.getStartMark().map(text::position).orElse(new Position(1, 1));
  }

  String file() {
    return text.file;
  }

  WorkloadException error(String message) {
    return text.error(position(), message);
  }

  boolean isMap() {
    return node instanceof MappingNode;
  }

  boolean isList() {
    return node instanceof SequenceNode;
  }

  boolean isScalar() {
    return node instanceof ScalarNode;
  }

  /** True for a key without a value. */
  boolean isEmpty() {
    return node instanceof ScalarNode scalar && scalar.isPlain() && scalar.getValue().isEmpty();
  }

  /** True for a value in quotes, which is text even where it looks like a number. */
  boolean isQuoted() {
    return node instanceof ScalarNode scalar && !scalar.isPlain();
  }

  /** True for text in a block ({@code |}), whose lines stand below it. */
  boolean isBlock() {
    return node instanceof ScalarNode scalar
        && scalar.getScalarStyle() == org.snakeyaml.engine.v2.common.ScalarStyle.LITERAL;
  }

  /** The call before the braces: {@code KVM_CREATE_VM {type: 0}}; empty without one. */
  String tag() {
    String tag = node.getTag().getValue();
    return tag.startsWith("!") && tag.length() > 1 ? tag.substring(1) : "";
  }

  String scalar(String what) throws WorkloadException {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw error(what + " must be a single value, not a " + (isMap() ? "mapping" : "list"));
  }

  List<YamlNode> list(String what) throws WorkloadException {
    if (!(node instanceof SequenceNode sequence)) {
      throw error(what + " must be a list");
    }
    List<YamlNode> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      items.add(inner(item));
    }
    return items;
  }

  List<Entry> map(String what) throws WorkloadException {
    if (!(node instanceof MappingNode mapping)) {
      throw error(what + " must be a mapping (name: value)");
    }
    List<Entry> entries = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlNode key = inner(tuple.getKeyNode());
      String name = key.scalar("a name");
      if (!keys.add(name)) {
        throw key.error(name + " is given twice");
      }
      entries.add(new Entry(key, name, inner(tuple.getValueNode())));
    }
    return entries;
  }
}
