package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.CpuModel;

/** A module on the model machine, and the host that calls it. */
final class TestTdx {
  static final int KEY = 33;
  static final int GLOBAL_KEY = 32;
  static final long GIB = 1L << 30;

  final PhysicalMemory memory = new PhysicalMemory(TdxPlatform.model().cmrs());
  final TdxModule module;
  final Registers regs = new Registers();
  int lp;

  TestTdx(TdxModuleVersion version) {
    this(version, TdGuest.INTERRUPTED);
  }

  TestTdx(TdxModuleVersion version, TdGuest guest) {
    module = new TdxModule(version, TdxPlatform.model(), CpuModel.of("intel"), memory, 1, guest);
  }

  TestTdx(TdxModuleVersion version, TdxPlatform platform) {
    TdGuest guest = TdGuest.INTERRUPTED;
    module = new TdxModule(version, platform, CpuModel.of("intel"), memory, 1, guest);
  }

  /** A module that is READY with all its memory usable. */
  static TestTdx ready(TdxModuleVersion version) {
    TestTdx host = new TestTdx(version);
    host.bringUp();
    return host;
  }

  static TestTdx ready() {
    return ready(TdxModuleVersion.V1_5);
  }

  /** Calls version 0 of a leaf with RCX, RDX, R8, R9 …; returns the status. */
  long call(Seamcall leaf, long... operands) {
    return callVersion(leaf, 0, operands);
  }

  long callVersion(Seamcall leaf, int version, long... operands) {
    return callRaw(leaf.number() | (long) version << 16, operands);
  }

  long callRaw(long rax, long... operands) {
    int[] order = {Gpr.RCX, Gpr.RDX, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11};
    java.util.Arrays.fill(regs.gpr, 0);
    regs.set(Gpr.RAX, rax);
    for (int i = 0; i < operands.length; i++) {
      regs.set(order[i], operands[i]);
    }
    module.seamcall(lp, regs);
    return regs.get(Gpr.RAX);
  }

  /** Calls a leaf that must succeed. */
  void must(Seamcall leaf, long... operands) {
    assertStatus(TdxStatus.TDX_SUCCESS.value(), call(leaf, operands));
  }

  void mustVersion(Seamcall leaf, int version, long... operands) {
    assertStatus(TdxStatus.TDX_SUCCESS.value(), callVersion(leaf, version, operands));
  }

  static void assertStatus(long expected, long got) {
    assertEquals(TdxStatus.text(expected), TdxStatus.text(got));
  }

  long rcx() {
    return regs.get(Gpr.RCX);
  }

  long rdx() {
    return regs.get(Gpr.RDX);
  }

  long r8() {
    return regs.get(Gpr.R8);
  }

  void bringUp() {
    must(Seamcall.TDH_SYS_INIT);
    for (lp = 0; lp < module.platform().lps(); lp++) {
      must(Seamcall.TDH_SYS_LP_INIT);
    }
    lp = 0;
    configure();
    for (; lp < module.platform().lps(); lp += module.platform().lpsPerPackage()) {
      must(Seamcall.TDH_SYS_KEY_CONFIG);
    }
    lp = 0;
    for (Tdmr tdmr : module.tdmrs()) {
      do {
        must(Seamcall.TDH_SYS_TDMR_INIT, tdmr.base());
      } while (rdx() < tdmr.end());
    }
  }

  /** SYS.CONFIG of one TDMR per GiB of the model, its PAMTs in reserved memory at the end. */
  void configure() {
    long pointers = memory.allocate();
    for (int i = 0; i < 2; i++) {
      long info = memory.allocate();
      tdmrInfo(memory.page(info), i == 0 ? 0 : 4 * GIB, i == 0 ? 0x10_0000 : 0);
      Bytes.put64(memory.page(pointers), 8 * i, info);
    }
    must(Seamcall.TDH_SYS_CONFIG, pointers, 2, GLOBAL_KEY);
  }

