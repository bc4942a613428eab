package seamtape.sim.profile;

import static seamtape.sim.profile.KernelLine.V6_12;
import static seamtape.sim.profile.KernelLine.V7_3;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A simulated kernel: its line, and the switches in which it differs from other lines. A name is a
 * line with optional additions, as in {@code linux-7.3+regindex}; an addition changes nothing else.
 */
public final class Profile {
  private static final Map<String, Profile> BY_NAME = new LinkedHashMap<>();

  static {
    add("linux-6.2", KernelLine.V6_2, false, false);
    add("linux-6.2+tdx-shm", KernelLine.V6_2, true, false);
    add("linux-6.12", V6_12, false, false);
    add("linux-7.3", V7_3, false, false);
    add("linux-7.3+regindex", V7_3, false, true);
  }

  private final String name;
  private final KernelLine line;
  private final boolean tdxShm;
  private final boolean regindex;
  private final HostCapabilities host;
  private final Map<String, CpuidTable> supportedCpuid = new LinkedHashMap<>();

  private Profile(
      String name, KernelLine line, boolean tdxShm, boolean regindex, HostCapabilities host) {
    this.name = name;
    this.line = line;
    this.tdxShm = tdxShm;
    this.regindex = regindex;
    this.host = host;
    for (String vendor : List.of("intel", "amd")) {
      supportedCpuid.put(vendor, SupportedCpuid.of(line, CpuModel.of(vendor)));
    }
  }

  private static void add(String name, KernelLine line, boolean tdxShm, boolean regindex) {
    BY_NAME.put(name, new Profile(name, line, tdxShm, regindex, HostCapabilities.NONE));
  }

  /**
   * The same kernel on a host whose capabilities were measured.
   *
   * @param capabilities values by capability number; they win over those of the profile
   */
  public Profile on(java.util.SortedMap<Integer, Long> capabilities) {
    return new Profile(name, line, tdxShm, regindex, new HostCapabilities(capabilities));
  }

  /**
   * The profile of a name.
   *
   * @throws IllegalArgumentException for an unknown name, listing the known ones
   */
  public static Profile of(String name) {
    Profile profile = BY_NAME.get(name);
    if (profile == null) {
      throw new IllegalArgumentException(
          "no profile " + name + ": use one of " + String.join(", ", names()));
    }
    return profile;
  }

  /** The names, oldest kernel first. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  public String name() {
    return name;
  }

  public KernelLine line() {
    return line;
  }

  private boolean since(KernelLine other) {
    return line.compareTo(other) >= 0;
  }

  /**
   * The value of KVM_CHECK_EXTENSION.
   *
   * @param vmFd true for the fd of a VM of type 0, false for the system fd
   */
  public long capability(int number, CpuModel model, boolean vmFd) {
    return host.value(number, Capabilities.value(number, line, model, vmFd));
  }

  /** The table of KVM_GET_SUPPORTED_CPUID. */
  public CpuidTable supportedCpuid(CpuModel model) {
    return supportedCpuid.get(model.vendor());
  }

  /** The table of KVM_GET_EMULATED_CPUID. */
  public CpuidTable emulatedCpuid() {
    return SupportedCpuid.emulated();
  }

  /** The table of KVM_GET_SUPPORTED_HV_CPUID. */
  public CpuidTable hypervCpuid() {
    return HypervCpuid.of(line);
  }

  /** The indices of KVM_GET_MSR_INDEX_LIST, in the kernel's order. */
  public int[] msrIndexList(CpuModel model) {
    return MsrLists.of(line, model).indices();
  }

  /** The indices of KVM_GET_MSR_FEATURE_INDEX_LIST, in the kernel's order. */
  public int[] msrFeatureList(CpuModel model) {
    return MsrLists.of(line, model).features();
  }

  /** True for an MSR that KVM saves and restores: in the first part of the index list. */
  public boolean msrToSave(CpuModel model, int index) {
    return MsrLists.of(line, model).saves(index);
  }

  /** True for an MSR of the index list. */
  public boolean msrAdvertised(CpuModel model, int index) {
    return MsrLists.of(line, model).advertises(index);
  }

  /** User space XSAVE features that KVM supports for guests (without ARCH_REQ_XCOMP_GUEST_PERM). */
  public long supportedXcr0(CpuModel model) {
    return SupportedCpuid.xcr0(model);
  }

  /** Supervisor XSAVE features that KVM supports for guests. */
  public long supportedXss(CpuModel model) {
    return SupportedCpuid.xss(line, model);
  }

  /** CREATE_VCPU looks for the id before it creates anything; older kernels after all else. */
  public boolean duplicateVcpuCheckedFirst() {
    return since(V7_3);
  }

  /** CREATE_VCPU takes the low 32 bits of its argument for the id. */
  public boolean vcpuIdTruncated() {
    return !since(V6_12);
  }

  /** CREATE_VM checks its type against KVM_CAP_VM_TYPES; before, every type but 0 is refused. */
  public boolean vmTypes() {
    return since(V6_12);
  }

