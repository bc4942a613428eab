package seamtape.sim;

import seamtape.machine.NestedCalls;

/** Folds nested calls into a number: the same calls with the same fields, the same number. */
public final class CallDigest implements NestedCalls {
  private long value = 1;
  private long calls;

  /** Of a call's own result, or of anything else that has to be the same again. */
  public void add(long number) {
    value = value * 0x5851_f42d_4c95_7f2dL + number + 1;
  }

  private void add(long[] fields) {
    for (long field : fields) {
      add(field);
    }
  }

  @Override
  public void enter(int tid, long actor, int family, int number, long[] fields) {
    calls++;
    add(tid * 31L + actor);
    add((long) family << 32 | Integer.toUnsignedLong(number));
    add(fields);
  }

  @Override
  public void returns(int tid, long[] fields) {
    add(fields);
  }

  public long value() {
    return value;
  }

  /** Nested calls so far. */
  public long calls() {
    return calls;
  }
}
