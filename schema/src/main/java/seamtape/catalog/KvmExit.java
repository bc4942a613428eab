package seamtape.catalog;

import java.util.Optional;

/**
 * Exit reasons of struct kvm_run (include/uapi/linux/kvm.h), every architecture's, so that none is
 * printed as a bare number.
 */
public enum KvmExit {
  KVM_EXIT_UNKNOWN(0, "hw"),
  KVM_EXIT_EXCEPTION(1, "ex"),
  KVM_EXIT_IO(2, "io"),
  KVM_EXIT_HYPERCALL(3, "hypercall"),
  KVM_EXIT_DEBUG(4, "debug"),
  KVM_EXIT_HLT(5, ""),
  KVM_EXIT_MMIO(6, "mmio"),
  KVM_EXIT_IRQ_WINDOW_OPEN(7, ""),
  KVM_EXIT_SHUTDOWN(8, ""),
  KVM_EXIT_FAIL_ENTRY(9, "fail_entry"),
  KVM_EXIT_INTR(10, ""),
  KVM_EXIT_SET_TPR(11, ""),
  KVM_EXIT_TPR_ACCESS(12, "tpr_access"),
  KVM_EXIT_S390_SIEIC(13, "s390_sieic"),
  KVM_EXIT_S390_RESET(14, "s390_reset_flags"),
  KVM_EXIT_DCR(15, "dcr"),
  KVM_EXIT_NMI(16, ""),
  KVM_EXIT_INTERNAL_ERROR(17, "internal"),
  KVM_EXIT_OSI(18, "osi"),
  KVM_EXIT_PAPR_HCALL(19, "papr_hcall"),
  KVM_EXIT_S390_UCONTROL(20, "s390_ucontrol"),
  KVM_EXIT_WATCHDOG(21, ""),
  KVM_EXIT_S390_TSCH(22, "s390_tsch"),
  KVM_EXIT_EPR(23, "epr"),
  KVM_EXIT_SYSTEM_EVENT(24, "system_event"),
  KVM_EXIT_S390_STSI(25, "s390_stsi"),
  KVM_EXIT_IOAPIC_EOI(26, "eoi"),
  KVM_EXIT_HYPERV(27, "hyperv"),
  KVM_EXIT_ARM_NISV(28, "arm_nisv"),
  KVM_EXIT_X86_RDMSR(29, "msr"),
  KVM_EXIT_X86_WRMSR(30, "msr"),
  KVM_EXIT_DIRTY_RING_FULL(31, ""),
  KVM_EXIT_AP_RESET_HOLD(32, ""),
  KVM_EXIT_X86_BUS_LOCK(33, ""),
  KVM_EXIT_XEN(34, "xen"),
  KVM_EXIT_RISCV_SBI(35, "riscv_sbi"),
  KVM_EXIT_RISCV_CSR(36, "riscv_csr"),
  KVM_EXIT_NOTIFY(37, "notify"),
  KVM_EXIT_LOONGARCH_IOCSR(38, "iocsr_io"),
  KVM_EXIT_MEMORY_FAULT(39, "memory_fault"),
  KVM_EXIT_TDX(40, "tdx"),
  KVM_EXIT_ARM_SEA(41, "arm_sea"),
  KVM_EXIT_ARM_LDST64B(42, "arm_nisv"),
  KVM_EXIT_SNP_REQ_CERTS(43, "snp_req_certs");

  private static final KvmExit[] BY_NUMBER = new KvmExit[64];

  static {
    for (KvmExit exit : values()) {
      if (BY_NUMBER[exit.number] != null) {
        throw new IllegalStateException("exit reason used twice: " + exit.number);
      }
      BY_NUMBER[exit.number] = exit;
    }
  }

  private final int number;
  private final String member;

  KvmExit(int number, String member) {
    this.number = number;
    this.member = member;
  }

  public int number() {
    return number;
  }

  /** The member of kvm_run's union that holds this exit's data; empty where there is none. */
  public String member() {
    return member;
  }

  public static Optional<KvmExit> byNumber(long number) {
    boolean inRange = number >= 0 && number < BY_NUMBER.length;
    return Optional.ofNullable(inRange ? BY_NUMBER[(int) number] : null);
  }

  /** The symbol, or {@code KVM_EXIT_?(57)} for a number without one. */
  public static String text(long number) {
    return byNumber(number).map(Enum::name).orElseGet(() -> "KVM_EXIT_?(" + number + ")");
  }
}
