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

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the text between the outer angle brackets. */
  public static FdName of(byte[] text, int from, int to) {
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

  private static FdName anonymous(byte[] text, int from, int to) {
    String name =
        new String(text, from, Math.min(to - from, MAX_NAME), StandardCharsets.ISO_8859_1);
    String bare = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
    int colon = bare.indexOf(':');
    String word = colon < 0 ? bare : bare.substring(0, colon);
    int vcpu = colon < 0 ? -1 : number(bare, colon + 1);
    return switch (word) {
      case "kvm-vm" -> VM;
      case "kvm-vcpu" -> new FdName(FdKind.VCPU, vcpu);
      case "kvm-vm-stats" -> new FdName(FdKind.STATS, -1);
      case "kvm-vcpu-stats" -> new FdName(FdKind.STATS, vcpu);
      case "kvm-gmem" -> new FdName(FdKind.GUEST_MEMFD, -1);
      case "eventfd" -> new FdName(FdKind.EVENTFD, -1);
      default -> word.startsWith("kvm-") ? new FdName(FdKind.DEVICE, -1) : OTHER;
    };
  }

  private static int number(String text, int from) {
    int value = 0;
    for (int i = from; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), 10);
      value = value * 10 + digit;
      if (digit < 0 || value >= VCPU_IDS) {
        return -1;
      }
    }
    return from == text.length() ? -1 : value;
  }
}
