package seamtape.event;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.Field;
import seamtape.catalog.FileOperation;
import seamtape.catalog.ForeignIoctl;
import seamtape.catalog.Format;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxStatus;

/**
 * What an event says, decoded: its row's fields and the fields of the struct that its copies hold.
 * Values are Long, BigInteger, String, List and Map, ready for JSON: registers, addresses and
 * status words are hex strings, counts are numbers, capabilities, kinds and flags are symbols. For
 * the cold side: showing, comparing, the browser.
 */
public final class EventView {
  /** Most bytes shown where nothing says how they are laid out. */
  public static final int MAX_RAW_BYTES = 4096;

  private static final String RUN = "kvm_run";

  private final Event event;
  private final Event enter;
  private final String vendor;
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final StructView structs;
  private final CopiedBytes bytes;

  /** False for what a line of text shows of a KVM_RUN that returned: not the head of kvm_run. */
  private final boolean whole;

  private EventView(Event event, Event enter, String vendor, boolean placed, boolean whole) {
    this.whole = whole || event.phase != Phase.RETURN;
    this.event = event;
    this.enter = event.phase == Phase.RETURN ? enter : event;
    this.vendor = vendor;
    this.bytes = new CopiedBytes(event);
    this.structs = new StructView(bytes, event.phase == Phase.RETURN, given(), placed);
    rowFields();
    if (event.copyCount() > 0) {
      copies();
    }
  }

  /** The view of an event alone; a return is told more by {@link #of(Event, Event, String)}. */
  public static EventView of(Event event) {
    return new EventView(event, null, "", true, true);
  }

  /**
   * The view of an event.
   *
   * @param enter the enter event of a return, or null where it is not at hand
   * @param vendor {@code intel} or {@code amd}, which names the sub-commands of
   *     KVM_MEMORY_ENCRYPT_OP; empty reads them as AMD's
   */
  public static EventView of(Event event, Event enter, String vendor) {
    return new EventView(event, enter, vendor, true, true);
  }

  /** As the other, for its {@link #fields} alone: {@link #spans} and {@link #unknown} are none. */
  public static EventView unplaced(Event event, Event enter, String vendor) {
    return new EventView(event, enter, vendor, false, true);
  }

  /** As {@link #unplaced}, but of a returned struct kvm_run only the groups of the exit. */
  static EventView shortened(Event event, Event enter, String vendor) {
    return new EventView(event, enter, vendor, false, false);
  }

  /**
   * The in-fields of an enter or input, the out-fields of a return, in the row's order, then the
   * struct under its own name. Not to be changed.
   */
  public Map<String, Object> fields() {
    return fields;
  }

  /** Where the bytes of the struct's fields lie. */
  public List<FieldSpan> spans() {
    return structs.spans();
  }

  /** Names of fields that the source does not show, paths of struct fields without their bytes. */
  public List<String> unknown() {
    return structs.unknown();
  }

  /** The name of the call; for a KVM ioctl without a row, its number. */
  public String call() {
    return callName(event, enter);
  }

  private static String callName(Event event, Event enter) {
    Call call = event.call;
    boolean unknownIoctl = call == FileOperation.KVM_UNKNOWN_IOCTL;
    if (!unknownIoctl && call.number() != Call.UNKNOWN_NUMBER || enter == null) {
      return call.label();
    }
    return unknownIoctl ? ioctlName((int) enter.fields[1]) : numbered(call, enter.fields[0]);
  }

  /** The word {@code KVM_?(0xAEFF)}, or the name that another architecture has for the number. */
  public static String ioctlName(int request) {
    return ForeignIoctl.byNumber(request)
        .map(Enum::name)
        .orElse(numbered(FileOperation.KVM_UNKNOWN_IOCTL, Integer.toUnsignedLong(request)));
  }

  private static String numbered(Call call, long number) {
    return call.label() + "(0x" + Long.toHexString(number).toUpperCase(Locale.ROOT) + ")";
  }

  private Map<String, Long> given() {
    boolean exit = event.call == KvmIoctl.KVM_RUN && event.phase == Phase.RETURN;
    long reason = exit ? event.fields[1] : Event.UNKNOWN;
    return reason == Event.UNKNOWN ? Map.of() : Map.of(RUN + ".exit_reason", reason);
  }

  private void rowFields() {
    List<Field> row = event.phase == Phase.RETURN ? event.call.out() : event.call.in();
    for (int i = 0; i < row.size(); i++) {
      Field field = row.get(i);
      long value = event.fields[i];
      boolean mayBeUnknown =
          field.format() == Format.EXIT_REASON || field.format() == Format.ADDRESS;
      if (mayBeUnknown && value == Event.UNKNOWN) {
        structs.unknown().add(field.name());
      } else {
        fields.put(field.name(), field.format().value(value));
      }
    }
  }

  private void copies() {
    StructLayout layout = layout();
    if (layout == null) {
      rawCopies();
      return;
    }
    boolean run = layout.name().equals(RUN);
    Map<String, Object> struct =
        run && !whole ? structs.groups(layout) : structs.struct(layout, 0, layout.name());
    if (run) {
      ioData(layout, struct);
    } else {
      StructTargets.pointer(layout).ifPresent(pointer -> target(layout, pointer, struct));
    }
    if (!struct.isEmpty()) {
      fields.put(layout.name(), struct);
    }
  }

