package seamtape.sim.kvm.irq;

/**
 * Where a GSI leads.
 *
 * @param type KVM_IRQ_ROUTING_*
 * @param chip IRQCHIP: 0 and 1 the PICs, 2 the IOAPIC
 * @param pin IRQCHIP: of the chip; the slave PIC's are 8 to 15
 * @param addressLow MSI, as addressHigh and data; of an event channel port, vCPU and priority
 */
record IrqRoute(int gsi, int type, int chip, int pin, int addressLow, int addressHigh, int data) {
  static final int KVM_IRQ_ROUTING_IRQCHIP = 1;
  static final int KVM_IRQ_ROUTING_MSI = 2;
  static final int KVM_IRQ_ROUTING_HV_SINT = 4;
  static final int KVM_IRQ_ROUTING_XEN_EVTCHN = 5;
  static final int PRIORITY_2LEVEL = -1;
  static final int KVM_IRQCHIP_PIC_SLAVE = 1;
  static final int KVM_IRQCHIP_IOAPIC = 2;

  static IrqRoute chip(int gsi, int chip, int pin) {
    return new IrqRoute(gsi, KVM_IRQ_ROUTING_IRQCHIP, chip, pin, 0, 0, 0);
  }

  boolean isChip() {
    return type == KVM_IRQ_ROUTING_IRQCHIP;
  }
}
