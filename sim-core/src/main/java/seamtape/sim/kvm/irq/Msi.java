package seamtape.sim.kvm.irq;

/**
 * An interrupt message on its way to LAPICs.
 *
 * @param destination APIC id, logical or physical
 * @param logical destination mode
 * @param deliveryMode 0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 6 SIPI, 7 ExtINT
 * @param level trigger mode: true for level
 */
public record Msi(int vector, int destination, boolean logical, int deliveryMode, boolean level) {
  public static final int FIXED = 0;
  public static final int LOWEST_PRIORITY = 1;
  public static final int SMI = 2;
  public static final int NMI = 4;
  public static final int INIT = 5;
  public static final int STARTUP = 6;
  public static final int EXTINT = 7;

  /** Destination of all CPUs in xAPIC mode. */
  public static final int BROADCAST = 0xff;

  /** From an MSI address and data; {@code addressHigh} holds more destination bits in x2APIC. */
  public static Msi of(int addressLow, int addressHigh, int data, boolean x2apicFormat) {
    int destination = addressLow >>> 12 & 0xff;
    if (x2apicFormat) {
      destination |= addressHigh & ~0xff;
    }
    return new Msi(
        data & 0xff, destination, (addressLow & 4) != 0, data >>> 8 & 7, (data & 0x8000) != 0);
  }

  /** From a redirection table entry of the IOAPIC. */
  static Msi ofRedirection(long entry) {
    return new Msi(
        (int) entry & 0xff,
        (int) (entry >>> 56) & 0xff,
        (entry & 1 << 11) != 0,
        (int) (entry >>> 8) & 7,
        (entry & 1 << 15) != 0);
  }
}
