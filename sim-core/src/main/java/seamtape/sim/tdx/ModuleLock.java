package seamtape.sim.tdx;

/**
 * A lock of the module on one of its structures. A leaf runs to its end at once, so it only asks;
 * what holds locks while other leaves are called is TDH.VP.ENTER, as long as the guest runs.
 */
public final class ModuleLock {
  private int readers;
  private boolean writer;

  /** True when a shared lock cannot be had. */
  public boolean busyShared() {
    return writer;
  }

  /** True when an exclusive lock cannot be had. */
  public boolean busyExclusive() {
    return writer || readers > 0;
  }

  public void lockShared() {
    readers++;
  }

  public void unlockShared() {
    readers--;
  }

  public void lockExclusive() {
    writer = true;
  }

  public void unlockExclusive() {
    writer = false;
  }
}
