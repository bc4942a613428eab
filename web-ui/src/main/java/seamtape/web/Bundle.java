package seamtape.web;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Joins ES modules into one script: a browser pays for a file, not for its length, so a page of
 * thirty modules is a page of thirty waits. Each module becomes a function that gives what it
 * exports, called once, those it imports before it: what the language does, but for cycles and for
 * exports that are assigned later, which are refused, and dynamic imports.
 */
final class Bundle {
  private static final String FROM = "\\s*from\\s*[\"']([^\"']+)[\"'];?";
  private static final String LIST = "\\{([^}]*)\\}";
  private static final Pattern IMPORT =
      Pattern.compile("\\bimport\\s*(?:" + LIST + "|\\*\\s*as\\s+(\\w+))" + FROM);
  private static final Pattern IMPORT_ALONE = Pattern.compile("\\bimport\\s*[\"']([^\"']+)[\"'];?");
  private static final Pattern EXPORT_ALL = Pattern.compile("\\bexport\\s*\\*" + FROM);
  private static final Pattern EXPORT_FROM = Pattern.compile("\\bexport\\s*" + LIST + FROM);
  private static final Pattern EXPORT_LIST = Pattern.compile("\\bexport\\s*" + LIST + ";?");
  private static final Pattern EXPORT_DECLARED =
      Pattern.compile("(?m)^export ((?:async )?function|class|const) (\\w+)");

  /** Of a list of declarations only the first would be exported. */
  private static final Pattern EXPORT_SEVERAL =
      Pattern.compile("(?m)^export const \\w+ = [^;\n({\\[`'\"]*,\\s*\\w+ =");

  private static final Pattern LEFT =
      Pattern.compile("(?m)^\\s*(?:import|export)\\b|\\bimport\\s*\\(|\\bimport\\.meta\\b");
  private static final Pattern MAP = Pattern.compile("(?m)^//# sourceMappingURL=.*$");

  /** Resolves what a module imports: its name, and that of the module that asks. */
  interface Names {
    String resolve(String wanted, String from);
  }

  private final Names names;
  private final UnaryOperator<String> texts;
  private final Map<String, String> joined = new LinkedHashMap<>();
  private final Map<String, Set<String>> exported = new HashMap<>();
  private final Set<String> open = new LinkedHashSet<>();

  private Bundle(Names names, UnaryOperator<String> texts) {
    this.names = names;
    this.texts = texts;
  }

  /**
   * @param texts gives the text of a module by its name
   * @throws IllegalStateException for a module that cannot be joined: a broken build
   */
  static String of(List<String> modules, Names names, UnaryOperator<String> texts) {
    Bundle bundle = new Bundle(names, texts);
    modules.forEach(bundle::join);
    return String.join("", bundle.joined.values());
  }

  private void join(String module) {
    if (joined.containsKey(module)) {
      return;
    }
    if (!open.add(module)) {
      throw new IllegalStateException("modules import each other: " + open);
    }
    Module read = new Module(module);
    String function = read.function();
    open.remove(module);
    joined.put(module, function);
    exported.put(module, read.exportedNames);
  }

  /** The constant that holds what a module exports. */
  private static String constant(String module) {
    return "module_" + module.replaceAll("[^A-Za-z0-9]", "_");
  }

  /** One module on its way into the script. */
  private final class Module {
    private final String name;
    private final List<String> before = new ArrayList<>();
    private final List<String> exports = new ArrayList<>();
    private final Set<String> exportedNames = new LinkedHashSet<>();

    Module(String name) {
      this.name = name;
    }

    String function() {
      String text = MAP.matcher(texts.apply(name)).replaceAll("");
      order(text);
      text = replace(IMPORT, text, this::imported);
      text = replace(IMPORT_ALONE, text, found -> "");
      text = replace(EXPORT_ALL, text, this::all);
      text = replace(EXPORT_FROM, text, this::passedOn);
      text = replace(EXPORT_LIST, text, found -> listed(found.group(1), ""));
      boolean several = EXPORT_SEVERAL.matcher(text).find();
      text = replace(EXPORT_DECLARED, text, this::declared);
      if (several || LEFT.matcher(text).find()) {
        throw new IllegalStateException("cannot join " + name);
      }
      return "// %s\nconst %s = (() => {\n%s\n%s\nreturn {%s};\n})();\n"
          .formatted(
              name,
              constant(name),
              String.join("\n", before),
              text.strip(),
              String.join(", ", exports));
    }

    /** Imports run in the order they stand in, whatever their form. */
    private void order(String text) {
      Pattern any =
          Pattern.compile("\\b(?:import|export)(?:[^\"';()=`]*\\bfrom)?\\s*[\"']([^\"']+)[\"']");
      any.matcher(text).results().forEach(found -> join(names.resolve(found.group(1), name)));
    }

    private String module(String wanted) {
      return constant(names.resolve(wanted, name));
    }

    private String imported(MatchResult found) {
      String module = module(found.group(3));
      if (found.group(1) == null) {
        before.add("const %s = %s;".formatted(found.group(2), module));
        return "";
      }
      Set<String> there = exported.get(names.resolve(found.group(3), name));
      for (String[] one : list(found.group(1))) {
        if (!there.contains(one[0])) {
          throw new IllegalStateException(name + " imports " + one[0] + ", which is not exported");
        }
      }
      before.add("const {%s} = %s;".formatted(found.group(1).replaceAll("\\bas\\b", ":"), module));
      return "";
    }

    private String all(MatchResult found) {
      exports.add("..." + module(found.group(1)));
      exportedNames.addAll(exported.get(names.resolve(found.group(1), name)));
      return "";
    }

    private String passedOn(MatchResult found) {
      return listed(found.group(1), module(found.group(2)) + ".");
    }

    private String listed(String names, String of) {
      list(names).forEach(one -> export(one[one.length - 1], of + one[0]));
      return "";
    }

    /** Each as its name, and the other name it is given if there is one. */
    private static List<String[]> list(String names) {
      return Arrays.stream(names.split(",")).map(one -> one.strip().split("\\s+as\\s+")).toList();
    }

    private String declared(MatchResult found) {
      export(found.group(2), found.group(2));
      return found.group(1) + " " + found.group(2);
    }

    private void export(String what, String from) {
      exports.add(what + ": " + from);
      exportedNames.add(what);
    }

    private static String replace(
        Pattern pattern, String text, java.util.function.Function<MatchResult, String> by) {
      return pattern.matcher(text).replaceAll(found -> Matcher.quoteReplacement(by.apply(found)));
    }
  }
}
