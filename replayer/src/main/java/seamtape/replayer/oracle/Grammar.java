package seamtape.replayer.oracle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which members each form of an oracle file has, and the words it may use. */
final class Grammar {
  /** Members of a form. */
  private record Members(Set<String> required, Set<String> optional) {
    static Members of(String required, String optional) {
      return new Members(words(required), words(optional));
    }
  }

  private static final Set<String> COMMENTS = words("note asm why_text field");
  private static final Set<String> CASE = words("id steps call expect host_specific");
  private static final Set<String> CASE_OPTIONAL = words("observe why");
  private static final Set<String> EXPECT = words("errno out");
  private static final Set<String> EXPECT_OPTIONAL =
      words("ret exits ret_is_fd ret_as killed_by_signal");

  private static final Map<String, Members> STEPS =
      Map.ofEntries(
          Map.entry("open", Members.of("path flags as", "")),
          Map.entry("close", Members.of("fd", "")),
          Map.entry("nonblock", Members.of("fd", "")),
          Map.entry("dup", Members.of("fd as", "")),
          Map.entry("eventfd", Members.of("init flags as", "")),
          Map.entry("read_fd", Members.of("fd size as", "")),
          Map.entry("write_fd", Members.of("fd hex", "")),
          Map.entry("readlink_fd", Members.of("fd as", "")),
          Map.entry("sleep", Members.of("ms", "")),
          Map.entry("memory", Members.of("name size", "")),
          Map.entry("unmap", Members.of("at size", "")),
          Map.entry("buffer", Members.of("name size", "hex")),
          Map.entry("write", Members.of("at hex", "")),
          Map.entry("patch", Members.of("buf struct fields", "")),
          Map.entry("mmap", Members.of("fd size prot flags as", "")),
          Map.entry("touch", Members.of("at", "")),
          Map.entry("alarm", Members.of("ms", "")),
          Map.entry("check", Members.of("from at size value", "")),
          Map.entry("ioctl", Members.of("fd nr arg", "request as fd_field result in_child")),
          Map.entry("run", Members.of("fd map max answer_reads", "")));

  private static final List<Members> ARGUMENTS =
      List.of(
          Members.of("imm", ""),
          Members.of("null", ""),
          Members.of("bad value", ""),
          Members.of("buf", ""),
          Members.of("at", ""),
          Members.of("struct size as", "fields fill"),
          Members.of("hex size as", ""));

  private static final List<Members> SOURCES =
      List.of(
          Members.of("fd", ""),
          Members.of("result", ""),
          Members.of("text", ""),
          Members.of("from struct list where fields as", ""),
          Members.of("from struct list count_field as", ""),
          Members.of("from at size as", ""));

  private static final List<Members> FIELD_VALUES =
      List.of(
          Members.of("ptr", ""),
          Members.of("fd", ""),
          Members.of("bad value", ""),
          Members.of("hex", ""));

  private static final Set<String> BAD_POINTERS = words("unmapped noncanonical kernel");

  private static final Map<String, Long> OPEN_FLAGS = new HashMap<>();
  private static final Map<String, Long> MMAP_FLAGS = new HashMap<>();
  private static final Map<String, Long> PROTECTIONS = new HashMap<>();

  static {
    OPEN_FLAGS.put("O_RDONLY", 0L);
    OPEN_FLAGS.put("O_WRONLY", 1L);
    OPEN_FLAGS.put("O_RDWR", 2L);
    OPEN_FLAGS.put("O_NOCTTY", 0x100L);
    OPEN_FLAGS.put("O_APPEND", 0x400L);
    OPEN_FLAGS.put("O_NONBLOCK", 0x800L);
    OPEN_FLAGS.put("O_NOFOLLOW", 0x20000L);
    OPEN_FLAGS.put("O_CLOEXEC", 0x80000L);
    MMAP_FLAGS.put("MAP_SHARED", 1L);
    MMAP_FLAGS.put("MAP_PRIVATE", 2L);
    MMAP_FLAGS.put("MAP_NORESERVE", 0x4000L);
    MMAP_FLAGS.put("MAP_POPULATE", 0x8000L);
    PROTECTIONS.put("PROT_NONE", 0L);
    PROTECTIONS.put("PROT_READ", 1L);
    PROTECTIONS.put("PROT_WRITE", 2L);
    PROTECTIONS.put("PROT_EXEC", 4L);
  }

  private Grammar() {}

  private static Set<String> words(String text) {
    return Stream.of(text.split(" ")).filter(w -> !w.isEmpty()).collect(Collectors.toSet());
  }

  private static Set<String> with(Set<String> some, Set<String> more) {
    return Stream.concat(some.stream(), more.stream()).collect(Collectors.toSet());
  }

  static void checkCase(Form form) {
    form.holds(CASE, with(CASE_OPTIONAL, COMMENTS));
  }

  static void checkExpect(Form form) {
    form.holds(EXPECT, EXPECT_OPTIONAL);
    if (form.has("ret_as") && !form.text("ret_as").equals("positive")) {
      throw form.wrong("unknown ret_as " + Form.shown(form.value("ret_as")));
    }
    if (!form.has("ret") && !form.has("killed_by_signal")) {
      throw form.wrong("neither \"ret\" nor \"killed_by_signal\"");
    }
  }

  static void checkStep(Form form) {
    String op = form.text("op");
    Members members = STEPS.get(op);
    if (members == null) {
      throw form.wrong("unknown step " + Form.shown(op));
    }
    Set<String> optional = with(with(members.optional, COMMENTS), Set.of("op", "ret", "errno"));
    form.holds(members.required, optional);
    if (op.equals("ioctl")) {
      checkArgument(form.form("arg"));
    }
  }

  private static void checkArgument(Form form) {
    oneOf(form, ARGUMENTS, "form of argument");
    checkBad(form);
    if (form.has("null") && !form.flag("null")) {
      throw form.wrong("\"null\" is not true");
    }
    if (form.has("fields")) {
      checkFields(form.form("fields"));
    }
  }

  /** Fields of a struct: numbers, or one of the special values. */
  static void checkFields(Form fields) {
    fields
        .members()
        .forEach(
            (path, value) -> {
              if (value instanceof Map) {
                Form special = fields.form(path);
                oneOf(special, FIELD_VALUES, "form of field value");
                checkBad(special);
              } else {
                fields.number(path);
              }
            });
  }

  private static void checkBad(Form form) {
    if (form.has("bad") && !BAD_POINTERS.contains(form.text("bad"))) {
      throw form.wrong("unknown kind of bad pointer " + Form.shown(form.value("bad")));
    }
  }

  static void checkSource(Form form) {
    oneOf(form, SOURCES, "form of source");
  }

  private static void oneOf(Form form, List<Members> forms, String what) {
    for (Members members : forms) {
      if (form.members().keySet().containsAll(members.required)) {
        form.holds(members.required, with(members.optional, COMMENTS));
        return;
      }
    }
    throw form.wrong(
        "unknown " + what + " of " + Form.shown(String.join(" ", form.members().keySet())));
  }

  static long openFlags(Form form) {
    return bits(form, "flags", OPEN_FLAGS);
  }

  static long mmapFlags(Form form) {
    return bits(form, "flags", MMAP_FLAGS);
  }

  static long protection(Form form) {
    return bits(form, "prot", PROTECTIONS);
  }

  private static long bits(Form form, String member, Map<String, Long> known) {
    long bits = 0;
    for (String word : form.words(member)) {
      Long bit = known.get(word);
      if (bit == null) {
        throw form.wrong("unknown flag " + Form.shown(word));
      }
      bits |= bit;
    }
    return bits;
  }
}
