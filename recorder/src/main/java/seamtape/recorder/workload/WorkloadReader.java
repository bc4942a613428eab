package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.workload.Expression;
import seamtape.workload.ExpressionParser;
import seamtape.workload.MachineRequest;
import seamtape.workload.Step;
import seamtape.workload.Workload;
import seamtape.workload.asm.Assembler;

/** Reads the head of a workload, in the order in which its parts may refer to each other. */
final class WorkloadReader {
  private static final List<String> KEYS =
      List.of(
          "name", "doc", "machine", "profiles", "seed", "parameters", "memory", "guest", "steps");

  private final YamlNode root;
  private final Map<String, String> set;
  private final Names names = new Names();
  private final Map<String, byte[]> code = new TreeMap<>();
  private final Values values = new Values(names, code, new TreeMap<>());
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, YamlNode> parts = new LinkedHashMap<>();

  /** True for a workload that came over the network: it names no files of this machine. */
  private final boolean sent;

  private WorkloadReader(YamlNode root, Map<String, String> set, boolean sent) {
    this.root = root;
    this.set = set;
    this.sent = sent;
  }

  static Workload read(String file, byte[] content, Map<String, String> set)
      throws WorkloadException {
    return new WorkloadReader(YamlText.read(file, content), set, false).read(file);
  }

  static Workload readSent(String file, byte[] content, Map<String, String> set)
      throws WorkloadException {
    return new WorkloadReader(YamlText.read(file, content), set, true).read(file);
  }

  private Workload read(String file) throws WorkloadException {
    for (YamlNode.Entry entry : root.map("a workload")) {
      if (!KEYS.contains(entry.key())) {
        throw entry
            .keyNode()
            .error(
                "unknown part "
                    + entry.key()
                    + Nearest.hint(entry.key(), KEYS)
                    + " A workload has: "
                    + String.join(", ", KEYS));
      }
      parts.put(entry.key(), entry.value());
    }
    if (!parts.containsKey("steps")) {
      throw root.error("a workload needs steps:");
    }
    String name = text("name", stem(file));
    MachineRequest machine = machine();
    Map<String, Long> parameters = parameters();
    List<Workload.Region> memory = memory();
    Map<String, Workload.Code> guest = guest(parameters);
    List<Step> steps = new Steps(values, new ArrayList<>()).read(parts.get("steps"));
    return new Workload(
        name, text("doc", ""), file, machine, profiles(), seed(), parameters, memory, guest, steps);
  }

  private String text(String key, String otherwise) throws WorkloadException {
    return parts.containsKey(key) ? parts.get(key).scalar(key).trim() : otherwise;
  }

  private List<String> profiles() throws WorkloadException {
    List<String> profiles = new ArrayList<>();
    if (parts.containsKey("profiles")) {
      YamlNode node = parts.get("profiles");
      for (YamlNode name : node.isList() ? node.list("profiles") : List.of(node)) {
        profiles.add(name.scalar("profiles"));
      }
    }
    return profiles;
  }

  private long seed() throws WorkloadException {
    return parts.containsKey("seed")
        ? values.constant(parts.get("seed"), "seed")
        : Workload.DEFAULT_SEED;
  }

  private static String stem(String file) {
    String last = file.substring(file.lastIndexOf('/') + 1);
    int dot = last.lastIndexOf('.');
    return dot > 0 ? last.substring(0, dot) : last;
  }

  private MachineRequest machine() throws WorkloadException {
    MachineRequest machine = MachineRequest.DEFAULT;
    if (!parts.containsKey("machine")) {
      return machine;
    }
    for (YamlNode.Entry entry : parts.get("machine").map("machine")) {
      YamlNode value = entry.value();
      machine =
          switch (entry.key()) {
            case "vendor" ->
                new MachineRequest(
                    oneOf(value, MachineRequest.VENDORS), machine.tdxModule(), machine.role());
            case "tdx_module" ->
                new MachineRequest(
                    machine.vendor(), oneOf(value, MachineRequest.TDX_MODULES), machine.role());
            case "role" ->
                new MachineRequest(
                    machine.vendor(), machine.tdxModule(), oneOf(value, MachineRequest.ROLES));
            default -> throw entry.keyNode().error("machine: takes vendor, tdx_module and role");
          };
    }
    return machine;
  }

