package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expectation;
import seamtape.workload.Expectation.Exit;
import seamtape.workload.Expectation.Expected;
import seamtape.workload.Expectation.Result;
import seamtape.workload.Expression;

/** Reads {@code expect:}. */
final class Expectations {
  private static final List<String> KEYS =
      List.of("ret", "errno", "out", "exit", "exits", "output");
  private static final StructLayout KVM_RUN = Structs.of("kvm_run");

  private final Values values;
  private final StructLayout struct;
  private final boolean runs;

  /**
   * @param struct that the call writes; null for none
   * @param runs true for KVM_RUN
   */
  Expectations(Values values, StructLayout struct, boolean runs) {
    this.values = values;
    this.struct = struct;
    this.runs = runs;
  }

  Expectation read(YamlNode node) throws WorkloadException {
    Map<String, Expected> byProfile = new LinkedHashMap<>();
    if (node.isMap() && node.map("expect").stream().anyMatch(e -> profile(e.key()) != null)) {
      for (YamlNode.Entry entry : node.map("expect")) {
        String profile = profile(entry.key());
        if (profile == null) {
          throw entry
              .keyNode()
              .error("beside profiles only otherwise: can stand, not " + entry.key());
        }
        byProfile.put(profile, expected(entry.value()));
      }
    } else {
      byProfile.put(Expectation.ANY_PROFILE, expected(node));
    }
    return new Expectation(node.position(), byProfile);
  }

  private static String profile(String key) {
    if (key.equals("otherwise")) {
      return Expectation.ANY_PROFILE;
    }
    return key.startsWith("linux-") ? key : null;
  }

  private Expected expected(YamlNode node) throws WorkloadException {
    if (!node.isMap()) {
      return new Expected(result(node, "expect"), List.of(), null, null, null);
    }
    Result result = null;
    List<Assignment> out = List.of();
    Exit exit = null;
    List<Exit> exits = null;
    String output = null;
    for (YamlNode.Entry entry : node.map("expect")) {
      YamlNode value = entry.value();
      checkKey(entry);
      switch (entry.key()) {
        case "ret", "errno" -> result = result(value, entry.key());
        case "out" -> out = out(value);
        case "exit" -> exit = exit(value);
        case "exits" -> exits = exits(value);
        case "output" -> output = value.scalar("output");
        default -> throw new IllegalStateException(entry.key());
      }
    }
    return new Expected(result, out, exit, exits, output);
  }

  private void checkKey(YamlNode.Entry entry) throws WorkloadException {
    String key = entry.key();
    if (!KEYS.contains(key)) {
      throw entry
          .keyNode()
          .error(
              "expect: knows "
                  + String.join(", ", KEYS)
                  + ", not "
                  + key
                  + (struct == null ? "" : "; fields of the struct go below out:"));
    }
    if (KEYS.indexOf(key) > 2 && !runs) {
      throw entry.keyNode().error(key + ": is for KVM_RUN");
    }
  }

  /** A number, the name of an errno, {@code ok} or {@code any}. */
  private Result result(YamlNode node, String what) throws WorkloadException {
    String text = node.scalar(what).trim();
    if (text.equals("ok")) {
      return new Result(null);
    }
    if (text.equals("any")) {
      return null;
    }
    var known = Errno.byName(text);
    if (known.isPresent()) {
      return new Result(Expression.of(known.get().result()));
    }
    if (what.equals("errno")) {
      List<String> names = new ArrayList<>();
      for (Errno errno : Errno.values()) {
        names.add(errno.name());
      }
      throw node.error("not an errno: " + text + Nearest.hint(text, names));
    }
    return new Result(values.number(node, what));
  }

  private List<Assignment> out(YamlNode node) throws WorkloadException {
    if (struct == null) {
      throw node.error("the call writes no struct; out: has nothing to check");
    }
    return Fields.read(struct, "", node.map("out"), values);
  }

  private List<Exit> exits(YamlNode node) throws WorkloadException {
    List<Exit> exits = new ArrayList<>();
    for (YamlNode item : node.list("exits")) {
      exits.add(exit(item));
    }
    return exits;
  }

  /** {@code KVM_EXIT_HLT}, or a mapping of the reason and the exit's fields in struct kvm_run. */
  private Exit exit(YamlNode node) throws WorkloadException {
    if (node.isScalar()) {
      return new Exit(node.position(), reason(node, values), List.of(), null, null);
    }
    KvmExit reason = null;
    Expression data = null;
    String text = null;
    List<YamlNode.Entry> fields = new ArrayList<>();
    for (YamlNode.Entry entry : node.map("exit")) {
      switch (entry.key()) {
        case "reason" -> reason = reason(entry.value(), values);
        case "data" -> data = values.number(entry.value(), "data");
        case "text" -> text = entry.value().scalar("text");
        default -> fields.add(entry);
      }
    }
    if (reason == null) {
      throw node.error("an exit needs its reason, as in {reason: KVM_EXIT_IO, port: 0x3f8}");
    }
    boolean transfers = reason == KvmExit.KVM_EXIT_IO || reason == KvmExit.KVM_EXIT_MMIO;
    if ((data != null || text != null) && !transfers) {
      throw node.error(reason + " transfers no data");
    }
    String prefix = reason.member().isEmpty() ? "" : reason.member() + ".";
    List<Assignment> checks = Fields.read(KVM_RUN, prefix, fields, values);
    return new Exit(node.position(), reason, checks, data, text);
  }

  static KvmExit reason(YamlNode node, Values values) throws WorkloadException {
    String name = node.scalar("reason").trim();
    List<String> names = new ArrayList<>();
    for (KvmExit exit : KvmExit.values()) {
      if (exit.name().equals(name)) {
        return exit;
      }
      names.add(exit.name());
    }
    throw node.error("not an exit reason: " + name + Nearest.hint(name, names));
  }
}
