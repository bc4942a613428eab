package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a machine's state that changes as one: what an index of changes knows by name.
 *
 * @param of the fd, the VM, the vCPU's subject or the TDR
 * @param item the topic's ordinal, the page or the entry's key; 0 for others
 */
public record StatePart(Kind kind, long of, long item) {
  /** What a part is. */
  public enum Kind {
    FD,
    /** A VM comes or goes, with all that it has. */
    VM_LIFE,
    /** What a VM has besides vCPUs. */
    VM,
    /** A vCPU comes. */
    VCPU,
    TOPIC,
    MSRS,
    RUNS,
    /** A TD comes or goes, with all that it has. */
    TD_LIFE,
    /** What a TD has besides pages and secure EPT. */
    TD,
    PAGE,
    SEPT
  }

  static StatePart of(Kind kind, long of) {
    return new StatePart(kind, of, 0);
  }

  /**
   * The parts whose changes may change the value of a path, the one that holds it last; empty for a
   * path that is not below one part.
   */
  public static List<StatePart> of(String path) {
    String[] names = path.split("/");
    if (names.length < 2) {
      return List.of();
    }
    try {
      return switch (names[0]) {
        case "fds" -> List.of(of(Kind.FD, Long.parseLong(names[1].substring("fd".length()))));
        case "vms" -> ofVm(names, Integer.parseInt(names[1].substring("vm".length())));
        case "tds" -> ofTd(names, Long.decode(names[1]));
        default -> List.of();
      };
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      return List.of();
    }
  }

  private static List<StatePart> ofVm(String[] names, int vm) {
    StatePart life = of(Kind.VM_LIFE, vm);
    if (names.length < 3 || !names[2].equals("vcpus")) {
      return names.length < 3 ? List.of() : List.of(life, of(Kind.VM, vm));
    }
    if (names.length < 5) {
      return List.of();
    }
    int id = Integer.parseInt(names[3].substring("vcpu".length()));
    long vcpu = seamtape.event.Subject.vcpu(vm, id);
    List<StatePart> parts = new ArrayList<>(List.of(life, of(Kind.VCPU, vcpu)));
    switch (names[4]) {
      case "msrs" -> parts.add(of(Kind.MSRS, vcpu));
      case "runs" -> parts.add(of(Kind.RUNS, vcpu));
      default -> {
        for (Topic topic : Topic.values()) {
          if (topic.label().equals(names[4])) {
            parts.add(new StatePart(Kind.TOPIC, vcpu, topic.ordinal()));
          }
        }
      }
    }
    return parts;
  }

  private static List<StatePart> ofTd(String[] names, long tdr) {
    StatePart life = of(Kind.TD_LIFE, tdr);
    if (names.length < 3) {
      return List.of();
    }
    if (names.length > 3 && names[2].equals("pages")) {
      return List.of(life, new StatePart(Kind.PAGE, tdr, Long.decode(names[3])));
    }
    if (names.length > 3 && names[2].equals("sept")) {
      return List.of(life, new StatePart(Kind.SEPT, tdr, TdState.key(names[3])));
    }
    boolean all = names[2].equals("pages") || names[2].equals("sept");
    return all ? List.of() : List.of(life, of(Kind.TD, tdr));
  }
}
