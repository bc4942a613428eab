package seamtape.sim.tdxguest;

import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_RETRY;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_SUCCESS;
import static seamtape.sim.marshal.Gpr.R11;

import seamtape.catalog.Tdvmcall;

/** Asks the VMM to make guest physical memory shared or private, until it has done all of it. */
final class MapGpa {
  /** RETRYs without progress that are put up with, as in Linux's tdx_map_gpa. */
  static final int MAX_RETRIES = 3;

  private final TdxCalls calls;

  MapGpa(TdxCalls calls) {
    this.calls = calls;
  }

  /**
   * Converts pages whose addresses need not be contiguous: one MapGPA for each run of them.
   *
   * @param bit the SHARED bit, or 0 for private
   */
  boolean all(long[] gpas, long bit) {
    int from = 0;
    for (int i = 1; i <= gpas.length; i++) {
      boolean ends = i == gpas.length || gpas[i] != gpas[i - 1] + TdMemory.PAGE_SIZE;
      if (ends) {
        if (!run(gpas[from] | bit, (gpas[i - 1] | bit) + TdMemory.PAGE_SIZE)) {
          return false;
        }
        from = i;
      }
    }
    return true;
  }

  private boolean run(long start, long end) {
    long at = start;
    int idle = 0;
    while (idle < MAX_RETRIES) {
      long status =
          calls.standard(
              Tdvmcall.TDVMCALL_MAP_GPA, at, end - at, 0, 0, TdxCalls.TDX_HCALL_HAS_OUTPUT);
      if (status != TDVMCALL_STATUS_RETRY.value()) {
        return status == TDVMCALL_STATUS_SUCCESS.value();
      }
      long next = calls.answered().get(R11);
      if (next < at || next >= end) {
        return false;
      }
      if (next == at) {
        idle++;
        calls.safeHalt();
      } else {
        idle = 0;
        at = next;
      }
    }
    return false;
  }
}