  /** TRACE_ENABLE, _PAUSE and _DISABLE still answer EOPNOTSUPP. */
  public boolean traceIoctlsKnown() {
    return !since(V6_12);
  }

  /** KVM_GET_NR_MMU_PAGES, which Linux 6.4 removed. */
  public boolean mmuPagesReadable() {
    return !since(V6_12);
  }

  /** KVM_SET_USER_MEMORY_REGION2, guest_memfd, memory attributes and KVM_EXIT_MEMORY_FAULT. */
  public boolean guestMemfd() {
    return since(V6_12);
  }

  /** Xen's shared info and vcpu_info may be given by their addresses in user memory. */
  public boolean xenInfoByUserAddress() {
    return since(V6_12);
  }

  /** Xen's page of hypercalls is made by an MSR that no processor has, and by the guest alone. */
  public boolean xenPageByGuestAlone() {
    return since(V7_3);
  }

  /** KVM_PRE_FAULT_MEMORY. */
  public boolean preFaultMemory() {
    return since(V6_12);
  }

  /** KVM_GET_ONE_REG, KVM_SET_ONE_REG and KVM_GET_REG_LIST on x86. */
  public boolean oneReg() {
    return since(V7_3);
  }

  /** KVM_MEMORY_ENCRYPT_OP on a vCPU. */
  public boolean vcpuMemoryEncryptOp() {
    return since(V7_3);
  }

  /** A new vCPU is treated as if an empty CPUID table had been set; before, nothing is derived. */
  public boolean cpuidProcessedAtCreation() {
    return since(V7_3);
  }

  /** KVM_GET_VCPU_EVENTS counts pending NMIs; before, it says whether there is one. */
  public boolean pendingNmisCounted() {
    return since(V6_12);
  }

  /** Any MSR of the lists reads 0 where KVM has no value for it; before, only those to save. */
  public boolean advertisedMsrsReadZero() {
    return since(V6_12);
  }

  /** SET_MP_STATE refuses INIT_RECEIVED and SIPI_RECEIVED while an SMI is pending. */
  public boolean mpStateChecksPendingSmi() {
    return !since(V7_3);
  }

  /** KVM_SET_TSC_KHZ on a VM is refused once it has vCPUs. */
  public boolean vmTscKhzFixedByVcpus() {
    return since(V7_3);
  }

  /** Linear addresses in MSRs may be as wide as the host's; before, as wide as CR4.LA57 says. */
  public boolean msrAddressesOfHostWidth() {
    return since(V7_3);
  }

  /** Extended hypercalls of Hyper-V go to user space (Linux 6.3). */
  public boolean hypervExtendedHypercalls() {
    return since(V6_12);
  }

  /** KVM_SEV_INIT2 and the VM types of encrypted guests. */
  public boolean sevInit2() {
    return since(V6_12);
  }

  /** SNP guests. */
  public boolean sevSnp() {
    return since(V6_12);
  }

  /** SNP guests can have a TSC that the host does not set. */
  public boolean sevSecureTsc() {
    return since(V7_3);
  }

  /** Any policy that the firmware knows; before, SMT is demanded and SINGLE_SOCKET refused. */
  public boolean sevSnpPolicyOfFirmware() {
    return since(V7_3);
  }

  /** SNP guests' attestation can go to user space for certificates. */
  public boolean sevSnpReqCerts() {
    return since(V7_3);
  }

  /** KVM_SEV_INIT of an active VM is EINVAL; before, EBUSY. */
  public boolean sevActiveIsInvalid() {
    return since(V6_12);
  }

  /** kvm_sev_cmd.error is -1 where the firmware was not called; before, it stays as it was. */
  public boolean sevErrorMarksNoCall() {
    return since(V6_12);
  }

  /** SEV commands that take the mutexes of all vCPUs give EBUSY where one runs (Linux 6.16). */
  public boolean sevVcpusNotAwaited() {
    return since(V7_3);
  }

  /** A single page that an SEV command cannot pin is EFAULT; before, ENOMEM as for a range. */
  public boolean sevPageFaults() {
    return since(V7_3);
  }

  /** A vCPU's state is encrypted once; before, LAUNCH_UPDATE_VMSA does it again. */
  public boolean sevVmsaOnce() {
    return since(V6_12);
  }

  /** KVM_SEV_SNP_LAUNCH_UPDATE wants a page-aligned source; before, any address is tried. */
  public boolean sevSnpSourceChecked() {
    return since(V7_3);
  }

  /** KVM runs TDs. */
  public boolean tdxHost() {
    return since(V7_3);
  }

  /** The operation on shared memory of a kernel that is a TD's. */
  public boolean tdxShm() {
    return tdxShm;
  }

  /** struct tdx_module_args in the order of the x86 register numbers. */
  public boolean regindex() {
    return regindex;
  }

  @Override
  public String toString() {
    return name;
  }
}
