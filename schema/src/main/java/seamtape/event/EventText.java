package seamtape.event;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Format;
import seamtape.catalog.HvStatus;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxStatus;

/**
 * Events as one line of text, in the manner of strace: {@code ioctl(4, KVM_CREATE_VCPU, 0) = 5}.
 * Long lists and byte strings are cut short.
 */
public final class EventText {
  /** Elements of a list, and digits of a byte string, that a line shows. */
  private static final int MAX_ELEMENTS = 4;

  private static final int MAX_DIGITS = 64;

  /** Of most lines. */
  private static final int LINE_CHARS = 160;

  private EventText() {}

  /** A whole call; the return may be null for a call in flight. */
  public static String call(Event enter, Event returned, String vendor) {
    StringBuilder line = new StringBuilder(LINE_CHARS);
    call(enter, returned, vendor, line);
    return line.toString();
  }

  /** As the other, at the end of a line. */
  public static void call(Event enter, Event returned, String vendor, StringBuilder to) {
    enter(enter, vendor, to);
    if (returned != null) {
      returned(returned, enter, vendor, to.append(' '));
    }
  }

  /** The text of an event on its own line. */
  public static String event(Event event, Event enter, String vendor) {
    return event.phase == Phase.RETURN ? returned(event, enter, vendor) : enter(event, vendor);
  }

  /** An enter or input event. */
  public static String enter(Event event, String vendor) {
    StringBuilder line = new StringBuilder(LINE_CHARS);
    enter(event, vendor, line);
    return line.toString();
  }

  private static void enter(Event event, String vendor, StringBuilder to) {
    EventView view = EventView.unplaced(event, null, vendor);
    Map<String, Object> fields = view.fields();
    if (event.call instanceof KvmIoctl row) {
      ioctl(row, fields, to);
    } else if (event.call == FileOperation.KVM_UNKNOWN_IOCTL) {
      to.append("ioctl(").append(fields.get("fd")).append(", ").append(view.call());
      to.append(", ").append(fields.get("arg")).append(')');
    } else {
      to.append(view.call()).append('(');
      if (event.call.family() == Family.FILE_OPERATION) {
        system(fields, to);
      } else {
        named(event, fields, to);
      }
      to.append(')');
    }
  }

