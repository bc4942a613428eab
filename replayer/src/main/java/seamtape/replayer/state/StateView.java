package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import seamtape.catalog.Errno;
import seamtape.catalog.Format;
import seamtape.catalog.KvmExit;
import seamtape.catalog.Msr;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;

/** A machine's state as a document: {@code {event, machine: {…}}}. */
public final class StateView {
  private final MachineState state;
  private final MachineReading reading;

  /** False to tell values as the last return left them, whatever calls are in flight. */
  private final boolean overlaid;

  private StateView(MachineState state, MachineReading reading, boolean overlaid) {
    this.state = state;
    this.reading = reading;
    this.overlaid = overlaid;
  }

  /**
   * @param reading of a re-execution at the same event, for what the events do not tell; null
   *     without one
   */
  public static Map<String, Object> document(MachineState state, MachineReading reading) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("event", state.event());
    document.put("machine", new StateView(state, reading, true).machine());
    return document;
  }

  /**
   * One part, in the same places as in the whole document's machine, as returned calls left it;
   * empty where it is not there.
   */
  public static Map<String, Object> part(MachineState state, StatePart part) {
    return new StateView(state, null, false).part(part);
  }

  /** The whole machine as returned calls left it. */
  static Map<String, Object> settled(MachineState state) {
    Map<String, Object> machine = new StateView(state, null, false).machine();
    machine.remove("in_flight");
    return machine;
  }

  private Map<String, Object> part(StatePart part) {
    return switch (part.kind()) {
      case FD -> list("fds", state.fds().get(part.of()), StateView::fd);
      case VM_LIFE -> list("vms", state.vms().get((int) part.of()), this::vm);
      case VM -> list("vms", state.vms().get((int) part.of()), this::vmAlone);
      case VCPU, TOPIC, MSRS, RUNS ->
          list("vms", state.vms().get(Subject.vm(part.of())), vm -> vcpuPart(vm, part));
      case TD_LIFE -> list("tds", state.tds().get(part.of()), TdView::td);
      case TD -> list("tds", state.tds().get(part.of()), TdView::alone);
      case PAGE, SEPT -> list("tds", state.tds().get(part.of()), td -> TdView.part(td, part));
    };
  }

  private static <T> Map<String, Object> list(
      String key, T thing, Function<T, Map<String, Object>> view) {
    return thing == null ? Map.of() : Map.of(key, List.of(view.apply(thing)));
  }

  private Map<String, Object> vcpuPart(VmState vm, StatePart part) {
    Map<String, Object> owner = new LinkedHashMap<>();
    owner.put("vm", "vm" + vm.number());
    VcpuState vcpu = vm.vcpus().get(Subject.vcpu(part.of()));
    if (vcpu != null) {
      owner.put("vcpus", List.of(vcpuPart(vm, vcpu, part)));
    }
    return owner;
  }

  private Map<String, Object> vcpuPart(VmState vm, VcpuState vcpu, StatePart part) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("vcpu", (long) vcpu.id());
    switch (part.kind()) {
      case TOPIC -> {
        Topic topic = Topic.values()[(int) part.item()];
        json.put(topic.label(), topic(vm.number(), vcpu, topic));
      }
      case MSRS -> json.put("msrs", msrs(vm.number(), vcpu));
      case RUNS -> json.put("runs", runs(vcpu));
      default -> json = vcpu(vm, vcpu);
    }
    return json;
  }

  private Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("fds", state.fds().values().stream().map(StateView::fd).toList());
    machine.put("in_flight", state.inFlight().stream().map(StateView::inFlight).toList());
    machine.put("vms", state.vms().values().stream().map(this::vm).toList());
    if (!state.tds().isEmpty()) {
      machine.put("tds", state.tds().values().stream().map(TdView::td).toList());
    }
    return machine;
  }

  private static Map<String, Object> fd(OpenFd fd) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("fd", fd.fd());
    json.put("kind", fd.kind().name().toLowerCase(Locale.ROOT));
    json.put("subject", Subject.text(fd.subject()));
    json.put("event", fd.event());
    return json;
  }

  private static Map<String, Object> inFlight(Event enter) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("event", enter.number);
    json.put("actor", Actor.text(enter.actor));
    json.put("call", enter.call.label());
    return json;
  }

  private Map<String, Object> vm(VmState vm) {
    Map<String, Object> json = vmAlone(vm);
    json.put("vcpus", vm.vcpus().values().stream().map(vcpu -> vcpu(vm, vcpu)).toList());
    return json;
  }

  private Map<String, Object> vmAlone(VmState vm) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("vm", "vm" + vm.number());
    json.put("event", vm.created());
    json.put("type", vm.type());
    json.put("slots", vm.slots().values().stream().map(StateView::slot).toList());
    json.put("irqchip", part(vm.irqchip(), vm.irqchipEvent()));
    json.put("pit", part(vm.pitEvent() == 0 ? "none" : "kernel", vm.pitEvent()));
    json.put("gsi_routing", routing(vm));
    Map<String, Object> sev = vm.sev().document();
    if (sev != null) {
      if (vm.sev().rmp() != null) {
        sev.put("rmp", rmp(vm));
      }
      json.put("sev", sev);
    }
    if (vm.tdx().document() != null) {
      json.put("tdx", vm.tdx().document());
    }
    json.put("capabilities", vm.enabled().stream().map(StateView::enabled).toList());
    json.put("settings", settings(vm));
    return json;
  }

  private Map<String, Object> rmp(VmState vm) {
    long running = overlaid ? state.running(vm.number()) : 0;
    return vm.sev()
        .rmp()
        .document(reading == null ? null : reading.reverseMap(vm.number()), running);
  }

  private static Map<String, Object> part(String mode, long event) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mode", mode);
    if (event != 0) {
      json.put("event", event);
    }
    return json;
  }

  private static Map<String, Object> slot(MemorySlot slot) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("as_id", (long) slot.space());
    json.put("slot", (long) slot.slot());
    json.put("guest_phys_addr", address(slot.gpa()));
    json.put("memory_size", slot.size());
    json.put("userspace_addr", address(slot.hva()));
    json.put("flags", Format.HEX.value(slot.flags()));
    if (slot.guestMemfd() != -1) {
      json.put("guest_memfd", slot.guestMemfd());
      json.put("guest_memfd_offset", Format.HEX.value(slot.guestMemfdOffset()));
    }
    json.put("event", slot.event());
    return json;
  }

  private static Object address(long value) {
    return value == Event.UNKNOWN ? "unknown" : Format.HEX.value(value);
  }

  private static Map<String, Object> routing(VmState vm) {
    Known routing = vm.routing();
    if (routing.unknown()) {
      boolean kernel = vm.irqchip().equals("kernel");
      return part(kernel ? "default" : "none", kernel ? vm.irqchipEvent() : 0);
    }
    Map<String, Object> json = part("set", routing.event());
    json.put("value", routing.value().fields());
    return json;
  }

  private static Map<String, Object> enabled(VmState.Enabled enabled) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cap", Format.CAPABILITY.value(enabled.cap()));
    json.put("flags", Format.HEX.value(enabled.flags()));
    json.put("arg", Format.HEX.value(enabled.first()));
    json.put("event", enabled.event());
    return json;
  }

  private static Map<String, Object> settings(VmState vm) {
    Map<String, Object> json = new LinkedHashMap<>();
    vm.settings()
        .forEach(
            (call, setting) -> {
              Map<String, Object> value = new LinkedHashMap<>();
              value.put("event", setting.event());
              Object shown =
                  call.pointer()
                      ? setting.struct().fields()
                      : call.in().get(1).format().value(setting.value());
              value.put("value", shown);
              json.put(call.label(), value);
            });
    return json;
  }

  private Map<String, Object> vcpu(VmState vm, VcpuState vcpu) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("vcpu", (long) vcpu.id());
    json.put("event", vcpu.created());
    for (Topic topic : Topic.values()) {
      json.put(topic.label(), topic(vm.number(), vcpu, topic));
    }
    json.put("msrs", msrs(vm.number(), vcpu));
    json.put("runs", runs(vcpu));
    return json;
  }

  private Map<String, Object> topic(int vm, VcpuState vcpu, Topic topic) {
    Known known = overlaid ? state.known(vm, vcpu, topic) : vcpu.topic(topic);
    Map<String, Object> json = new LinkedHashMap<>();
    if (!known.unknown()) {
      json.put("event", known.event());
      json.put("by", known.by().label());
      json.put("value", known.value().fields());
    } else {
      unknown(json, known.event(), known.by() == null ? null : known.by().label());
    }
    boolean whole = !known.unknown() && Topic.readBy(known.by()) == topic;
    if (reading != null && !whole) {
      reading
          .topic(vm, vcpu.id(), topic)
          .ifPresent(bytes -> json.put("reexecuted", bytes.fields()));
    }
    return json;
  }

  private static void unknown(Map<String, Object> json, long since, String by) {
    json.put("text", since == 0 ? "neither set nor read" : "unknown since event " + since);
    if (since != 0) {
      json.put("unknown_since", since);
      json.put("by", by);
    }
  }

  private List<Object> msrs(int vm, VcpuState vcpu) {
    List<Object> list = new ArrayList<>();
    Event changing = overlaid ? state.changingMsrs(vm, vcpu.id()) : null;
    vcpu.msrs()
        .byIndex()
        .forEach(
            (index, msr) -> {
              Map<String, Object> json = new LinkedHashMap<>();
              json.put("index", Format.HEX.value(Integer.toUnsignedLong(index)));
              json.put("name", Msr.text(Integer.toUnsignedLong(index)));
              if (msr.known() && changing == null) {
                json.put("event", msr.event());
                json.put("by", msr.by().label());
                json.put("value", Format.HEX.value(msr.value()));
              } else {
                boolean now = changing != null && msr.known();
                unknown(json, now ? changing.number : msr.event(), by(now ? changing : null, msr));
                reexecuted(vm, vcpu, index, json);
              }
              list.add(json);
            });
    return list;
  }

  private static String by(Event changing, KnownMsr msr) {
    return changing == null ? msr.by().label() : changing.call.label();
  }

  private void reexecuted(int vm, VcpuState vcpu, int index, Map<String, Object> json) {
    OptionalLong read = reading == null ? OptionalLong.empty() : reading.msr(vm, vcpu.id(), index);
    read.ifPresent(value -> json.put("reexecuted", Format.HEX.value(value)));
  }

  private static Map<String, Object> runs(VcpuState vcpu) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("count", vcpu.runs());
    if (vcpu.runs() > 0) {
      Map<String, Object> last = new LinkedHashMap<>();
      last.put("event", vcpu.lastRun());
      long result = vcpu.lastResult();
      last.put("ret", result);
      last.put("errno", Errno.isError(result) ? Errno.text(result) : null);
      last.put("exit_reason", result == 0 ? exit(vcpu.lastReason()) : null);
      json.put("last", last);
    }
    Map<String, Object> exits = new LinkedHashMap<>();
    vcpu.exits().forEach((reason, count) -> exits.put(exit(reason), count));
    json.put("exits", exits);
    return json;
  }

  private static String exit(long reason) {
    return reason == Event.UNKNOWN ? "unknown" : KvmExit.text(reason);
  }
}
