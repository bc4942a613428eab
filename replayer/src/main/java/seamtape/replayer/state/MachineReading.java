package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Structs;
import seamtape.event.Subject;
import seamtape.machine.RmpRange;
import seamtape.replayer.replay.Reexecution;

/** Reads from the machine of a re-execution what a fold of the same events tells, by its ioctls. */
public final class MachineReading {
  /** KVM_MAX_CPUID_ENTRIES, and the bytes of the header and of an entry. */
  private static final int CPUID_ENTRIES = 256;

  private static final int CPUID_HEADER = 8;
  private static final int CPUID_ENTRY = 40;

  /** A struct kvm_msrs of one entry. */
  private static final int ONE_MSR = 24;

  private final MachineState state;
  private final Reexecution machine;

  /** The lowest fd of each VM and vCPU by subject, as of the event it was made for. */
  private final Map<Long, Long> fds = new HashMap<>();

  private long fdsOf = -1;

  /**
   * @param state folded to the event that the machine stands at
   */
  public MachineReading(MachineState state, Reexecution machine) {
    this.state = state;
    this.machine = machine;
  }

  /** An fd of a vCPU; empty where none is open. */
  private OptionalLong fd(int vm, int vcpu) {
    return fd(Subject.vcpu(vm, vcpu));
  }

  private OptionalLong fd(long subject) {
    if (fdsOf != state.event()) {
      fds.clear();
      for (OpenFd fd : state.fds().values()) {
        boolean own =
            fd.kind() == FdKind.VCPU || fd.kind() == FdKind.VM && Subject.vcpu(fd.subject()) < 0;
        if (own) {
          fds.putIfAbsent(fd.subject(), fd.fd());
        }
      }
      fdsOf = state.event();
    }
    Long fd = fds.get(subject);
    return fd == null ? OptionalLong.empty() : OptionalLong.of(fd);
  }

  /** A topic of a vCPU; empty where the machine cannot be asked now. */
  Optional<StructBytes> topic(int vm, int vcpu, Topic topic) {
    OptionalLong fd = fd(vm, vcpu);
    if (fd.isEmpty()) {
      return Optional.empty();
    }
    byte[] argument = new byte[size(topic)];
    if (topic == Topic.CPUID) {
      little(argument).putInt(0, CPUID_ENTRIES);
    }
    if (machine.read(fd.getAsLong(), topic.get().number(), argument) < 0) {
      return Optional.empty();
    }
    if (topic == Topic.CPUID) {
      int entries = Math.min(little(argument).getInt(0), CPUID_ENTRIES);
      argument = Arrays.copyOf(argument, CPUID_HEADER + CPUID_ENTRY * entries);
    }
    return Optional.of(StructBytes.returned(topic.get(), argument));
  }

  private static int size(Topic topic) {
    return topic == Topic.CPUID
        ? CPUID_HEADER + CPUID_ENTRY * CPUID_ENTRIES
        : Structs.of(topic.get().struct()).size();
  }

  /** An MSR of a vCPU; empty where the machine does not have it or cannot be asked now. */
  OptionalLong msr(int vm, int vcpu, int index) {
    OptionalLong fd = fd(vm, vcpu);
    byte[] argument = new byte[ONE_MSR];
    little(argument).putInt(0, 1).putInt(8, index);
    boolean read =
        fd.isPresent()
            && machine.read(fd.getAsLong(), KvmIoctl.KVM_GET_MSRS.number(), argument) == 1;
    return read ? OptionalLong.of(little(argument).getLong(16)) : OptionalLong.empty();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where fold and machine both know a value and differ: a line each. */
  public List<String> disagreements() {
    List<String> found = new ArrayList<>();
    for (OpenFd fd : state.fds().values()) {
      long subject = machine.subject(fd.fd());
      if (fd.kind() != FdKind.GUEST_MEMFD && subject != fd.subject()) {
        found.add(
            at("fd " + fd.fd(), Subject.text(fd.subject()), Subject.text(subject), fd.event()));
      }
    }
    for (VmState vm : state.vms().values()) {
      for (VcpuState vcpu : vm.vcpus().values()) {
        for (Topic topic : Topic.values()) {
          compare(vm.number(), vcpu, topic, found);
        }
        compareMsrs(vm.number(), vcpu, found);
      }
      compareSev(vm, found);
      compareRmp(vm, found);
    }
    return found;
  }

  /** The reverse map table of a VM; null where there is none, or where nobody can be asked. */
  List<RmpRange> reverseMap(int vm) {
    OptionalLong fd = fd(Subject.vm(vm));
    return fd.isPresent() ? machine.reverseMap(fd.getAsLong()) : null;
  }

  private void compareRmp(VmState vm, List<String> found) {
    List<RmpRange> table = vm.sev().rmp() == null ? null : reverseMap(vm.number());
    String differs = table == null ? null : vm.sev().rmp().disagreement(table);
    if (differs != null) {
      found.add("event " + state.event() + ": vm" + vm.number() + " rmp: " + differs);
    }
  }

  private void compareSev(VmState vm, List<String> found) {
    Map<String, Object> told = vm.sev().told();
    OptionalLong fd = told.isEmpty() ? OptionalLong.empty() : fd(Subject.vm(vm.number()));
    if (fd.isEmpty()) {
      return;
    }
    Map<String, Object> is = new SevReading(machine, fd.getAsLong()).fields();
    told.forEach(
        (field, value) -> {
          if (is.containsKey(field) && !value.equals(is.get(field))) {
            String name = "vm" + vm.number() + " sev " + field;
            found.add(at(name, value, is.get(field), vm.sev().event()));
          }
        });
  }

  private void compare(int vm, VcpuState vcpu, Topic topic, List<String> found) {
    Known known = state.known(vm, vcpu, topic);
    Optional<StructBytes> read = known.unknown() ? Optional.empty() : topic(vm, vcpu.id(), topic);
    if (read.isEmpty()) {
      return;
    }
    Map<String, Object> is = read.get().flat();
    known
        .told(topic)
        .forEach(
            (field, value) -> {
              if (!value.equals(is.get(field))) {
                String name = name(vm, vcpu, topic.label() + "." + field);
                found.add(at(name, value, is.get(field), known.event()));
              }
            });
  }

  private void compareMsrs(int vm, VcpuState vcpu, List<String> found) {
    if (state.changingMsrs(vm, vcpu.id()) != null) {
      return;
    }
    vcpu.msrs()
        .byIndex()
        .forEach(
            (index, msr) -> {
              OptionalLong is = msr.known() ? msr(vm, vcpu.id(), index) : OptionalLong.empty();
              if (is.isPresent() && is.getAsLong() != msr.value()) {
                String name = name(vm, vcpu, "msr 0x" + Integer.toHexString(index));
                String was = Long.toHexString(msr.value());
                found.add(at(name, was, Long.toHexString(is.getAsLong()), msr.event()));
              }
            });
  }

  private static String name(int vm, VcpuState vcpu, String part) {
    return Subject.text(Subject.vcpu(vm, vcpu.id())) + " " + part;
  }

  private String at(String name, Object folded, Object read, long since) {
    return "event "
        + state.event()
        + ": "
        + name
        + ": the events say "
        + folded
        + " (event "
        + since
        + "), the machine "
        + read;
  }
}
