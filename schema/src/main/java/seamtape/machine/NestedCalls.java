package seamtape.machine;

/**
 * Told by a machine of the calls made inside an ioctl: hypercalls, SEAMCALLs, TDCALLs, TDVMCALLs.
 * Calls nest: the last entered one that has not returned is the parent of the next, per KVM_RUN.
 */
public interface NestedCalls {
  /** Ignores all. */
  NestedCalls NONE =
      new NestedCalls() {
        @Override
        public void enter(int tid, long actor, int family, int number, long[] fields) {}

        @Override
        public void returns(int tid, long[] fields) {}
      };

  /**
   * @param tid the thread whose ioctl is being served
   * @param actor packed as {@code seamtape.event.Actor}
   * @param family ordinal of {@code seamtape.catalog.Family}
   * @param number ABI number in the family
   * @param fields the row's in-fields, in order
   */
  void enter(int tid, long actor, int family, int number, long[] fields);

  /** Ends the innermost call of that thread. */
  void returns(int tid, long[] fields);
}
