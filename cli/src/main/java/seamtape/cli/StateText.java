package seamtape.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The document of {@code seamtape state} as lines for people; what is zero is left out. */
final class StateText {
  /** Longest line of values; more are counted. */
  private static final int MAX_WIDTH = 150;

  private final List<String> lines = new ArrayList<>();

  private StateText() {}

  static List<String> lines(Map<String, Object> document) {
    StateText text = new StateText();
    text.lines.add("after event " + document.get("event"));
    Map<?, ?> machine = (Map<?, ?>) document.get("machine");
    for (Object fd : list(machine, "fds")) {
      text.fd((Map<?, ?>) fd);
    }
    for (Object call : list(machine, "in_flight")) {
      Map<?, ?> open = (Map<?, ?>) call;
      text.lines.add(
          open.get("actor") + " is in " + open.get("call") + " since event " + open.get("event"));
    }
    list(machine, "vms").forEach(vm -> text.vm((Map<?, ?>) vm));
    if (machine.containsKey("tds")) {
      list(machine, "tds").forEach(td -> text.td((Map<?, ?>) td));
    }
    return text.lines;
  }

  private static List<?> list(Map<?, ?> of, String key) {
    return (List<?>) of.get(key);
  }

  private void fd(Map<?, ?> fd) {
    lines.add(
        String.format(
            "fd %-4s %-12s %-12s event %s",
            fd.get("fd"), fd.get("kind"), fd.get("subject"), fd.get("event")));
  }

  private void vm(Map<?, ?> vm) {
    lines.add(vm.get("vm") + since(vm));
    list(vm, "slots").forEach(slot -> line("  slot", ((Map<?, ?>) slot)));
    for (String part : List.of("irqchip", "pit", "gsi_routing")) {
      line("  " + part, (Map<?, ?>) vm.get(part));
    }
    if (vm.get("sev") instanceof Map<?, ?> sev) {
      sev(sev);
    }
    list(vm, "capabilities").forEach(cap -> line("  enabled", (Map<?, ?>) cap));
    ((Map<?, ?>) vm.get("settings"))
        .forEach((name, setting) -> line("  " + name, (Map<?, ?>) setting));
    for (Object vcpu : list(vm, "vcpus")) {
      vcpu(String.valueOf(vm.get("vm")), (Map<?, ?>) vcpu);
    }
  }

  private void sev(Map<?, ?> sev) {
    Map<Object, Object> alone = new LinkedHashMap<>(sev);
    alone.remove("rmp");
    line("  sev", alone);
    if (sev.get("rmp") instanceof Map<?, ?> rmp) {
      if (rmp.containsKey("text")) {
        lines.add("  rmp: " + rmp.get("text"));
      }
      list(rmp, "launched").forEach(range -> line("  rmp, launched", (Map<?, ?>) range));
      if (rmp.containsKey("reexecuted")) {
        list(rmp, "reexecuted").forEach(range -> line("  rmp, executed again", (Map<?, ?>) range));
      }
    }
  }

  private void td(Map<?, ?> td) {
    lines.add("td " + td.get("tdr") + since(td));
    for (String part : List.of("lifecycle", "op_state", "hkid", "mrtd")) {
      lines.add("  " + part + " " + td.get(part));
    }
    lines.add("  rtmr " + td.get("rtmr"));
    for (String part : List.of("vcpus", "pages", "sept")) {
      list(td, part).forEach(one -> line("  " + part, (Map<?, ?>) one));
    }
  }

  private void vcpu(String vm, Map<?, ?> vcpu) {
    lines.add(vm + "/vcpu" + vcpu.get("vcpu") + since(vcpu));
    vcpu.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> topic) {
            line("  " + name, topic);
          }
        });
    for (Object msr : list(vcpu, "msrs")) {
      line("  msr", (Map<?, ?>) msr);
    }
  }

  private static String since(Map<?, ?> made) {
    return made.get("event").equals(0L) ? ", made before" : ", made at event " + made.get("event");
  }

  /** A topic: where from, then its values. */
  private void line(String name, Map<?, ?> part) {
    Map<String, Object> values = new LinkedHashMap<>();
    StringBuilder head = new StringBuilder(name);
    part.forEach(
        (key, value) -> {
          switch (String.valueOf(key)) {
            case "event", "unknown_since" -> {}
            case "by" -> head.append(" (").append(value).append(')');
            case "text" -> head.append(": ").append(value);
            case "value" -> flatten("", value, values);
            case "reexecuted" -> {
              head.append(", executed again");
              flatten("", value, values);
            }
            default -> flatten(String.valueOf(key), value, values);
          }
        });
    if (part.containsKey("event")) {
      head.append(" at event ").append(part.get("event"));
    }
    lines.add(head + fitting(values));
  }

  private static String fitting(Map<String, Object> values) {
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (Map.Entry<String, Object> value : values.entrySet()) {
      String next = (value.getKey().isEmpty() ? "" : value.getKey() + "=") + value.getValue();
      if (text.length() + next.length() > MAX_WIDTH) {
        return ":" + text + " … and " + (values.size() - shown) + " more";
      }
      text.append(' ').append(next);
      shown++;
    }
    return values.isEmpty() ? "" : ":" + text;
  }

  private static void flatten(String path, Object value, Map<String, Object> flat) {
    if (value instanceof Map<?, ?> members) {
      String prefix = path.isEmpty() ? "" : path + ".";
      members.forEach((name, member) -> flatten(prefix + name, member, flat));
    } else if (value instanceof List<?> elements) {
      for (int i = 0; i < elements.size(); i++) {
        flatten(path + "[" + i + "]", elements.get(i), flat);
      }
    } else if (!zero(value)) {
      flat.put(path, value);
    }
  }

  private static boolean zero(Object value) {
    return value == null
        || value.equals(0L)
        || value.equals("0x0")
        || value instanceof String text && text.matches("0+");
  }
}