  private StructLayout layout() {
    if (!(event.call instanceof KvmIoctl ioctl)) {
      return null;
    }
    if (ioctl == KvmIoctl.KVM_RUN) {
      return Structs.of(RUN);
    }
    boolean tdx = ioctl == KvmIoctl.KVM_MEMORY_ENCRYPT_OP && vendor.equals("intel");
    return Structs.find(tdx ? "kvm_tdx_cmd" : ioctl.struct()).orElse(null);
  }

  /** The data of a port access, which lies behind the struct. */
  private void ioData(StructLayout layout, Map<String, Object> run) {
    if (!(run.get("io") instanceof Map<?, ?> io)) {
      return;
    }
    OptionalLong offset = structs.number(layout, 0, "io.data_offset");
    OptionalLong size = structs.number(layout, 0, "io.size");
    OptionalLong count = structs.number(layout, 0, "io.count");
    if (offset.isEmpty() || size.isEmpty() || count.isEmpty()) {
      return;
    }
    long length = Math.min(size.getAsLong() * count.getAsLong(), MAX_RAW_BYTES);
    if (length > 0 && bytes.anyKnown(offset.getAsLong(), length)) {
      Map<String, Object> withData = new LinkedHashMap<>();
      io.forEach((name, value) -> withData.put((String) name, value));
      withData.put("data", structs.rawBytes(offset.getAsLong(), (int) length, RUN + ".io.data"));
      run.put("io", withData);
    }
  }

  /** What a pointer in the struct points to, where the copies have it: {@code *data}. */
  private void target(StructLayout layout, String pointer, Map<String, Object> struct) {
    OptionalLong address = structs.number(layout, 0, pointer);
    if (address.isEmpty() || enter == null || enter.call.in().size() < 2) {
      return;
    }
    long at = address.getAsLong() - enter.fields[1];
    if (at >= 0 && at < layout.size() || bytes.copyOf(at) < 0) {
      return;
    }
    String path = layout.name() + ".*" + pointer;
    OptionalLong id =
        layout.field("id").isPresent() ? structs.number(layout, 0, "id") : OptionalLong.empty();
    Object shown =
        StructTargets.target(layout, id)
            .<Object>map(inner -> structs.struct(inner, at, path))
            .orElseGet(() -> structs.rawBytes(at, lengthFrom(at), path));
    struct.put("*" + pointer, shown);
  }

  private int lengthFrom(long at) {
    int copy = bytes.copyOf(at);
    int rest = event.copyLength(copy) - bytes.offsetInCopy(copy, at);
    return Math.min(rest, MAX_RAW_BYTES);
  }

  private void rawCopies() {
    if (event.call == FileOperation.OPEN) {
      fields.put("path", new String(event.copied(0), StandardCharsets.UTF_8));
      return;
    }
    long first = event.copyAt(0);
    int length = event.copyLength(0);
    if (length > MAX_RAW_BYTES) {
      fields.put("length", (long) length);
    }
    fields.put("bytes", structs.rawBytes(first, Math.min(length, MAX_RAW_BYTES), "bytes"));
  }

  /**
   * One line of {@code seamtape show --json}.
   *
   * @param depth nesting of the call, 0 for a system call
   */
  public Map<String, Object> json(int depth) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("event", event.number);
    line.put("tsc", event.time);
    line.put("actor", Actor.text(event.actor));
    long subject = subject();
    line.put("vm", Subject.vm(subject) < 0 ? null : (long) Subject.vm(subject));
    line.put("vcpu", Subject.vcpu(subject) < 0 ? null : (long) Subject.vcpu(subject));
    line.put("depth", (long) depth);
    line.put("phase", event.phase.name().toLowerCase(Locale.ROOT));
    line.put("call", call());
    line.put("family", event.call.family().label());
    boolean returned = event.phase == Phase.RETURN;
    Map<String, Object> out = new LinkedHashMap<>(fields);
    Object ret = returned ? out.remove("ret") : null;
    line.put("in", returned ? Map.of() : fields);
    line.put("out", returned ? out : Map.of());
    line.put("ret", ret);
    line.put("errno", returned ? errno() : null);
    status(line, returned);
    return line;
  }

  /** What the call is made on, or the vCPU that makes it. */
  private long subject() {
    if (enter == null || event.call.family().nests() || event.phase == Phase.INPUT) {
      return Actor.subject(event.actor);
    }
    return enter.link;
  }

  private String errno() {
    boolean error = retFormat() == Format.RESULT && Errno.isError(event.fields[0]);
    return error ? Errno.text(event.fields[0]) : null;
  }

  private void status(Map<String, Object> line, boolean returned) {
    if (returned && retFormat() == Format.TDX_STATUS) {
      line.put("status", TdxStatus.text(event.fields[0]));
    } else if (returned && retFormat() == Format.TDVMCALL_STATUS) {
      line.put("status", TdvmcallStatus.text(event.fields[0]));
    }
  }

  private Format retFormat() {
    return event.call.out().get(0).format();
  }
}
