package seamtape.replayer.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.json.Json;
import seamtape.json.JsonException;

/**
 * One case of an oracle file: steps, of which one is judged, and what the real kernel answered. Its
 * forms are those of the grammar; names and values are looked at when it runs.
 *
 * @param call index of the judged step
 * @param why why it depends on the host; empty where it does not
 */
record OracleCase(
    String id,
    List<Form> steps,
    int call,
    Map<String, Form> observe,
    Form expect,
    boolean hostSpecific,
    String why) {
  /** Steps that one case may have. */
  private static final int MAX_STEPS = 10_000;

  /**
   * Reads a line.
   *
   * @throws Form.Malformed for what is outside the grammar, naming it
   */
  static OracleCase parse(String line) {
    Form form = Form.of("the line", json(line));
    String id = form.text("id");
    Grammar.checkCase(form);
    List<Form> steps = steps(form.list("steps"));
    Form expect = form.form("expect");
    Grammar.checkExpect(expect);
    long call = form.number("call");
    if (call < 0 || call >= steps.size()) {
      throw form.wrong("\"call\" is " + call + " and there are " + steps.size() + " steps");
    }
    boolean hostSpecific = form.flag("host_specific");
    String why = form.optionalText("why").orElse("host");
    String more = form.optionalText("why_text").map(text -> ": " + text).orElse("");
    String reason = hostSpecific ? why + more : "";
    return new OracleCase(id, steps, (int) call, sources(form), expect, hostSpecific, reason);
  }

  /** The id of a line that is no case, for a message; empty where it has none. */
  static String idOf(String line) {
    try {
      return Json.parseUnsigned(line) instanceof Map<?, ?> map && map.get("id") instanceof String id
          ? id
          : "";
    } catch (JsonException e) {
      return "";
    }
  }

  private static Object json(String line) {
    try {
      return Json.parseUnsigned(line);
    } catch (JsonException e) {
      String words = e.getMessage().replaceFirst("^line 1, ", "");
      throw new Form.Malformed("not JSON: " + words);
    }
  }

  private static List<Form> steps(List<?> list) {
    if (list.size() > MAX_STEPS) {
      throw new Form.Malformed(list.size() + " steps: at most " + MAX_STEPS);
    }
    List<Form> steps = new ArrayList<>();
    for (Object element : list) {
      Form plain = Form.of("step " + steps.size(), element);
      Form step = new Form(plain.where() + " (" + plain.text("op") + ")", plain.members());
      Grammar.checkStep(step);
      if (step.text("op").equals("patch")) {
        Grammar.checkFields(step.form("fields"));
      }
      steps.add(step);
    }
    return steps;
  }

  private static Map<String, Form> sources(Form form) {
    Map<String, Form> sources = new LinkedHashMap<>();
    if (form.has("observe")) {
      Form observe = form.form("observe");
      for (String key : observe.members().keySet()) {
        Form source = observe.form(key);
        Grammar.checkSource(source);
        sources.put(key, source);
      }
    }
    return sources;
  }
}
