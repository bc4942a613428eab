package seamtape.recorder.strace;

/** The system calls that matter to a KVM recording; all others are skipped. */
enum Syscall {
  IOCTL("ioctl"),
  OPEN("open"),
  OPENAT("openat", "openat2"),
  CLOSE("close"),
  DUP("dup", "dup2", "dup3"),
  FCNTL("fcntl", "fcntl64"),
  EVENTFD("eventfd", "eventfd2"),
  MMAP("mmap", "mmap2"),
  MUNMAP("munmap"),
  CLONE("clone", "clone2", "clone3"),
  FORK("fork", "vfork");

  private static final ByteNames<Syscall> BY_NAME = new ByteNames<>();

  static {
    for (Syscall call : values()) {
      for (String name : call.names) {
        BY_NAME.put(name, call);
      }
    }
  }

  private final String[] names;

  Syscall(String... names) {
    this.names = names;
  }

  /** Null for the others. */
  static Syscall find(byte[] text, int from, int to) {
    return BY_NAME.find(text, from, to);
  }
}
