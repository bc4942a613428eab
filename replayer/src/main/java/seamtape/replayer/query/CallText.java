package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import seamtape.catalog.Errno;
import seamtape.catalog.Field;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Format;
import seamtape.catalog.HvStatus;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Msr;
import seamtape.catalog.StructField;
import seamtape.catalog.StructFormats;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxMetadata;
import seamtape.catalog.TdxStatus;
import seamtape.event.Event;
import seamtape.event.EventText;
import seamtape.event.EventView;

/** Field values of calls, as filters compare them and as rows show them. */
final class CallText {
  /** Longest text of arguments or results that a row carries. */
  private static final int MAX_LINE = 400;

  private CallText() {}

  static FilterValue value(Format format, long value) {
    return switch (format) {
      case DEC, FD -> FilterValue.signed(value);
      case KVM_HC_RESULT ->
          value < 0
              ? FilterValue.symbol(value, KvmHypercall.resultText(value))
              : FilterValue.signed(value);
      case RESULT ->
          Errno.isError(value)
              ? FilterValue.symbol(value, Errno.text(value))
              : FilterValue.signed(value);
      case HV_STATUS -> word(value, HvStatus.text(value));
      case HEX, GPA, HPA, ADDRESS, REQUEST -> FilterValue.unsigned(value);
      case CAPABILITY -> FilterValue.symbol(value, KvmCapability.text(value));
      case EXIT_REASON -> FilterValue.symbol(value, KvmExit.text(value));
      case TDX_STATUS -> {
        String name = TdxStatus.of(value).map(Enum::name).orElse(null);
        yield new FilterValue(true, value, true, TdxStatus.text(value), name);
      }
      case TDVMCALL_STATUS -> word(value, TdvmcallStatus.text(value));
      case MSR -> word(value, Msr.text(value));
      case SYS_FIELD -> metadata(TdxMetadata.Scope.SYS, value);
      case TD_FIELD -> metadata(TdxMetadata.Scope.TD, value);
      case VP_FIELD -> metadata(TdxMetadata.Scope.VP, value);
    };
  }

  /** Any element of a field answers to its name too. */
  private static FilterValue metadata(TdxMetadata.Scope scope, long id) {
    TdxMetadata.Field field = TdxMetadata.find(scope, id);
    String name = field == null ? null : field.name();
    return new FilterValue(true, id, true, TdxMetadata.text(scope, id), name);
  }

  private static FilterValue word(long value, String text) {
    return new FilterValue(true, value, true, text, null);
  }

  /** A field by name, or by path in the struct that the call passes; null without one. */
  static FilterValue field(Event event, String path) {
    OptionalInt at = position(event, path);
    if (at.isPresent()) {
      Field field = fields(event).get(at.getAsInt());
      return value(field.format(), event.fields[at.getAsInt()]);
    }
    return structField(event, path);
  }

  private static List<Field> fields(Event event) {
    return switch (event.phase) {
      case ENTER, INPUT -> event.call.in();
      case RETURN -> event.call.out();
    };
  }

  private static OptionalInt position(Event event, String name) {
    List<Field> fields = fields(event);
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().equals(name)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  private static FilterValue structField(Event event, String path) {
    boolean ioctl = event.copyCount() > 0 && event.call instanceof KvmIoctl;
    if (!ioctl) {
      return null;
    }
    KvmIoctl row = (KvmIoctl) event.call;
    String struct = row == KvmIoctl.KVM_RUN ? "kvm_run" : row.struct();
    return Structs.find(struct)
        .flatMap(layout -> layout.locate(path))
        .filter(place -> place.size() <= Long.BYTES)
        .map(place -> inCopies(event, struct, place))
        .orElse(null);
  }

  /** Little-endian number at a place of the argument; null where its bytes were not copied. */
  private static FilterValue inCopies(Event event, String struct, StructLayout.Place place) {
    for (int i = 0; i < event.copyCount(); i++) {
      long start = place.offset() - event.copyAt(i);
      if (start >= 0 && start + place.size() <= event.copyLength(i)) {
        long value = 0;
        int first = event.copyStart(i) + (int) start;
        for (int b = place.size() - 1; b >= 0; b--) {
          value = value << 8 | (event.copyBytes()[first + b] & 0xff);
        }
        return ofStruct(struct, place.field(), value);
      }
    }
    return null;
  }

  private static FilterValue ofStruct(String struct, StructField field, long value) {
    int unused = Long.SIZE - 8 * field.elementSize();
    boolean number = field.signed() && unused > 0;
    long extended = number ? value << unused >> unused : value;
    Object shown = StructFormats.value(struct, field, extended);
    boolean symbol = shown instanceof String text && !text.startsWith("0x");
    return new FilterValue(true, extended, !field.signed(), symbol ? (String) shown : null, null);
  }

  /** The call's arguments in one line: {@code cap=KVM_CAP_IRQCHIP}, {@code {slot=0, …}}. */
  static String arguments(Event enter, String vendor) {
    Map<String, Object> fields = EventView.of(enter, null, vendor).fields();
    boolean struct = fields.values().stream().anyMatch(Map.class::isInstance);
    List<String> parts = new ArrayList<>();
    fields.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?>) {
            parts.add(EventText.text(value));
          } else if (!implied(enter, name, value, struct)) {
            parts.add(name + "=" + EventText.text(value));
          }
        });
    return cut(String.join(", ", parts));
  }

  /** What a row need not say: the fd, which its subject tells; a pointer; registers without use. */
  private static boolean implied(Event enter, String name, Object value, boolean struct) {
    boolean zero = "0x0".equals(value);
    return switch (enter.call.family()) {
      case KVM_IOCTL -> name.equals("fd") || (name.equals("arg") && (struct || zero));
      case FILE_OPERATION, INPUT -> false;
      case SEAMCALL, TDCALL, TDVMCALL, KVM_HYPERCALL, HYPERV_HYPERCALL, XEN_HYPERCALL ->
          name.equals("rax")
              || (zero
                  && enter.call.in().stream()
                      .anyMatch(field -> field.name().equals(name) && field.doc().isEmpty()));
    };
  }

  /** Why a KVM_RUN ended, with the data of its exit; else the first out-field. */
  static String result(RecordedCall call) {
    if (call.exitReason() < 0 || call.failed()) {
      return text(call.resultFormat(), call.ret());
    }
    String line = EventText.returned(call.returned(), call.enter(), call.vendor());
    String result = "= " + call.ret() + " ";
    return cut(line.startsWith(result) ? line.substring(result.length()) : line);
  }

  /** The name of the call; of an ioctl without a row its number. */
  static String name(Event enter) {
    return enter.call == FileOperation.KVM_UNKNOWN_IOCTL
        ? EventView.of(enter).call()
        : enter.call.label();
  }

  private static String cut(String line) {
    return line.length() > MAX_LINE ? line.substring(0, MAX_LINE) + "…" : line;
  }

  static String text(Format format, long value) {
    return value(format, value).shown();
  }

  /** An input event's fields and how many bytes it carries, in one line. */
  static String input(Event event) {
    StringBuilder text = new StringBuilder();
    List<Field> fields = event.call.in();
    for (int i = 0; i < fields.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(fields.get(i).name()).append('=');
      text.append(text(fields.get(i).format(), event.fields[i]));
    }
    int bytes = 0;
    for (int i = 0; i < event.copyCount(); i++) {
      bytes += event.copyLength(i);
    }
    return event.copyCount() == 0 ? text.toString() : text + ", " + bytes + " bytes";
  }
}
