package seamtape.sim.tdx;

import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;

/** What a case of tdcall-cases.txt begins with. */
final class TdBefore {
  private static final long LARGE = 0x20_0000;

  private TdBefore() {}

  /** Names joined by +; nothing for none. */
  static void happens(String names, LongModeTd td) {
    if (!names.isEmpty()) {
      for (String name : names.split("\\+")) {
        one(name, td);
      }
    }
  }

  private static void one(String name, LongModeTd td) {
    TestTdx host = td.tdx;
    Td inside = td.vcpu.td;
    switch (name) {
      case "pending" -> host.must(Seamcall.TDH_MEM_PAGE_AUG, 0x9000, td.tdr, host.page());
      case "pending-large" -> augmentLarge(td);
      case "pending-small" -> {
        host.must(Seamcall.TDH_MEM_SEPT_ADD, LARGE | 1, td.tdr, host.page());
        host.must(Seamcall.TDH_MEM_PAGE_AUG, LARGE, td.tdr, host.page());
      }
      case "accepted" ->
          TestTdx.assertStatus(0, td.tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, LARGE | 1, 0, 0));
      case "busy-tree" -> inside.sept().lock.lockExclusive();
      case "busy-rtmrs" -> inside.rtmrLock.lockExclusive();
      case "ve" -> {
        td.vcpu.veInfo.valid = true;
        td.vcpu.veInfo.exitReason = 12;
        td.vcpu.veInfo.instructionLength = 1;
      }
      case "blocked" -> host.must(Seamcall.TDH_MEM_RANGE_BLOCK, 0x6000, td.tdr);
      case "shared-data" -> inside.shared = shared(0x20_0000, host.memory.page(host.page()));
      case "shared-mmio" -> inside.shared = shared(0x20_0000, null);
      case "shared" -> inside.shared = shared(0, host.memory.page(host.page()));
      case "report" -> TestTdx.assertStatus(0, td.tdcall(Tdcall.TDG_MR_REPORT, 0x7000, 0x6000, 0));
      case "forged" -> td.put(0x7000 + 128, 1);
      default -> throw new IllegalArgumentException("nothing that happens: " + name);
    }
  }

  /** One shared page of the VMM; null for one that is MMIO to it. */
  private static SharedEpt shared(long at, byte[] page) {
    return new SharedEpt() {
      @Override
      public byte[] page(long gpa, boolean write) {
        return gpa >>> 12 == at >>> 12 ? page : null;
      }

      @Override
      public boolean raisesVe(long gpa) {
        return page == null;
      }

      @Override
      public int vm() {
        return 0;
      }
    };
  }

  private static void augmentLarge(LongModeTd td) {
    long page = td.tdx.memory.allocateBlock(16L << 20, 1 << 21) & -(1L << 21);
    td.tdx.must(Seamcall.TDH_MEM_PAGE_AUG, LARGE | 1, td.tdr, page);
  }
}
