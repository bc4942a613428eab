package seamtape.workload;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmExit;
import seamtape.catalog.Msr;

/** Names that every workload may use: those of the kernel's headers, and a few addresses. */
public final class Constants {
  /** A user address that the runner never maps. */
  public static final long UNMAPPED = 0x7ffe_0000_0000L;

  /** An address of the kernel's half. */
  public static final long KERNEL = 0xffff_8000_0000_0000L;

  private static final Map<String, Long> VALUES = new LinkedHashMap<>();

  static {
    put(
        "null",
        0,
        "unmapped",
        UNMAPPED,
        "kernel",
        KERNEL,
        "false",
        0,
        "true",
        1,
        "in",
        0,
        "out",
        1);
    put("KVM_EXIT_IO_IN", 0, "KVM_EXIT_IO_OUT", 1);
    put("KVM_MEM_LOG_DIRTY_PAGES", 1, "KVM_MEM_READONLY", 2, "KVM_MEM_GUEST_MEMFD", 4);
    put("KVM_IRQCHIP_PIC_MASTER", 0, "KVM_IRQCHIP_PIC_SLAVE", 1, "KVM_IRQCHIP_IOAPIC", 2);
    put("KVM_IRQ_ROUTING_IRQCHIP", 1, "KVM_IRQ_ROUTING_MSI", 2, "KVM_IRQ_ROUTING_HV_SINT", 4);
    put("KVM_IRQFD_FLAG_DEASSIGN", 1, "KVM_IRQFD_FLAG_RESAMPLE", 2);
    put("KVM_IOEVENTFD_FLAG_DATAMATCH", 1, "KVM_IOEVENTFD_FLAG_PIO", 2);
    put("KVM_IOEVENTFD_FLAG_DEASSIGN", 4, "KVM_CREATE_DEVICE_TEST", 1, "KVM_DEV_TYPE_VFIO", 4);
    put("TDX_SHM_SHARE", 0, "TDX_SHM_FIND", 1, "TDX_SHM_READ", 2);
    put("TDX_SHM_WRITE", 3, "TDX_SHM_UNSHARE", 4);
    put("KVM_MP_STATE_RUNNABLE", 0, "KVM_MP_STATE_UNINITIALIZED", 1);
    put("KVM_MP_STATE_INIT_RECEIVED", 2, "KVM_MP_STATE_HALTED", 3, "KVM_MP_STATE_SIPI_RECEIVED", 4);
    put("KVM_GUESTDBG_ENABLE", 1, "KVM_GUESTDBG_SINGLESTEP", 2, "KVM_GUESTDBG_USE_SW_BP", 1 << 16);
    put("KVM_CPUID_FLAG_SIGNIFCANT_INDEX", 1, "KVM_VCPUEVENT_VALID_NMI_PENDING", 1);
    put("KVM_VCPUEVENT_VALID_SIPI_VECTOR", 2, "KVM_VCPUEVENT_VALID_SMM", 4);
    put("KVM_VCPUEVENT_VALID_SHADOW", 8, "KVM_VCPUEVENT_VALID_PAYLOAD", 16);
    put("KVM_X86_DEFAULT_VM", 0, "KVM_X86_SW_PROTECTED_VM", 1, "KVM_X86_SEV_VM", 2);
    put("KVM_X86_SEV_ES_VM", 3, "KVM_X86_SNP_VM", 4, "KVM_X86_TDX_VM", 5);
    for (KvmCapability capability : KvmCapability.values()) {
      VALUES.put(capability.name(), (long) capability.number());
    }
    for (KvmExit exit : KvmExit.values()) {
      VALUES.put(exit.name(), (long) exit.number());
    }
    for (Msr msr : Msr.values()) {
      VALUES.put(msr.name(), Integer.toUnsignedLong(msr.index()));
    }
    for (Errno errno : Errno.values()) {
      VALUES.put(errno.name(), (long) errno.number());
    }
  }

  private Constants() {}

  /** Names in groups, each in the order of its header. */
  public static Map<String, Long> all() {
    return Collections.unmodifiableMap(VALUES);
  }

  private static void put(Object... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      VALUES.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).longValue());
    }
  }
}