  /** TDMR_INFO of a GiB whose last 5 MiB are for the PAMTs. */
  static void tdmrInfo(byte[] info, long base, long hole) {
    long pamts = GIB - (5 << 20);
    Bytes.put64(info, 0, base);
    Bytes.put64(info, 8, GIB);
    long[][] areas = {{pamts, 4096}, {pamts + 4096, 8192}, {pamts + 0x10_0000, 4 << 20}};
    for (int i = 0; i < 3; i++) {
      Bytes.put64(info, 16 + 16 * i, base + areas[i][0]);
      Bytes.put64(info, 24 + 16 * i, areas[i][1]);
    }
    int at = 64;
    if (hole > 0) {
      Bytes.put64(info, at + 8, hole);
      at += 16;
    }
    Bytes.put64(info, at, pamts);
    Bytes.put64(info, at + 8, 5 << 20);
  }

  long page() {
    return memory.allocate();
  }

  /** Creates a TD with its keys configured; returns TDR. */
  long createTd(int key) {
    long tdr = page();
    must(Seamcall.TDH_MNG_CREATE, tdr, key);
    must(Seamcall.TDH_MNG_KEY_CONFIG, tdr);
    for (int i = 0; i < Td.MIN_TDCX; i++) {
      must(Seamcall.TDH_MNG_ADDCX, page(), tdr);
    }
    return tdr;
  }

  /** TD_PARAMS that every version accepts. */
  long params() {
    long hpa = page();
    byte[] params = memory.page(hpa);
    java.util.Arrays.fill(params, (byte) 0);
    Bytes.put64(params, 8, 7);
    Bytes.put16(params, 16, 4);
    Bytes.put64(params, 24, 6 | 3 << 3);
    Bytes.put16(params, 40, 80);
    return hpa;
  }

  /** A TD after MNG.INIT. */
  long initializedTd(int key) {
    return initializedTd(key, 0);
  }

  long initializedTd(int key, long attributes) {
    long tdr = createTd(key);
    long params = params();
    Bytes.put64(memory.page(params), 0, attributes);
    must(Seamcall.TDH_MNG_INIT, tdr, params);
    return tdr;
  }

  /** A vCPU after VP.INIT; returns TDVPR. */
  long vcpu(long tdr) {
    long tdvpr = createdVcpu(tdr);
    must(Seamcall.TDH_VP_INIT, tdvpr, 0x80_9000);
    return tdvpr;
  }

  /** A vCPU with all its pages, before VP.INIT. */
  long createdVcpu(long tdr) {
    long tdvpr = page();
    must(Seamcall.TDH_VP_CREATE, tdvpr, tdr);
    for (int i = 1; i < TdVcpu.MIN_PAGES; i++) {
      must(Seamcall.TDH_VP_ADDCX, page(), tdvpr);
    }
    return tdvpr;
  }

  /** Secure EPT pages down to 4 KiB entries for an address. */
  void sept(long tdr, long gpa) {
    septTo(tdr, gpa, 1);
  }

  /** Secure EPT pages so that entries of the level below {@code lowest} exist. */
  void septTo(long tdr, long gpa, int lowest) {
    for (int level = 3; level >= lowest; level--) {
      long size = 1L << (12 + 9 * level);
      must(Seamcall.TDH_MEM_SEPT_ADD, gpa & -size | level, tdr, page());
    }
  }

  /** Adds a page of a fill byte to a TD; returns its host address. */
  long addPage(long tdr, long gpa, int fill) {
    long source = page();
    java.util.Arrays.fill(memory.page(source), (byte) fill);
    long target = page();
    must(Seamcall.TDH_MEM_PAGE_ADD, gpa, tdr, target, source);
    memory.free(source);
    return target;
  }

  /** A TD after MR.FINALIZE with one vCPU. */
  long runnableTd(int key) {
    long tdr = initializedTd(key);
    vcpu(tdr);
    must(Seamcall.TDH_MR_FINALIZE, tdr);
    return tdr;
  }
}
