package seamtape.replayer.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import seamtape.catalog.Format;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.event.Event;

/**
 * What the commands of KVM_MEMORY_ENCRYPT_OP tell of an AMD VM's encryption. The ASID is told by no
 * call: the host keeps it to itself.
 */
final class SevFold {
  private static final int TDX_VM = 5;
  private static final int MEASUREMENT_BYTES = 48;
  private static final String[] STATES = {
    "UNINIT", "LUPDATE", "LSECRET", "RUNNING", "SUPDATE", "RUPDATE", "SENT"
  };

  private final long vmType;
  private String kind;
  private String state;
  private Long handle;
  private Long policy;
  private String measurement;
  private SevMeasurement launch = new SevMeasurement();
  private RmpFold rmp = new RmpFold();
  private long event;

  SevFold(long vmType) {
    this.vmType = vmType;
  }

  SevFold copy() {
    SevFold copy = new SevFold(vmType);
    copy.kind = kind;
    copy.state = state;
    copy.handle = handle;
    copy.policy = policy;
    copy.measurement = measurement;
    copy.launch = launch.copy();
    copy.rmp = rmp.copy();
    copy.event = event;
    return copy;
  }

  void write(StateWriter to) {
    to.put(kind);
    to.put(state);
    to.put(handle);
    to.put(policy);
    to.put(measurement);
    launch.write(to);
    rmp.write(to);
    to.put(event);
  }

  static SevFold read(long vmType, StateReader from) {
    SevFold read = new SevFold(vmType);
    read.kind = from.text();
    read.state = from.text();
    read.handle = from.numberOrNull();
    read.policy = from.numberOrNull();
    read.measurement = from.text();
    read.launch = SevMeasurement.read(from);
    read.rmp = RmpFold.read(from);
    read.event = from.number();
    return read;
  }

  /**
   * KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM: what the source was this VM is, and the source is nothing.
   */
  void moveFrom(SevFold source) {
    String moved = source.kind;
    SevFold was = source.copy();
    kind = moved;
    state = was.state;
    handle = was.handle;
    policy = was.policy;
    measurement = was.measurement;
    launch = was.launch;
    source.kind = null;
  }

  /**
   * A call on the VM that succeeded.
   *
   * @param memory what the VMM stored
   */
  void apply(Event enter, Event returned, TdSources memory) {
    StructBytes in = StructBytes.of(enter);
    long id = in.number(0, 4).orElse(-1);
    if (enter.call == KvmIoctl.KVM_ENABLE_CAP) {
      context(enter, id);
    } else if (vmType != TDX_VM && enter.fields[1] != 0) {
      SevCommand.byId(id).ifPresent(command -> command(command, in, enter, returned, memory));
    }
  }

  private void context(Event enter, long cap) {
    boolean copied = cap == KvmCapability.KVM_CAP_VM_COPY_ENC_CONTEXT_FROM.number();
    if (copied || cap == KvmCapability.KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM.number()) {
      kind = copied ? "mirror" : kind;
      event = enter.number;
    }
  }

  private void command(
      SevCommand command, StructBytes in, Event enter, Event returned, TdSources memory) {
    long place = in.number(8, 8).orElse(0) - enter.fields[1];
    StructBytes out = StructBytes.of(returned);
    event = enter.number;
    switch (command) {
      case KVM_SEV_INIT -> begin("sev");
      case KVM_SEV_ES_INIT -> begin("sev-es");
      case KVM_SEV_INIT2 -> begin(vmType == 2 ? "sev" : vmType == 3 ? "sev-es" : "snp");
      case KVM_SEV_LAUNCH_START, KVM_SEV_RECEIVE_START -> {
        handle = number(out, place, 4);
        policy = number(in, place + 4, 4);
        state = command == SevCommand.KVM_SEV_LAUNCH_START ? "LUPDATE" : "RUPDATE";
        launch = new SevMeasurement();
      }
      case KVM_SEV_LAUNCH_MEASURE -> measured(in, out, place, enter.fields[1]);
      case KVM_SEV_LAUNCH_FINISH, KVM_SEV_RECEIVE_FINISH, KVM_SEV_SEND_CANCEL -> state = "RUNNING";
      case KVM_SEV_SEND_START -> state = "SUPDATE";
      case KVM_SEV_SEND_FINISH -> state = "SENT";
      case KVM_SEV_GUEST_STATUS -> status(out, place);
      case KVM_SEV_SNP_LAUNCH_START -> {
        policy = number(in, place, 8);
        state = "LAUNCH";
      }
      case KVM_SEV_LAUNCH_UPDATE_DATA -> encrypted(in, place, memory);
      case KVM_SEV_LAUNCH_UPDATE_VMSA -> launch.unknown(event);
      case KVM_SEV_SNP_LAUNCH_UPDATE -> added(in, out, place, memory);
      case KVM_SEV_SNP_LAUNCH_FINISH -> {
        state = "RUNNING";
        // The save areas of the vCPUs are measured last.
        launch.unknown(event);
      }
      // What is left changes memory, or asks.
      default -> {}
    }
  }