  private static String oneOf(YamlNode node, List<String> known) throws WorkloadException {
    String value = node.scalar("machine");
    if (!known.contains(value)) {
      throw node.error("not one of " + String.join(", ", known) + ": " + value);
    }
    return value;
  }

  private Map<String, Long> parameters() throws WorkloadException {
    Map<String, Long> parameters = new LinkedHashMap<>();
    if (parts.containsKey("parameters")) {
      for (YamlNode.Entry entry : parts.get("parameters").map("parameters")) {
        String name = declared(entry);
        if (entry.value().isQuoted()) {
          texts.put(name, textParameter(name, entry.value()));
          continue;
        }
        long value = values.constant(entry.value(), name);
        if (set.containsKey(name)) {
          value = given(name, set.get(name));
        }
        parameters.put(name, value);
        names.define(name, Names.Known.constant(value));
      }
    }
    for (String name : set.keySet()) {
      if (!parameters.containsKey(name) && !texts.containsKey(name)) {
        List<String> known = new ArrayList<>(parameters.keySet());
        known.addAll(texts.keySet());
        throw new WorkloadException(
            root.file(),
            0,
            0,
            "--set "
                + name
                + ": no such parameter; it has "
                + (known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
    return parameters;
  }

  private String textParameter(String name, YamlNode own) throws WorkloadException {
    String value = set.getOrDefault(name, own.scalar(name));
    if (sent && !value.isEmpty()) {
      throw own.error(name + " names a file, which only the command line may: seamtape record");
    }
    return value;
  }

  private long given(String name, String text) throws WorkloadException {
    try {
      var value = ExpressionParser.parse(text, names::resolve);
      if (value instanceof Expression.Constant constant) {
        return constant.value();
      }
    } catch (IllegalArgumentException e) {
      // The message below says it.
    }
    throw new WorkloadException(
        root.file(), 0, 0, "--set " + name + ": must be a whole number, not " + text);
  }

  private String declared(YamlNode.Entry entry) throws WorkloadException {
    String name = entry.key();
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || names.has(name) || texts.containsKey(name)) {
      throw entry
          .keyNode()
          .error(
              name
                  + " cannot be a name here: it is in use, or has other than letters, digits"
                  + " and underscores");
    }
    return name;
  }

  private List<Workload.Region> memory() throws WorkloadException {
    List<Workload.Region> regions = new ArrayList<>();
    if (!parts.containsKey("memory")) {
      return regions;
    }
    long total = 0;
    for (YamlNode.Entry entry : parts.get("memory").map("memory")) {
      String name = declared(entry);
      long size = values.constant(entry.value(), name);
      boolean whole = size > 0 && (size & 0xfff) == 0;
      if (!whole || size > Workload.MAX_MEMORY || (total += size) > Workload.MAX_MEMORY) {
        throw entry
            .value()
            .error("memory comes in pages of 0x1000 bytes, all together at most 1 TiB");
      }
      regions.add(new Workload.Region(name, size));
      names.define(name, Names.Known.NUMBER);
      names.define(name + ".size", Names.Known.constant(size));
    }
    return regions;
  }

  private Map<String, Workload.Code> guest(Map<String, Long> parameters) throws WorkloadException {
    Map<String, Workload.Code> guest = new LinkedHashMap<>();
    if (parts.containsKey("guest")) {
      for (YamlNode.Entry entry : parts.get("guest").map("guest")) {
        String name = declared(entry);
        GuestCode.Piece read = GuestCode.read(entry.value(), values, parameters, texts);
        Assembler.Program piece = read.program();
        guest.put(name, new Workload.Code(piece.origin(), piece.bytes()));
        code.put(name, piece.bytes());
        names.define(name, Names.Known.constant(piece.origin()));
        if (read.image() != null) {
          values.images().put(name, read.image());
          names.define(name + ".hob", Names.Known.constant(read.image().hob()));
          names.define(name + ".firmware", Names.Known.constant(read.image().firmware() ? 1 : 0));
        }
        piece
            .labels()
            .forEach((label, at) -> names.define(name + "." + label, Names.Known.constant(at)));
      }
    }
    return guest;
  }
}
