package seamtape.catalog;

import java.util.Optional;

/**
 * KVM ioctls of other architectures, by name and number only: no kernel of the profiles dispatches
 * them, and their numbers may be those of an x86 ioctl. Used to print numbers without a row.
 */
public enum ForeignIoctl {
  KVM_S390_ENABLE_SIE(0xae06),
  KVM_S390_UCAS_MAP(0x4018ae50),
  KVM_S390_UCAS_UNMAP(0x4018ae51),
  KVM_S390_VCPU_FAULT(0x4008ae52),
  KVM_S390_KEYOP(0xc010ae53),
  KVM_S390_INTERRUPT(0x4010ae94),
  KVM_S390_STORE_STATUS(0x4008ae95),
  KVM_S390_SET_INITIAL_PSW(0x4010ae96),
  KVM_S390_INITIAL_RESET(0xae97),
  KVM_PPC_GET_PVINFO(0x4080aea1),
  KVM_PPC_GET_SMMU_INFO(0x8250aea6),
  KVM_PPC_ALLOCATE_HTAB(0xc004aea7),
  KVM_CREATE_SPAPR_TCE(0x4010aea8),
  KVM_CREATE_SPAPR_TCE_64(0x4020aea8),
  KVM_ALLOCATE_RMA(0x8008aea9),
  KVM_DIRTY_TLB(0x4010aeaa),
  KVM_PPC_GET_HTAB_FD(0x4020aeaa),
  KVM_ARM_SET_DEVICE_ADDR(0x4010aeab),
  KVM_PPC_RTAS_DEFINE_TOKEN(0x4080aeac),
  KVM_PPC_RESIZE_HPT_PREPARE(0x8010aead),
  KVM_ARM_VCPU_INIT(0x4020aeae),
  KVM_PPC_RESIZE_HPT_COMMIT(0x8010aeae),
  KVM_ARM_PREFERRED_TARGET(0x8020aeaf),
  KVM_PPC_CONFIGURE_V3_MMU(0x4010aeaf),
  KVM_PPC_GET_RMMU_INFO(0x4060aeb0),
  KVM_PPC_GET_CPU_CHAR(0x8020aeb1),
  KVM_S390_MEM_OP(0x4040aeb1),
  KVM_S390_GET_SKEYS(0x4040aeb2),
  KVM_PPC_SVM_OFF(0xaeb3),
  KVM_S390_SET_SKEYS(0x4040aeb3),
  KVM_ARM_MTE_COPY_TAGS(0x8030aeb4),
  KVM_S390_IRQ(0x4048aeb4),
  KVM_ARM_SET_COUNTER_OFFSET(0x4010aeb5),
  KVM_S390_SET_IRQ_STATE(0x4020aeb5),
  KVM_ARM_GET_REG_WRITABLE_MASKS(0x8040aeb6),
  KVM_S390_GET_IRQ_STATE(0x4020aeb6),
  KVM_PPC_GET_COMPAT_CAPS(0xaeb8),
  KVM_S390_GET_CMMA_BITS(0xc020aeb8),
  KVM_S390_SET_CMMA_BITS(0x4020aeb9),
  KVM_ARM_VCPU_FINALIZE(0x4004aec2),
  KVM_S390_NORMAL_RESET(0xaec3),
  KVM_S390_CLEAR_RESET(0xaec4),
  KVM_S390_PV_COMMAND(0xc020aec5),
  KVM_S390_PV_CPU_COMMAND(0xc020aed0),
  KVM_S390_ZPCI_OP(0x4048aed1);

  private final int number;

  ForeignIoctl(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** The first with that number. */
  public static Optional<ForeignIoctl> byNumber(int number) {
    for (ForeignIoctl ioctl : values()) {
      if (ioctl.number == number) {
        return Optional.of(ioctl);
      }
    }
    return Optional.empty();
  }
}
