package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;

/** A TD from bring-up to its last page, by the order of fixtures/abi/behaviour.md, section 5. */
class TdLifeTest {
  private static final int VM_TYPES = KvmCapability.KVM_CAP_VM_TYPES.number();

  private static void assertAllSucceed(TdMachine td) {
    for (CallLog.Entry entry : td.log.entries()) {
      if (entry.row() instanceof Seamcall) {
        assertEquals("TDX_SUCCESS", TdxStatus.text(entry.ret()), entry.row().name());
      }
    }
  }

  @Test
  void bringUpInitializesTheModuleAndOffersTds() {
    TdMachine td = new TdMachine();
    assertEquals(0x21, td.m.ioctl(td.m.kvm, KvmIoctl.KVM_CHECK_EXTENSION, VM_TYPES));
    assertAllSucceed(td);
    assertEquals(
        List.of(
            "TDH_SYS_INIT",
            "TDH_SYS_LP_INIT",
            "TDH_SYS_RD",
            "TDH_SYS_CONFIG",
            "TDH_SYS_KEY_CONFIG",
            "TDH_SYS_TDMR_INIT"),
        td.log.names());
    assertEquals(8, td.log.of(Seamcall.TDH_SYS_LP_INIT).size());
    td.log.clear();
    td.createVm();
    assertTrue(td.log.entries().isEmpty(), "the module is brought up once");
  }

  @Test
  void s5InitVmCreatesTheTdForTheModule() {
    TdMachine td = new TdMachine().createVm();
    td.log.clear();
    TdMachine.check(td.initVm(TdMachine.initVm(48)));
    assertAllSucceed(td);
    assertEquals(
        List.of(
            "TDH_MNG_CREATE", "TDH_MNG_KEY_CONFIG", "TDH_MNG_ADDCX", "TDH_MNG_INIT", "TDH_MNG_RD"),
        td.log.names());
  }

  @Test
  void aTdIsBuiltMeasuredAndFinalized() {
    TdMachine td = new TdMachine().withMemory();
    td.log.clear();
    assertEquals(0, td.addPages(0x1000, 2, 1));
    assertEquals(0, td.pagesLeft());
    assertEquals(0, td.finalizeVm());
    assertAllSucceed(td);
    assertEquals(3, td.log.of(Seamcall.TDH_MEM_SEPT_ADD).size(), "levels 3, 2 and 1");
    assertEquals(2, td.log.of(Seamcall.TDH_MEM_PAGE_ADD).size());
    assertEquals(32, td.log.of(Seamcall.TDH_MR_EXTEND).size());
    assertEquals(1, td.log.of(Seamcall.TDH_MR_FINALIZE).size());
  }

  @Test
  void teardownReclaimsEveryPageTdrLast() {
    TdMachine td = new TdMachine().runnable();
    td.log.clear();
    td.m.machine.close(TestMachine.TID, td.m.vcpu);
    td.m.machine.close(TestMachine.TID, td.m.vm);
    assertTrue(td.log.entries().isEmpty(), "the guest_memfd holds the VM");
    td.m.machine.munmap(TestMachine.TID, TestMachine.RUN, 12288);
    td.m.machine.close(TestMachine.TID, td.memfd);
    assertAllSucceed(td);
    assertEquals(
        List.of(
            "TDH_MEM_RANGE_BLOCK",
            "TDH_MEM_TRACK",
            "TDH_MEM_PAGE_REMOVE",
            "TDH_PHYMEM_PAGE_WBINVD",
            "TDH_VP_FLUSH",
            "TDH_MNG_VPFLUSHDONE",
            "TDH_PHYMEM_CACHE_WB",
            "TDH_MNG_KEY_FREEID",
            "TDH_PHYMEM_PAGE_RECLAIM",
            "TDH_PHYMEM_PAGE_WBINVD"),
        td.log.names());
    var reclaimed = td.log.of(Seamcall.TDH_PHYMEM_PAGE_RECLAIM);
    assertEquals(td.log.entries().get(td.log.entries().size() - 2), reclaimed.get(16 - 1));
    // 3 pages of the secure EPT, TDVPR with 5 TDCX, 6 of TDCS, TDR.
    assertEquals(3 + 6 + 6 + 1, reclaimed.size());
  }
}
