package seamtape.sim.guest;

/**
 * Unwinds the instruction in flight; preallocated, without a stack trace, never seen outside this
 * package. The registers are still those from before the instruction.
 */
final class GuestFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Vector of the instruction left because of an exit, which is no exception at all. */
  static final int EXIT = -1;

  static final int DE = 0;
  static final int DB = 1;
  static final int NMI = 2;
  static final int BP = 3;
  static final int OF = 4;
  static final int UD = 6;
  static final int NM = 7;
  static final int DF = 8;
  static final int TS = 10;
  static final int NP = 11;
  static final int SS = 12;
  static final int GP = 13;
  static final int PF = 14;
  static final int AC = 17;
  static final int VE = 20;
  static final int VC = 29;

  int vector;
  boolean hasErrorCode;
  int errorCode;

  GuestFault() {
    super(null, null, false, false);
  }

  GuestFault with(int newVector) {
    vector = newVector;
    hasErrorCode = false;
    errorCode = 0;
    return this;
  }

  GuestFault with(int newVector, int newErrorCode) {
    vector = newVector;
    hasErrorCode = true;
    errorCode = newErrorCode;
    return this;
  }

  /** Exceptions that turn into a double fault when they meet during delivery. */
  static boolean contributory(int vector) {
    return vector == DE || vector >= TS && vector <= GP || vector == VC;
  }

  private static boolean page(int vector) {
    return vector == PF || vector == VE;
  }

  /** True when this one, met while {@code first} is delivered, makes #DF. */
  boolean doubles(int first) {
    return page(first)
        ? contributory(vector) || page(vector)
        : contributory(first) && contributory(vector);
  }
}
