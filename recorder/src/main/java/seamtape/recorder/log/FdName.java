package seamtape.recorder.log;

import java.nio.charset.StandardCharsets;
import seamtape.catalog.FdKind;

/**
 * What a log itself says of an fd, as strace -y does: {@code /dev/kvm}, {@code
 * anon_inode:kvm-vcpu:0}.
 *
 * @param kind null for what has nothing to do with KVM
 * @param vcpu vCPU id, -1 where the name has none
 */
public record FdName(FdKind kind, int vcpu) {
  /** A file, pipe or socket. */
  public static final FdName OTHER = new FdName(null, -1);

  /** Longest name that matters. */
  private static final int MAX_NAME = 64;

  /** KVM_MAX_VCPU_IDS. */
  private static final int VCPU_IDS = 4096;

  private static final FdName SYSTEM = new FdName(FdKind.SYSTEM, -1);
  private static final FdName VM = new FdName(FdKind.VM, -1);
  private static final byte[] ANON_INODE = ascii("anon_inode:");
  private static final byte[] DEV_KVM = ascii("/dev/kvm");
  private static final byte[] KVM_VM = ascii("anon_inode:kvm-vm");
  private static final byte[] KVM_VCPU = ascii("anon_inode:kvm-vcpu:");

  /** Of the vCPUs that a VM is likely to have. */
  private static final FdName[] VCPUS = new FdName[256];

  static {
    for (int i = 0; i < VCPUS.length; i++) {
      VCPUS[i] = new FdName(FdKind.VCPU, i);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the text between the outer angle brackets. */
  public static FdName of(byte[] text, int from, int to) {
    if (starts(text, from, to, KVM_VCPU)) {
      return vcpu(number(text, from + KVM_VCPU.length, to));
    }
    if (starts(text, from, to, ANON_INODE)) {
      return is(text, from, to, KVM_VM) ? VM : anonymous(text, from + ANON_INODE.length, to);
    }
    boolean device =
        starts(text, from, to, DEV_KVM)
            && (to == from + DEV_KVM.length || text[from + DEV_KVM.length] == '<');
    return device ? SYSTEM : OTHER;
  }

  private static boolean starts(byte[] text, int from, int to, byte[] word) {
    return to - from >= word.length
        && java.util.Arrays.equals(text, from, from + word.length, word, 0, word.length);
  }

  private static boolean is(byte[] text, int from, int to, byte[] word) {
    return to - from == word.length && starts(text, from, to, word);
  }

  private static FdName vcpu(int id) {
    return id >= 0 && id < VCPUS.length ? VCPUS[id] : new FdName(FdKind.VCPU, id);
  }

  private static FdName anonymous(byte[] text, int from, int to) {
    int colon = from;
    while (colon < to && text[colon] != ':') {
      colon++;
    }
    int id = number(text, colon + 1, to);
    int length = Math.min(colon - from, MAX_NAME);
    String word = new String(text, from, length, StandardCharsets.ISO_8859_1);
    return switch (word) {
      case "kvm-vcpu" -> vcpu(id);
      case "kvm-vm-stats", "kvm-vcpu-stats" -> new FdName(FdKind.STATS, id);
      case "kvm-gmem", "[kvm-gmem]" -> new FdName(FdKind.GUEST_MEMFD, -1);
      case "eventfd", "[eventfd]" -> new FdName(FdKind.EVENTFD, -1);
      default -> word.startsWith("kvm-") ? new FdName(FdKind.DEVICE, -1) : OTHER;
    };
  }

  /** A vCPU id; -1 for what is none. */
  private static int number(byte[] text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(text[i], 10);
      value = value * 10 + digit;
      if (digit < 0 || value >= VCPU_IDS) {
        return -1;
      }
    }
    return from >= to ? -1 : value;
  }
}
