package seamtape.sim.kvm;

/** Limits and sizes of KVM on x86-64, by their names in the kernel. Slots, ids, entries, bytes. */
public final class Limits {
  public static final int PAGE_SIZE = 4096;
  public static final int PAGE_SHIFT = 12;
  public static final int KVM_API_VERSION = 12;
  public static final int KVM_MAX_VCPUS = 1024;
  public static final int KVM_MAX_VCPU_IDS = 4096;

  /** 32767 less the three private slots. */
  public static final int KVM_USER_MEM_SLOTS = 32764;

  /** The address space of a vCPU in SMM. */
  public static final int SMM_ADDRESS_SPACE = 1;

  /** Address spaces: the normal one and that of SMM. */
  public static final int KVM_MAX_NR_ADDRESS_SPACES = 2;

  public static final long KVM_MEM_MAX_NR_PAGES = (1L << 31) - 1;
  public static final int KVM_MAX_IRQ_ROUTES = 4096;
  public static final int KVM_MIN_ALLOC_MMU_PAGES = 64;
  public static final int KVM_MEMSLOT_PAGES_TO_MMU_PAGES_RATIO = 50;
  public static final int KVM_PMU_EVENT_FILTER_MAX_EVENTS = 300;
  public static final int KVM_MSR_FILTER_MAX_RANGES = 16;
  public static final int KVM_MSR_FILTER_MAX_BITMAP_SIZE = 0x600;

  /** Devices on one I/O bus: ioeventfds and coalesced zones. */
  public static final int NR_IOBUS_DEVS = 1000;

  /** Pages of a vCPU fd: struct kvm_run, the port I/O data, the coalesced ring. */
  public static final int RUN_PAGES = 3;

  public static final int KVM_PIO_PAGE_OFFSET = 1;
  public static final int KVM_COALESCED_MMIO_PAGE_OFFSET = 2;
  public static final int KVM_DIRTY_LOG_PAGE_OFFSET = 64;
  public static final int KVM_DIRTY_RING_MAX_ENTRIES = 65536;
  public static final int KVM_DIRTY_RING_RSVD_ENTRIES = 64;

  /** Entries of the page modification log of VMX, reserved in each dirty ring. */
  public static final int PML_ENTRIES = 512;

  public static final int DIRTY_GFN_SIZE = 16;

  /** First address that is not user space's. */
  public static final long TASK_SIZE_MAX = 0x0000_7fff_ffff_f000L;

  /** RLIMIT_NOFILE of the simulated VMM. */
  public static final int RLIMIT_NOFILE = 16384;

  /** RLIMIT_MEMLOCK of the simulated VMM: bytes of user memory that SEV may pin for one VM. */
  public static final long RLIMIT_MEMLOCK = 1L << 28;

  /** The most that kmalloc gives in one piece. */
  public static final int KMALLOC_MAX_SIZE = 1 << 22;

  public static final long HUGE_PAGE_SIZE = 1L << 21;

  /** The type byte of KVM's ioctl numbers. */
  public static final int KVMIO = 0xae;

  private Limits() {}
}
