package seamtape.recorder.strace;

import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;

/** The names that strace prints for numbers, as far as calls on KVM's fds use them. */
final class Symbols {
  /** Values of flags and constants (include/uapi). */
  static final ByteNames<Long> VALUES = new ByteNames<>();

  static final ByteNames<KvmIoctl> REQUESTS = new ByteNames<>();
  static final ByteNames<Integer> EXITS = new ByteNames<>();

  /** Positive error numbers, with those that only the kernel sees (include/linux/errno.h). */
  static final ByteNames<Integer> ERRORS = new ByteNames<>();

  private static final String CONSTANTS =
      """
      NULL 0x0
      KVM_MEM_LOG_DIRTY_PAGES 0x1
      KVM_MEM_READONLY 0x2
      KVM_MEM_GUEST_MEMFD 0x4
      KVM_CPUID_FLAG_SIGNIFCANT_INDEX 0x1
      KVM_CPUID_FLAG_SIGNIFICANT_INDEX 0x1
      KVM_CPUID_FLAG_STATEFUL_FUNC 0x2
      KVM_CPUID_FLAG_STATE_READ_NEXT 0x4
      KVM_X86_DEFAULT_VM 0x0
      KVM_X86_SW_PROTECTED_VM 0x1
      KVM_X86_SEV_VM 0x2
      KVM_X86_SEV_ES_VM 0x3
      KVM_X86_SNP_VM 0x4
      KVM_X86_TDX_VM 0x5
      _IOC_NONE 0x0
      _IOC_WRITE 0x1
      _IOC_READ 0x2
      PROT_NONE 0x0
      PROT_READ 0x1
      PROT_WRITE 0x2
      PROT_EXEC 0x4
      PROT_SEM 0x8
      PROT_GROWSDOWN 0x1000000
      PROT_GROWSUP 0x2000000
      MAP_FILE 0x0
      MAP_SHARED 0x1
      MAP_PRIVATE 0x2
      MAP_SHARED_VALIDATE 0x3
      MAP_FIXED 0x10
      MAP_ANONYMOUS 0x20
      MAP_32BIT 0x40
      MAP_GROWSDOWN 0x100
      MAP_DENYWRITE 0x800
      MAP_EXECUTABLE 0x1000
      MAP_LOCKED 0x2000
      MAP_NORESERVE 0x4000
      MAP_POPULATE 0x8000
      MAP_NONBLOCK 0x10000
      MAP_STACK 0x20000
      MAP_HUGETLB 0x40000
      MAP_SYNC 0x80000
      MAP_HUGE_SHIFT 0x1a
      MAP_FIXED_NOREPLACE 0x100000
      O_RDONLY 0x0
      O_WRONLY 0x1
      O_RDWR 0x2
      O_CREAT 0x40
      O_EXCL 0x80
      O_NOCTTY 0x100
      O_TRUNC 0x200
      O_APPEND 0x400
      O_NONBLOCK 0x800
      O_DSYNC 0x1000
      O_LARGEFILE 0x8000
      O_DIRECTORY 0x10000
      O_NOFOLLOW 0x20000
      O_NOATIME 0x40000
      O_CLOEXEC 0x80000
      O_SYNC 0x101000
      O_PATH 0x200000
      EFD_SEMAPHORE 0x1
      EFD_NONBLOCK 0x800
      EFD_CLOEXEC 0x80000
      F_DUPFD 0x0
      F_DUPFD_CLOEXEC 0x406
      """;

  static {
    for (String line : CONSTANTS.split("\n")) {
      int space = line.indexOf(' ');
      VALUES.put(line.substring(0, space), Long.decode(line.substring(space + 1)));
    }
    for (KvmCapability capability : KvmCapability.values()) {
      VALUES.put(capability.name(), (long) capability.number());
    }
    for (KvmExit exit : KvmExit.values()) {
      EXITS.put(exit.name(), exit.number());
    }
    for (KvmIoctl ioctl : KvmIoctl.values()) {
      REQUESTS.put(ioctl.name(), ioctl);
    }
    for (Errno errno : Errno.values()) {
      ERRORS.put(errno.name(), errno.number());
    }
    ERRORS.put("ENOTSUP", Errno.EOPNOTSUPP.number()).put("EWOULDBLOCK", Errno.EAGAIN.number());
    ERRORS.put("EDEADLK", Errno.EDEADLOCK.number()).put("ENOTSUPP", 524);
    ERRORS.put("ERESTARTSYS", 512).put("ERESTARTNOINTR", 513).put("ERESTARTNOHAND", 514);
    ERRORS.put("ENOIOCTLCMD", 515).put("ERESTART_RESTARTBLOCK", 516);
  }

  private Symbols() {}
}