  private void encrypted(StructBytes in, long place, TdSources memory) {
    Long address = number(in, place, 8);
    Long length = number(in, place + 8, 4);
    if (address == null || length == null) {
      launch.unknown(event);
    } else {
      launch.data(address, memory.bytes(address, (int) (long) length), event);
    }
  }

  /** The struct that comes back says how far the command came. */
  private void added(StructBytes in, StructBytes out, long place, TdSources memory) {
    Long first = number(in, place, 8);
    Long end = number(out, place, 8);
    Long source = number(in, place + 8, 8);
    Long type = number(in, place + 24, 1);
    if (first == null || end == null || source == null || type == null) {
      launch.unknown(event);
      return;
    }
    for (long gfn = first; gfn < end; gfn++) {
      long page = source + (gfn - first << 12);
      launch.page(gfn, (int) (long) type, memory.bytes(page, 1 << 12));
      rmp.page(gfn << 12, (int) (long) type, event);
    }
  }

  private void begin(String newKind) {
    kind = newKind;
    state = "UNINIT";
  }

  private static Long number(StructBytes bytes, long place, int size) {
    OptionalLong value = bytes.number(place, size);
    return value.isPresent() ? value.getAsLong() : null;
  }

  private void measured(StructBytes in, StructBytes out, long place, long argument) {
    state = "LSECRET";
    long blob = in.number(place, 8).orElse(0) - argument;
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < MEASUREMENT_BYTES; i++) {
      OptionalLong next = out.number(blob + i, 1);
      if (next.isEmpty()) {
        return;
      }
      hex.append(String.format("%02x", next.getAsLong()));
    }
    measurement = hex.toString();
  }

  private void status(StructBytes out, long place) {
    handle = number(out, place, 4);
    policy = number(out, place + 4, 4);
    long value = out.number(place + 8, 4).orElse(-1);
    state = value >= 0 && value < STATES.length ? stateName((int) value) : state;
  }

  /** The call that last changed it. */
  long event() {
    return event;
  }

  /** GSTATE of the firmware in words. */
  static String stateName(int number) {
    return STATES[number];
  }

  /** Field by field what a machine can be asked for too. */
  Map<String, Object> told() {
    Map<String, Object> fields = new LinkedHashMap<>();
    boolean asked = "sev".equals(kind) || "sev-es".equals(kind);
    if (!asked || handle == null) {
      return fields;
    }
    put(fields, "handle", handle);
    put(fields, "policy", policy);
    put(fields, "state", state);
    if (launch.known()) {
      fields.put("digest", launch.digest(false));
    }
    return fields;
  }

  /** What the events tell of the reverse map table; null for a guest that is not in it. */
  RmpFold rmp() {
    return "snp".equals(kind) ? rmp : null;
  }

  /** KVM_RUN of a vCPU came back: true where with it the table became less well known. */
  boolean ran(long event) {
    return rmp() != null && "RUNNING".equals(state) && rmp.ran(event);
  }

  /** The part of a state document; null for a VM that is not encrypted. */
  Map<String, Object> document() {
    if (kind == null) {
      return null;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mode", kind);
    put(json, "state", state);
    put(json, "handle", handle);
    put(json, "policy", policy == null ? null : Format.HEX.value(policy));
    boolean snp = kind.equals("snp");
    if (state != null && (snp ? policy : handle) != null) {
      json.put("digest", launch.digest(snp));
    }
    put(json, "measurement", measurement);
    json.put("event", event);
    return json;
  }

  private static void put(Map<String, Object> json, String key, Object value) {
    if (value != null) {
      json.put(key, value);
    }
  }
}
