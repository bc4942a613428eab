package seamtape.codec;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import seamtape.catalog.Call;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;

/**
 * The rows that long recordings are made of. Their records come first in the union, because the
 * numbers of the first 64 take one byte.
 */
final class Frequent {
  /** Branches with a number of one byte. */
  static final int BRANCHES = 64;

  static final List<Call> CALLS =
      List.of(
          KvmIoctl.KVM_RUN,
          KvmIoctl.KVM_IRQ_LINE,
          KvmIoctl.KVM_CHECK_EXTENSION,
          Seamcall.TDH_VP_ENTER,
          Tdcall.TDG_VP_VMCALL,
          Tdcall.TDG_VP_INFO,
          Tdcall.TDG_MEM_PAGE_ACCEPT,
          Tdvmcall.TDVMCALL_IO,
          Tdvmcall.TDVMCALL_HLT,
          Tdvmcall.TDVMCALL_RDMSR,
          Tdvmcall.TDVMCALL_WRMSR,
          Tdvmcall.TDVMCALL_CPUID,
          Tdvmcall.TDVMCALL_REQUEST_MMIO,
          Tdvmcall.TDVMCALL_MAP_GPA,
          Seamcall.TDH_SYS_TDMR_INIT,
          Seamcall.TDH_SYS_RD,
          Seamcall.TDH_MR_EXTEND,
          Seamcall.TDH_MEM_PAGE_ADD,
          Seamcall.TDH_MEM_PAGE_AUG,
          Seamcall.TDH_MEM_SEPT_ADD,
          Seamcall.TDH_MEM_RANGE_BLOCK,
          Seamcall.TDH_MEM_TRACK,
          Seamcall.TDH_MEM_PAGE_REMOVE,
          Seamcall.TDH_PHYMEM_PAGE_RECLAIM,
          Seamcall.TDH_PHYMEM_PAGE_WBINVD);

  private Frequent() {}

  /** Some rows, the frequent ones among them first. */
  static List<Call> first(List<? extends Call> calls) {
    Set<Call> ordered = new LinkedHashSet<>(CALLS);
    ordered.retainAll(calls);
    ordered.addAll(calls);
    return new ArrayList<>(ordered);
  }
}
