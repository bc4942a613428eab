package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;

/**
 * What a vCPU shares with a Xen guest: struct vcpu_info with its pending events, the time, and how
 * long it ran. Addresses are of guest memory, or of user memory for a vcpu_info that user space
 * gives by its own.
 */
public final class XenVcpu {
  /** No address is set. */
  static final long UNSET = -1;

  static final int RUNSTATE_OFFLINE = 3;
  private static final int RUNSTATE_RUNNING = 0;
  private static final int INFO_SIZE = 64;
  private static final int TIME_SIZE = 32;
  private static final int TIME_IN_INFO = 32;
  private static final int STATES = 4;

  /** In the entry time while the rest changes; Linux leaves it set at no time a guest looks. */
  private static final int RUNSTATE_SIZE = 48;

  private static final int RUNSTATE_SIZE_32 = 44;

  private final Vcpu vcpu;
  private long info = UNSET;
  private boolean infoByUser;
  long timeInfo = UNSET;
  long runstateAddress = UNSET;

  /** Words of pending events while there is no vcpu_info to tell them in. */
  private long pendingWords;

  /** Of KVM_XEN_VCPU_ATTR_TYPE_UPCALL_VECTOR; 0 for none. */
  public int upcallVector;

  /** Xen's number of the vCPU. */
  public int id;

  /** Event channel of the timer; 0 while the kernel serves none. */
  public int timerPort;

  /** When the timer is due by kvmclock; 0 while it does not run. */
  public long timerExpires;

  /** The ports that SCHEDOP_poll waits for; null while it waits for none. */
  private int[] polled;

  /** When it has waited long enough by kvmclock; 0 for never. */
  private long pollEnds;

  int runstate = RUNSTATE_RUNNING;
  long runstateSince;
  final long[] times = new long[STATES];

  XenVcpu(Vcpu vcpu) {
    this.vcpu = vcpu;
    this.id = vcpu.id();
  }

  /** SCHEDOP_poll begins to wait. */
  public void poll(int[] ports, long ends) {
    polled = ports;
    pollEnds = ends;
  }

  /** The ports that SCHEDOP_poll waits for, or null. */
  public int[] polled() {
    return polled;
  }

  /** SCHEDOP_poll has waited long enough. */
  public boolean pollOver(long nanos) {
    return pollEnds != 0 && nanos >= pollEnds;
  }

  /** Sets struct vcpu_info: 0, or false where nothing backs it. */
  boolean setInfo(long address, boolean byUser) {
    info = address;
    infoByUser = byUser;
    return address == UNSET || infoPage() != null;
  }

  long info(boolean byUser) {
    return infoByUser == byUser ? info : UNSET;
  }

  static boolean infoFits(long address) {
    return inPage(address, INFO_SIZE);
  }

  static boolean timeFits(long address) {
    return inPage(address, TIME_SIZE);
  }

  private static boolean inPage(long address, int size) {
    return address == UNSET || (address & 0xfff) + size <= 0x1000;
  }

  private byte[] infoPage() {
    if (info == UNSET) {
      return null;
    }
    return infoByUser ? vcpu.vm().userPage(info) : vcpu.vm().guestPage(info);
  }

  /** Where the guest reads its time, two places at most; {@link #UNSET} for none. */
  public long timeAddress(int place) {
    if (place == 0) {
      return info == UNSET || infoByUser ? UNSET : info + TIME_IN_INFO;
    }
    return timeInfo;
  }

  /** True while the guest has not taken notice of its pending events. */
  public boolean upcallPending() {
    byte[] page = infoPage();
    return page != null && page[(int) info & 0xfff] != 0;
  }

  /** Events came in a word of the pending bits; true when the vCPU must be told. */
  public boolean mark(int word) {
    byte[] page = infoPage();
    if (page == null) {
      boolean fresh = (pendingWords >>> word & 1) == 0;
      pendingWords |= 1L << word;
      return fresh;
    }
    int at = (int) info & 0xfff;
    int selector = at + (vcpu.vm().xen().longMode() ? 8 : 4) + word / 8;
    boolean fresh = (page[selector] >> word % 8 & 1) == 0;
    if (fresh) {
      page[selector] |= (byte) (1 << word % 8);
      page[at] = 1;
    }
    return fresh;
  }

  /** Events wait for a vcpu_info. */
  public boolean eventsWait() {
    return pendingWords != 0;
  }

  /** Tells in vcpu_info what came before there was one; true when something did. */
  public boolean tellPending() {
    if (pendingWords == 0 || infoPage() == null) {
      return false;
    }
    long words = pendingWords;
    pendingWords = 0;
    for (long left = words; left != 0; left &= left - 1) {
      mark(Long.numberOfTrailingZeros(left));
    }
    return true;
  }

  /** The state changes now: what passed is added to the one before. */
  public void changeRunstate(int state, long nanos) {
    if (runstateSince == 0) {
      runstate = RUNSTATE_OFFLINE;
    }
    times[runstate] += nanos - runstateSince;
    runstate = state;
    runstateSince = nanos;
    storeRunstate();
  }

  /** kvm_xen_runstate_set_running: the vCPU is on a processor. */
  public void running(long nanos) {
    if (runstate != RUNSTATE_RUNNING || runstateSince == 0) {
      changeRunstate(RUNSTATE_RUNNING, nanos);
    }
  }

  int runstateSize() {
    return vcpu.vm().xen().longMode() ? RUNSTATE_SIZE : RUNSTATE_SIZE_32;
  }

  /** struct vcpu_runstate_info in guest memory; a 32-bit guest's is not aligned. */
  void storeRunstate() {
    if (runstateAddress == UNSET) {
      return;
    }
    int size = runstateSize();
    ByteBuffer out = Bytes.zeroed(size);
    int at = size == RUNSTATE_SIZE ? 8 : 4;
    out.putInt(0, runstate).putLong(at, runstateSince);
    for (int i = 0; i < STATES; i++) {
      out.putLong(at + 8 + 8 * i, times[i]);
    }
    vcpu.vm().writeGuest(runstateAddress, out.array());
  }
}