  /** Arguments of a system call, in its order; the path comes first. */
  private static void system(Map<String, Object> fields, StringBuilder to) {
    String before = "";
    if (fields.get("path") instanceof String path) {
      to.append('"').append(visible(path)).append('"');
      before = ", ";
    }
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      if (!field.getKey().equals("path")) {
        append(field.getValue(), to.append(before));
        before = ", ";
      }
    }
  }

  /** Registers and values by name; RAX only where it is more than the leaf. */
  private static void named(Event event, Map<String, Object> fields, StringBuilder to) {
    boolean leaf = Format.HEX.value(event.call.number()).equals(fields.get("rax"));
    String before = "";
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      String name = field.getKey();
      if (!(leaf && name.equals("rax")) && !silent(event.call, name, field.getValue())) {
        append(field.getValue(), to.append(before).append(name).append('='));
        before = ", ";
      }
    }
  }

  /** A register that the call gives no meaning to, and that is 0. */
  private static boolean silent(Call call, String name, Object value) {
    if (!zero(value) || !call.family().nests()) {
      return false;
    }
    for (Field field : call.in()) {
      if (field.name().equals(name) && field.doc().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static void ioctl(KvmIoctl call, Map<String, Object> fields, StringBuilder to) {
    to.append("ioctl(").append(fields.get("fd")).append(", ").append(call.name());
    boolean struct = false;
    for (Object value : fields.values()) {
      if (value instanceof Map<?, ?>) {
        append(value, to.append(", "));
        struct = true;
      }
    }
    if (!struct && (call.pointer() || call.takesValue() || !zero(fields.get("arg")))) {
      to.append(", ").append(fields.getOrDefault(call.in().get(1).name(), "?"));
    }
    to.append(')');
  }

  private static boolean zero(Object value) {
    return "0x0".equals(value);
  }

  /** A return event: {@code = 0}, {@code = -1 EINVAL (Invalid argument)}, and what came out. */
  public static String returned(Event event, Event enter, String vendor) {
    StringBuilder line = new StringBuilder(LINE_CHARS);
    returned(event, enter, vendor, line);
    return line.toString();
  }

  private static void returned(Event event, Event enter, String vendor, StringBuilder to) {
    Map<String, Object> fields = EventView.shortened(event, enter, vendor).fields();
    to.append("= ").append(result(event));
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      String name = field.getKey();
      Object value = field.getValue();
      if (name.equals("kvm_run")) {
        exit((Map<?, ?>) value, to);
      } else if (value instanceof Map<?, ?>) {
        append(value, to.append(' '));
      } else if (name.equals("exit_reason")) {
        to.append(untouched(event, value) ? "" : " " + value);
      } else if (!name.equals("ret") && !zero(value)) {
        append(value, to.append(' ').append(name).append('='));
      }
    }
  }

  /** A KVM_RUN that failed and wrote no reason: struct kvm_run has the 0 that it began with. */
  private static boolean untouched(Event event, Object reason) {
    return event.fields[0] < 0 && reason.equals(KvmExit.KVM_EXIT_UNKNOWN.name());
  }

  /** Of struct kvm_run a line shows what belongs to the exit. */
  private static void exit(Map<?, ?> run, StringBuilder to) {
    String before = " {";
    for (Map.Entry<?, ?> member : run.entrySet()) {
      if (member.getValue() instanceof Map<?, ?>) {
        append(member.getValue(), to.append(before).append(member.getKey()).append('='));
        before = ", ";
      }
    }
    to.append(before.equals(" {") ? "" : "}");
  }

  private static String result(Event event) {
    Field ret = event.call.out().get(0);
    long value = event.fields[0];
    return switch (ret.format()) {
      case RESULT -> systemCall(event, value);
      case TDX_STATUS -> TdxStatus.text(value);
      case TDVMCALL_STATUS -> TdvmcallStatus.text(value);
      case HV_STATUS -> HvStatus.text(value);
      case KVM_HC_RESULT -> KvmHypercall.resultText(value);
      case DEC,
          HEX,
          GPA,
          HPA,
          ADDRESS,
          FD,
          CAPABILITY,
          EXIT_REASON,
          REQUEST,
          MSR,
          SYS_FIELD,
          TD_FIELD,
          VP_FIELD ->
          String.valueOf(ret.format().value(value));
    };
  }

  private static String systemCall(Event event, long value) {
    if (Errno.isError(value)) {
      String meaning = Errno.ofResult(value).map(errno -> " (" + errno.meaning() + ")").orElse("");
      return "-1 " + Errno.text(value) + meaning;
    }
    return event.call == FileOperation.MMAP
        ? String.valueOf(Format.ADDRESS.value(value))
        : Long.toString(value);
  }

  /** A value of an {@link EventView}, structs as {@code {name=value, …}}. */
  public static String text(Object value) {
    if (value instanceof String string) {
      return shortened(string);
    }
    StringBuilder text = new StringBuilder();
    append(value, text);
    return text.toString();
  }

  private static void append(Object value, StringBuilder to) {
    if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> member : map.entrySet()) {
        append(member.getValue(), to.append(before).append(member.getKey()).append('='));
        before = ", ";
      }
      to.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      list(list, to);
    } else {
      to.append(value instanceof String string ? shortened(string) : value);
    }
  }

  private static void list(List<?> list, StringBuilder to) {
    to.append('[');
    for (int i = 0; i < Math.min(list.size(), MAX_ELEMENTS); i++) {
      to.append(i == 0 ? "" : ", ");
      append(list.get(i) == null ? "?" : list.get(i), to);
    }
    if (list.size() > MAX_ELEMENTS) {
      to.append(", ... ").append(list.size()).append(" in all");
    }
    to.append(']');
  }

  private static String shortened(String text) {
    boolean digits = text.length() > MAX_DIGITS && digits(text);
    return digits
        ? text.substring(0, MAX_DIGITS) + "... " + text.length() / 2 + " bytes"
        : visible(text);
  }

  private static boolean digits(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '?' && Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Control characters of a recorded string must not reach a terminal. */
  private static String visible(String text) {
    boolean plain = true;
    for (int i = 0; i < text.length() && plain; i++) {
      plain = visible(text.charAt(i));
    }
    if (plain) {
      return text;
    }
    StringBuilder safe = new StringBuilder();
    text.chars()
        .forEach(
            c ->
                safe.append(
                    visible((char) c)
                        ? String.valueOf((char) c)
                        : String.format(Locale.ROOT, "\\x%02x", c)));
    return safe.toString();
  }

  private static boolean visible(char c) {
    return c >= ' ' && c != 0x7f && (c < 0x80 || c > 0x9f);
  }
}
