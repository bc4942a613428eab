package seamtape.replayer.shape;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** Calls of one kind with the same callers: how many, and how long they took together. */
public final class FlameNode {
  private final String name;
  private final String family;
  private final Map<String, FlameNode> children = new LinkedHashMap<>();
  private long total;
  private long nested;
  private long count;
  private long errors;

  FlameNode(String name, String family) {
    this.name = name;
    this.family = family;
  }

  void write(NumberWriter to) {
    to.put(name);
    to.put(family);
    to.put(total);
    to.put(nested);
    to.put(count);
    to.put(errors);
    to.put(children.size());
    children.values().forEach(child -> child.write(to));
  }

  static FlameNode read(NumberReader from) {
    FlameNode node = new FlameNode(from.text(), from.text());
    node.total = from.number();
    node.nested = from.number();
    node.count = from.number();
    node.errors = from.number();
    for (int left = from.count(); left > 0; left--) {
      FlameNode child = read(from);
      node.children.put(child.name, child);
    }
    return node;
  }

  FlameNode child(String childName, String childFamily) {
    FlameNode child = children.get(childName);
    if (child == null) {
      child = new FlameNode(childName, childFamily);
      children.put(childName, child);
    }
    return child;
  }

  void add(long duration, boolean failed, FlameNode parent) {
    count++;
    errors += failed ? 1 : 0;
    total += Math.max(0, duration);
    parent.nested += Math.max(0, duration);
  }

  /** A lane's time is that of its calls. */
  void sum() {
    children.values().forEach(FlameNode::sum);
    if (total == 0) {
      total = children.values().stream().mapToLong(FlameNode::total).sum();
      nested = total;
    }
  }

  public String name() {
    return name;
  }

  /** Family of the call; empty for the root and the lanes. */
  public String family() {
    return family;
  }

  public Collection<FlameNode> children() {
    return children.values();
  }

  public long total() {
    return total;
  }

  /** Time in no nested call. */
  public long self() {
    return Math.max(0, total - nested);
  }

  public long count() {
    return count;
  }

  public long errors() {
    return errors;
  }
}
