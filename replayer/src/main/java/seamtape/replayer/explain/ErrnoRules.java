package seamtape.replayer.explain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import seamtape.catalog.Catalog;
import seamtape.catalog.Errno;

/**
 * Which checks of a call give which errno, in their order: the clauses of the ABI tables of SEV and
 * TDX commands, and of the bullets of behaviour.md.
 */
public final class ErrnoRules {
  private static final Pattern BULLET = Pattern.compile("^- ([A-Z][^:→]*?)(?::| →)(.*)$");
  private static final Pattern WORD =
      Pattern.compile("[A-Z][A-Z0-9_/]*[A-Z0-9](?:\\(\\d\\)|\\[\\d\\])?");
  private static final Pattern ERRNO = Pattern.compile("\\bE[A-Z0-9]{2,}\\b");

  /** Where a clause ends, but inside of parentheses. */
  private static final Pattern END = Pattern.compile(";|(?<=[\\])a-z])\\. ");

  private static final String MULTIPLEXER = "MEMORY_ENCRYPT_OP";
  private static final int RULES_COLUMN = 6;

  private static ErrnoRules bundled;

  /** Clauses by the call's name, in the order of the tables. */
  private final Map<String, List<String>> clauses = new TreeMap<>();

  /** What any call on an fd of KVM may give: section 0 of behaviour.md. */
  private final List<String> common = new ArrayList<>();

  private ErrnoRules() {}

  /** The tables of this build, read once. */
  public static synchronized ErrnoRules bundled() {
    if (bundled == null) {
      bundled = read();
    }
    return bundled;
  }

  private static ErrnoRules read() {
    ErrnoRules rules = new ErrnoRules();
    lines("sev-commands.csv").forEach(rules::row);
    lines("tdx-commands.csv").forEach(rules::row);
    lines("sev-notes.md").forEach(rules::note);
    boolean gates = false;
    for (String line : lines("behaviour.md")) {
      gates = line.startsWith("## ") ? line.startsWith("## 0.") : gates;
      if (gates && Character.isDigit(line.isEmpty() ? ' ' : line.charAt(0))) {
        rules.common.addAll(split(line.substring(line.indexOf('.') + 1)));
      } else if (line.startsWith("- ")) {
        rules.bullet(line);
      }
    }
    return rules;
  }

  private static List<String> lines(String table) {
    try (InputStream in = ErrnoRules.class.getResourceAsStream("/seamtape/abi/" + table);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void row(String line) {
    List<String> columns = Explanations.columns(line);
    if (columns.size() > RULES_COLUMN && columns.get(0).startsWith("KVM_")) {
      add(columns.get(0), columns.get(RULES_COLUMN));
    }
  }

  /** What KVM_MEMORY_ENCRYPT_OP checks before a command of SEV, and what follows one. */
  private void note(String line) {
    if (line.startsWith("Order in the x86 VM ioctl:")
        || line.startsWith("- Firmware call errno:")) {
      add("KVM_" + MULTIPLEXER, line.substring(line.indexOf(':') + 1));
    }
  }

  /** The head of a bullet names calls without their KVM_, several at once with a slash. */
  private void bullet(String line) {
    Matcher bullet = BULLET.matcher(line);
    if (!bullet.matches()) {
      return;
    }
    for (String name : names(bullet.group(1))) {
      add(name, bullet.group(2));
    }
  }

  private static Set<String> names(String head) {
    Set<String> names = new LinkedHashSet<>();
    Matcher word = WORD.matcher(head);
    while (word.find()) {
      variants(word.group()).stream()
          .map(name -> "KVM_" + name)
          .filter(name -> Catalog.byName(name).isPresent())
          .forEach(names::add);
    }
    return names;
  }

  /** GET/SET_REGS is two names; SREGS(2) and REGION[2] are two each. */
  private static List<String> variants(String word) {
    List<String> variants = new ArrayList<>();
    String plain = word.replaceAll("[(\\[]\\d[)\\]]$", "");
    String[] verbs = plain.split("/");
    String last = verbs[verbs.length - 1];
    String rest = last.contains("_") ? last.substring(last.indexOf('_')) : "";
    for (String verb : verbs) {
      String name = verb.contains("_") || verbs.length == 1 ? verb : verb + rest;
      variants.add(name);
      if (!plain.equals(word)) {
        variants.add(name + word.charAt(plain.length() + 1));
      }
    }
    return variants;
  }

  private void add(String call, String rules) {
    clauses.computeIfAbsent(call, key -> new ArrayList<>()).addAll(split(rules));
  }

  private static List<String> split(String rules) {
    return sentences(rules).stream()
        .map(clause -> clause.replaceAll("\\[C[^\\]]*\\]", "").replaceAll("\\s+", " ").strip())
        .filter(clause -> ERRNO.matcher(clause).results().anyMatch(ErrnoRules::isErrno))
        .toList();
  }

  private static List<String> sentences(String rules) {
    List<String> sentences = new ArrayList<>();
    Matcher end = END.matcher(rules);
    int begin = 0;
    while (end.find()) {
      String sentence = rules.substring(begin, end.start());
      if (sentence.chars().filter(c -> c == '(').count()
          <= sentence.chars().filter(c -> c == ')').count()) {
        sentences.add(sentence);
        begin = end.end();
      }
    }
    sentences.add(rules.substring(begin));
    return sentences;
  }

  private static boolean isErrno(MatchResult word) {
    return Errno.byName(word.group()).isPresent();
  }

  /** Calls with rules, in order. */
  public Set<String> calls() {
    return clauses.keySet();
  }

  /** The errnos that the rules of a call name. */
  public Set<String> errnos(String call) {
    Set<String> errnos = new LinkedHashSet<>();
    for (String clause : clauses.getOrDefault(call, List.of())) {
      ERRNO
          .matcher(clause)
          .results()
          .filter(ErrnoRules::isErrno)
          .forEach(found -> errnos.add(found.group()));
    }
    return errnos;
  }

  /** The clauses of a call that give an errno. */
  public List<String> of(String call, String errno) {
    return naming(clauses.getOrDefault(call, List.of()), errno);
  }

  /** The clauses of section 0 that give an errno, without those that are of one call only. */
  public List<String> common(String call, String errno) {
    boolean multiplexed = call.contains(MULTIPLEXER);
    return naming(common, errno).stream()
        .filter(clause -> multiplexed || !clause.contains(MULTIPLEXER))
        .toList();
  }

  private static List<String> naming(List<String> from, String errno) {
    Pattern word = Pattern.compile("\\b" + errno + "\\b");
    return from.stream().filter(clause -> word.matcher(clause).find()).distinct().toList();
  }
}
