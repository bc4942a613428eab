package seamtape.sim.tdx;

/** The key ownership table: who has each private key id, and what its caches owe. */
public final class KeyIds {
  /** States of a key id. */
  public enum State {
    FREE,
    /** A TD has it. */
    ASSIGNED,
    /** Its TD is blocked; caches are not written back on all packages yet. */
    FLUSHED,
    /** The module's own. */
    RESERVED
  }

  private final TdxPlatform platform;
  private final State[] states;
  private final Td[] owners;
  private final long[] packagesToWriteBack;

  /** The lock of the whole table. */
  public final ModuleLock lock = new ModuleLock();

  /** The lock of writing caches back. */
  public final ModuleLock writeBackLock = new ModuleLock();

  KeyIds(TdxPlatform platform) {
    this.platform = platform;
    int count = platform.firstPrivateKeyId() + platform.privateKeyIds();
    states = new State[count];
    java.util.Arrays.fill(states, State.FREE);
    owners = new Td[count];
    packagesToWriteBack = new long[count];
  }

  public State state(int id) {
    return states[id];
  }

  /** The TD with this key id, or null. */
  public Td owner(int id) {
    return owners[id];
  }

  public boolean isPrivate(long id) {
    return id >= 0 && id < states.length && platform.isPrivateKeyId((int) id);
  }

  void reserve(int id) {
    states[id] = State.RESERVED;
  }

  void assign(int id, Td td) {
    states[id] = State.ASSIGNED;
    owners[id] = td;
  }

  /** The TD is blocked: from now on caches can be written back, package by package. */
  void flushed(int id) {
    states[id] = State.FLUSHED;
    packagesToWriteBack[id] = platform.allPackages();
  }

  /** True when some key id waits for the caches of this package. */
  boolean waitsFor(int pkg) {
    for (long packages : packagesToWriteBack) {
      if ((packages >>> pkg & 1) != 0) {
        return true;
      }
    }
    return false;
  }

  /** The caches of a package are written back. */
  void writtenBack(int pkg) {
    for (int id = 0; id < packagesToWriteBack.length; id++) {
      packagesToWriteBack[id] &= ~(1L << pkg);
    }
  }

  boolean writtenBackEverywhere(int id) {
    return packagesToWriteBack[id] == 0;
  }

  void free(int id) {
    states[id] = State.FREE;
    owners[id] = null;
  }
}
