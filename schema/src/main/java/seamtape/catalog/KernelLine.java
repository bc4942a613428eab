package seamtape.catalog;

/** Kernel lines of the profiles, oldest first. */
public enum KernelLine {
  /** Tables of Linux 6.1, taken as equal. */
  LINUX_6_2,
  LINUX_6_12,
  LINUX_7_3
}
