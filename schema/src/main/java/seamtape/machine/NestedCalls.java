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
   * An array that the caller may fill and pass as the fields of the next {@link #enter} or {@link
   * #returns}, which spares a copy; always the same one, and long enough for every row. Null where
   * each call is to bring its own.
   */
  default long[] fields() {
    return null;
  }

  /**
   * @param tid the thread whose ioctl is being served
   * @param actor packed as {@code seamtape.event.Actor}
   * @param family ordinal of {@code seamtape.catalog.Family}
   * @param number ABI number in the family
   * @param fields the row's in-fields, in order; what {@link #fields} has beyond them is ignored
   */
  void enter(int tid, long actor, int family, int number, long[] fields);

  /** Ends the innermost call of that thread; the fields are the row's out-fields. */
  void returns(int tid, long[] fields);
}
