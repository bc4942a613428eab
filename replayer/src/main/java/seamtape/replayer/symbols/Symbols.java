package seamtape.replayer.symbols;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.Call;
import seamtape.catalog.FdKind;
import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;

/**
 * Names for the numbers that a process gets from its kernel: {@code vm0/vcpu1} for an fd, {@code
 * map2+0x1000} for an address. Feed every event of one recording in order, before asking about it.
 */
public final class Symbols {
  private final Map<Long, String> fds = new HashMap<>();
  private final Map<FdKind, Integer> made = new HashMap<>();
  private final TreeMap<Long, Region> regions = new TreeMap<>();
  private final Map<Long, String> addresses = new HashMap<>();
  private final Map<Long, Event> openCalls = new HashMap<>();
  private int regionCount;

  /** The subject that was asked for last, and its words: mostly the same is asked for again. */
  private long namedSubject = Subject.SYSTEM;

  private String subjectName = Subject.text(Subject.SYSTEM);

  private record Region(long end, String name) {}

  /** Takes note of an event: what it maps, opens, makes and closes. */
  public void note(Event event) {
    if (event.phase == Phase.ENTER && makesNumbers(event.call)) {
      openCalls.put(event.actor, Event.copyOf(event));
    } else if (event.phase == Phase.RETURN && makesNumbers(event.call)) {
      Event enter = openCalls.remove(event.actor);
      if (enter != null && event.fields[0] >= 0) {
        made(enter, event);
      }
    }
  }

  private static boolean makesNumbers(Call call) {
    if (call instanceof KvmIoctl ioctl) {
      return ioctl.makes().isPresent() || ioctl == KvmIoctl.KVM_CREATE_DEVICE;
    }
    return call instanceof FileOperation && call != FileOperation.KVM_UNKNOWN_IOCTL;
  }

  private void made(Event enter, Event returns) {
    long result = returns.fields[0];
    if (enter.call instanceof FileOperation operation) {
      switch (operation) {
        case OPEN -> fds.put(result, "kvm");
        case DUP -> fds.put(result, fd(enter.fields[0]));
        case EVENTFD -> fds.put(result, next(FdKind.EVENTFD));
        case CLOSE -> fds.remove(enter.fields[0]);
        case MMAP -> map(enter.fields[0] == 0 ? result : enter.fields[0], enter.fields[1]);
        case MUNMAP -> regions.remove(enter.fields[0]);
        case KVM_UNKNOWN_IOCTL -> {}
      }
      return;
    }
    if (!(enter.call instanceof KvmIoctl ioctl)) {
      return; // a row of another build: what it makes is not known
    }
    if (ioctl == KvmIoctl.KVM_CREATE_VCPU) {
      fds.put(result, Subject.text(Subject.vm(Subject.vm(enter.link))) + "/vcpu" + enter.fields[1]);
    } else if (ioctl == KvmIoctl.KVM_CREATE_DEVICE) {
      device(returns);
    } else {
      ioctl.makes().ifPresent(kind -> fds.put(result, next(kind)));
    }
  }

  /** The fd of KVM_CREATE_DEVICE is a field of its struct: type, fd, flags. */
  private void device(Event returns) {
    for (int i = 0; i < returns.copyCount(); i++) {
      int start = returns.copyStart(i);
      if (returns.copyAt(i) <= 4 && returns.copyAt(i) + returns.copyLength(i) >= 8) {
        int at = start + (int) (4 - returns.copyAt(i));
        fds.put(StableFields.number(returns.copyBytes(), at, 4), next(FdKind.DEVICE));
      }
    }
  }

  private String next(FdKind kind) {
    int ordinal = made.merge(kind, 1, Integer::sum) - 1;
    return kind.name().toLowerCase(java.util.Locale.ROOT) + ordinal;
  }

  private void map(long address, long length) {
    regions.put(address, new Region(address + length, "map" + regionCount++));
  }

  /** The fd of a call that is made on a known object. */
  public String fd(long number, long subject) {
    if (subject == Subject.SYSTEM) {
      return fd(number);
    }
    if (subject != namedSubject) {
      namedSubject = subject;
      subjectName = Subject.text(subject);
    }
    return subjectName;
  }

  /** An fd that is an argument or a field. */
  public String fd(long number) {
    if ((int) number == -1) {
      return "-1";
    }
    return fds.getOrDefault(number, "fd?");
  }

  /** A user address: its mapping and offset, or the order in which it was first met. */
  public String address(long address) {
    if (address == 0) {
      return "null";
    }
    Map.Entry<Long, Region> region = regions.floorEntry(address);
    if (region != null && region.getValue().end > address) {
      long offset = address - region.getKey();
      return region.getValue().name + (offset == 0 ? "" : "+0x" + Long.toHexString(offset));
    }
    String known = addresses.get(address);
    if (known == null) {
      known = "mem" + addresses.size();
      addresses.put(address, known);
    }
    return known;
  }

  /** An argument pointer: only whether it is null is the caller's doing. */
  public String pointer(long address) {
    return address == 0 ? "null" : "pointer";
  }
}
