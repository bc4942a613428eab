package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EFAULT;

/** The ioctls that the file layer answers for every fd, before its own handler. */
public final class FileIoctls {
  private static final int FIONBIO = 0x5421;
  private static final int FIONCLEX = 0x5450;
  private static final int FIOCLEX = 0x5451;

  private FileIoctls() {}

  public static boolean owns(int request) {
    return request == FIONBIO || request == FIONCLEX || request == FIOCLEX;
  }

  public static long handle(int request, long arg, UserCopy user) {
    return request == FIONBIO && user.in(arg, Integer.BYTES) == null ? EFAULT.result() : 0;
  }
}
