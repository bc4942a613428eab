package seamtape.replayer.query;

import java.util.List;
import java.util.OptionalInt;
import seamtape.catalog.Errno;
import seamtape.catalog.Field;
import seamtape.catalog.Format;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Msr;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxStatus;
import seamtape.event.Event;

/** Field values of calls, as filters compare them and as rows show them. */
final class CallText {
  private CallText() {}

  static FilterValue value(Format format, long value) {
    return switch (format) {
      case DEC, FD, KVM_HC_RESULT -> FilterValue.signed(value);
      case RESULT ->
          Errno.isError(value)
              ? FilterValue.symbol(value, Errno.text(value))
              : FilterValue.signed(value);
      case HEX, GPA, HPA, ADDRESS, REQUEST, HV_STATUS -> FilterValue.unsigned(value);
      case CAPABILITY -> FilterValue.symbol(value, KvmCapability.text(value));
      case EXIT_REASON -> FilterValue.symbol(value, KvmExit.text(value));
      case TDX_STATUS -> word(value, TdxStatus.text(value));
      case TDVMCALL_STATUS -> word(value, TdvmcallStatus.text(value));
      case MSR -> word(value, Msr.text(value));
    };
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
    return Structs.find(row == KvmIoctl.KVM_RUN ? "kvm_run" : row.struct())
        .flatMap(layout -> layout.locate(path))
        .filter(place -> place.size() <= Long.BYTES)
        .map(place -> inCopies(event, place))
        .orElse(null);
  }

  /** Little-endian number at a place of the argument; null where its bytes were not copied. */
  private static FilterValue inCopies(Event event, StructLayout.Place place) {
    for (int i = 0; i < event.copyCount(); i++) {
      long start = place.offset() - event.copyAt(i);
      if (start >= 0 && start + place.size() <= event.copyLength(i)) {
        long value = 0;
        int first = event.copyStart(i) + (int) start;
        for (int b = place.size() - 1; b >= 0; b--) {
          value = value << 8 | (event.copyBytes()[first + b] & 0xff);
        }
        return FilterValue.unsigned(value);
      }
    }
    return null;
  }

  /** The call's arguments in one line: {@code cap=KVM_CAP_IRQCHIP}. */
  static String arguments(Event enter) {
    StringBuilder text = new StringBuilder();
    List<Field> fields = enter.call.in();
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).format() != Format.FD || fields.size() == 1) {
        text.append(text.length() == 0 ? "" : ", ").append(fields.get(i).name()).append('=');
        text.append(text(fields.get(i).format(), enter.fields[i]));
      }
    }
    return text.toString();
  }

  static String text(Format format, long value) {
    return value(format, value).shown();
  }

  /** An input event's fields and how many bytes it carries, in one line. */
  static String input(Event event) {
    int bytes = 0;
    for (int i = 0; i < event.copyCount(); i++) {
      bytes += event.copyLength(i);
    }
    return arguments(event) + (event.copyCount() == 0 ? "" : ", " + bytes + " bytes");
  }
}
