package seamtape.sim.tdx;

import java.util.Random;
import java.util.function.LongSupplier;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdVcpuState;

/** Picks the call that brings a TD further: what a random host would hardly ever find. */
final class SensibleHost {
  private final Random random;
  private final LongSupplier freePage;
  private final LongSupplier largePage;
  private final long params;
  Seamcall leaf;
  long[] operands;

  SensibleHost(Random random, LongSupplier freePage, LongSupplier largePage, long params) {
    this.random = random;
    this.freePage = freePage;
    this.largePage = largePage;
    this.params = params;
  }

  /** Sets leaf and operands. */
  void next(Td td) {
    if (td.lifecycle == TdLifecycleState.TD_HKID_ASSIGNED) {
      call(Seamcall.TDH_MNG_KEY_CONFIG, td.tdr);
    } else if (td.numTdcx < Td.MIN_TDCX) {
      call(Seamcall.TDH_MNG_ADDCX, freePage.getAsLong(), td.tdr);
    } else if (td.opState == TdOpState.UNINITIALIZED) {
      call(Seamcall.TDH_MNG_INIT, td.tdr, params);
    } else if (td.opState == TdOpState.INITIALIZED && random.nextInt(60) == 0) {
      call(Seamcall.TDH_MR_FINALIZE, td.tdr);
    } else if (random.nextInt(4) == 0) {
      vcpu(td);
    } else {
      memory(td);
    }
  }

  private void vcpu(Td td) {
    if (td.vcpus().isEmpty()) {
      call(Seamcall.TDH_VP_CREATE, freePage.getAsLong(), td.tdr);
      return;
    }
    TdVcpu vcpu = td.vcpus().get(random.nextInt(td.vcpus().size()));
    if (vcpu.numPages < TdVcpu.MIN_PAGES) {
      call(Seamcall.TDH_VP_ADDCX, freePage.getAsLong(), vcpu.tdvpr);
    } else if (vcpu.state == TdVcpuState.VCPU_UNINITIALIZED) {
      call(Seamcall.TDH_VP_INIT, vcpu.tdvpr, 0);
    } else {
      call(random.nextBoolean() ? Seamcall.TDH_VP_ENTER : Seamcall.TDH_VP_FLUSH, vcpu.tdvpr);
    }
  }

  private void memory(Td td) {
    int level = random.nextInt(3) == 0 ? 1 : 0;
    long gpa =
        ((long) random.nextInt(2) << 21 | (long) random.nextInt(3) << 12)
            & -(1L << (12 + 9 * level));
    boolean reached = td.sept().walk(gpa, level);
    int at = td.sept().level();
    SeptState state = td.sept().state();
    long mapping = gpa & -(1L << (12 + 9 * at)) | at;
    if (at == 1 && state == SeptState.FREE && random.nextInt(3) > 0) {
      call(Seamcall.TDH_MEM_PAGE_AUG, mapping, td.tdr, largePage.getAsLong());
    } else if (!reached && state == SeptState.FREE) {
      call(Seamcall.TDH_MEM_SEPT_ADD, mapping, td.tdr, freePage.getAsLong(), 0, -1, -1);
    } else if (state == SeptState.FREE) {
      boolean add = td.opState == TdOpState.INITIALIZED && at == 0 && random.nextBoolean();
      call(
          add ? Seamcall.TDH_MEM_PAGE_ADD : Seamcall.TDH_MEM_PAGE_AUG,
          mapping,
          td.tdr,
          freePage.getAsLong(),
          params & -4096L);
    } else if (state.blocked()) {
      blocked(td, mapping);
    } else if (at == 0 && random.nextBoolean()) {
      call(Seamcall.TDH_MR_EXTEND, gpa, td.tdr);
    } else {
      call(Seamcall.TDH_MEM_RANGE_BLOCK, mapping, td.tdr);
    }
  }

  private void blocked(Td td, long mapping) {
    Seamcall[] choices = {
      Seamcall.TDH_MEM_TRACK,
      Seamcall.TDH_MEM_PAGE_REMOVE,
      Seamcall.TDH_MEM_PAGE_RELOCATE,
      Seamcall.TDH_MEM_PAGE_DEMOTE,
      Seamcall.TDH_MEM_PAGE_PROMOTE,
      Seamcall.TDH_MEM_SEPT_REMOVE,
      Seamcall.TDH_MEM_RANGE_UNBLOCK
    };
    Seamcall choice = choices[random.nextInt(choices.length)];
    if (choice == Seamcall.TDH_MEM_TRACK) {
      call(choice, td.tdr);
    } else {
      call(choice, mapping, td.tdr, freePage.getAsLong());
    }
  }

  private void call(Seamcall which, long... with) {
    leaf = which;
    operands = with;
  }
}
