package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import seamtape.catalog.Format;
import seamtape.catalog.TdxCommand;
import seamtape.event.Event;

/**
 * What the commands of KVM_MEMORY_ENCRYPT_OP tell of a VM that is a TD: KVM's side, where {@link
 * TdFold} has the module's. States are those of enum kvm_tdx_state.
 */
final class TdxFold {
  private static final int TDX_VM = 5;
  private static final int GPA = 8;
  private static final int PAGES = 16;
  private static final int XFAM = 8;

  /** Memory that KVM_TDX_INIT_MEM_REGION added: as far as it came where it failed. */
  private record Region(long gpa, long pages, boolean measured, long event) {}

  private final boolean isTd;
  private String state = "UNINITIALIZED";
  private Long attributes;
  private Long xfam;
  private long event;
  private final TreeSet<Integer> vcpus = new TreeSet<>();
  private final List<Region> memory = new ArrayList<>();

  TdxFold(long vmType) {
    this.isTd = vmType == TDX_VM;
  }

  TdxFold copy() {
    TdxFold copy = new TdxFold(isTd ? TDX_VM : 0);
    copy.state = state;
    copy.attributes = attributes;
    copy.xfam = xfam;
    copy.event = event;
    copy.vcpus.addAll(vcpus);
    copy.memory.addAll(memory);
    return copy;
  }

  void write(StateWriter to) {
    to.put(state);
    to.put(attributes);
    to.put(xfam);
    to.put(event);
    to.all(vcpus, vcpu -> to.put(vcpu.longValue()));
    to.all(
        memory,
        region -> {
          to.put(region.gpa);
          to.put(region.pages);
          to.put(region.measured);
          to.put(region.event);
        });
  }

  static TdxFold read(long vmType, StateReader from) {
    TdxFold read = new TdxFold(vmType);
    read.state = from.text();
    read.attributes = from.numberOrNull();
    read.xfam = from.numberOrNull();
    read.event = from.number();
    from.all(from::integer, read.vcpus::add);
    from.all(
        () -> new Region(from.number(), from.number(), from.flag(), from.number()),
        read.memory::add);
    return read;
  }

  /**
   * A command that has returned.
   *
   * @param vcpu id of the vCPU it was made on; -1 for one on the VM
   */
  void apply(int vcpu, Event enter, Event returned) {
    if (!isTd || enter.fields[1] == 0) {
      return;
    }
    StructBytes in = StructBytes.of(enter);
    TdxCommand command = TdxCommand.byId(in.number(0, 4).orElse(-1)).orElse(null);
    long data = in.number(8, 8).orElse(0) - enter.fields[1];
    if (command == TdxCommand.KVM_TDX_INIT_MEM_REGION) {
      added(in, StructBytes.of(returned), data, enter.number);
    } else if (command != null && returned.fields[0] >= 0) {
      done(command, vcpu, in, data, enter.number);
    }
  }

  private void done(TdxCommand command, int vcpu, StructBytes in, long data, long at) {
    switch (command) {
      case KVM_TDX_INIT_VM -> {
        state = "INITIALIZED";
        attributes = number(in, data);
        xfam = number(in, data + XFAM);
      }
      case KVM_TDX_INIT_VCPU -> vcpus.add(vcpu);
      case KVM_TDX_FINALIZE_VM -> state = "RUNNABLE";
      // What is left asks.
      default -> {
        return;
      }
    }
    event = at;
  }

  /** KVM writes back where it stopped; the pages before that are in the TD. */
  private void added(StructBytes in, StructBytes out, long data, long at) {
    OptionalLong gpa = in.number(data + GPA, 8);
    OptionalLong before = in.number(data + PAGES, 8);
    OptionalLong left = out.number(data + PAGES, 8);
    if (gpa.isPresent() && before.isPresent() && left.isPresent()) {
      long pages = before.getAsLong() - left.getAsLong();
      if (pages > 0) {
        memory.add(new Region(gpa.getAsLong(), pages, (in.number(4, 4).orElse(0) & 1) != 0, at));
      }
    }
  }

  private static Long number(StructBytes bytes, long place) {
    OptionalLong value = bytes.number(place, 8);
    return value.isPresent() ? value.getAsLong() : null;
  }

  /** The part of a state document; null for a VM that is no TD. */
  Map<String, Object> document() {
    if (!isTd) {
      return null;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state", state);
    if (attributes != null && xfam != null) {
      json.put("attributes", Format.HEX.value(attributes));
      json.put("xfam", Format.HEX.value(xfam));
    }
    json.put("vcpus", vcpus.stream().map(Long::valueOf).toList());
    json.put("memory", memory.stream().map(TdxFold::region).toList());
    if (event != 0) {
      json.put("event", event);
    }
    return json;
  }

  private static Map<String, Object> region(Region region) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("gpa", Format.HEX.value(region.gpa()));
    json.put("pages", region.pages());
    json.put("measured", region.measured());
    json.put("event", region.event());
    return json;
  }
}
