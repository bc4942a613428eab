package seamtape.sim.tdx;

import java.util.List;
import seamtape.catalog.Seamcall;

/** Brings a module to where a case of seamcall-cases.txt begins, and knows the case's operands. */
final class LeafHost {
  /** GPA of a 4 KiB page that is mapped from "init" on, filled with 0x11. */
  private static final long GPA = 0x1000;

  /** Of the 2 MiB next to it. */
  private static final long LARGE_GPA = 0x20_0000;

  private static final List<String> TEARDOWN =
      List.of("flushed", "flushdone", "written", "freed", "torn");

  final TestTdx host;
  private long tdr;
  private long tdvpr;
  private long mapped;
  private long pointers;

  private LeafHost(TestTdx host) {
    this.host = host;
  }

  /** A state, and after each + something that happens then. */
  static LeafHost in(String states) {
    String[] steps = states.split("\\+");
    boolean two = steps[0].startsWith("two-");
    TdxPlatform model = TdxPlatform.model();
    LeafHost host =
        new LeafHost(
            two
                ? new TestTdx(TdxModuleVersion.V1_5, new TdxPlatform(2, 4, 31, 32, model.cmrs()))
                : new TestTdx(TdxModuleVersion.V1_5));
    host.reach(two ? steps[0].substring(4) : steps[0]);
    for (int i = 1; i < steps.length; i++) {
      host.happens(steps[i]);
    }
    return host;
  }

  private void happens(String what) {
    TdxModule module = host.module;
    switch (what) {
      case "interrupt" -> module.interrupt();
      case "dry" -> module.failEntropy(1);
      case "limited" -> module.wrmsr(0, LogicalProcessors.IA32_MISC_ENABLE, 1 << 22);
      case "adjusted" -> module.wrmsr(0, LogicalProcessors.IA32_TSC_ADJUST, 1);
      case "busy-module" -> module.lock.lockExclusive();
      case "busy-keys" -> module.keyIds.lock.lockExclusive();
      case "busy-caches" -> module.keyIds.writeBackLock.lockExclusive();
      case "busy-tdr" -> module.td(tdr).lock.lockExclusive();
      case "tsc-back" -> module.vcpu(tdvpr).lastExitTsc = 1;
      case "entered" -> module.vcpu(tdvpr).enter(1);
      case "track" -> host.must(Seamcall.TDH_MEM_TRACK, tdr);
      case "block" -> host.must(Seamcall.TDH_MEM_RANGE_BLOCK, GPA, tdr);
      case "block-sept" -> host.must(Seamcall.TDH_MEM_RANGE_BLOCK, 1, tdr);
      case "large" -> augmentLarge();
      case "block-large" -> host.must(Seamcall.TDH_MEM_RANGE_BLOCK, LARGE_GPA | 1, tdr);
      case "pending" -> host.must(Seamcall.TDH_MEM_PAGE_AUG, 0x2000, tdr, host.page());
      case "key" -> host.must(Seamcall.TDH_MNG_KEY_CONFIG, tdr);
      case "sys-key" -> host.must(Seamcall.TDH_SYS_KEY_CONFIG);
      case "all-tdcs" -> repeat(Td.MAX_TDCX, Seamcall.TDH_MNG_ADDCX, tdr);
      case "all-tdvps" -> repeat(TdVcpu.MAX_PAGES - TdVcpu.MIN_PAGES, Seamcall.TDH_VP_ADDCX, tdvpr);
      default -> throw new IllegalArgumentException("nothing that happens: " + what);
    }
  }

  private void repeat(int times, Seamcall leaf, long of) {
    for (int i = 0; i < times; i++) {
      host.must(leaf, host.page(), of);
    }
  }

  private void reach(String state) {
    if (state.equals("fresh")) {
      return;
    }
    if (List.of("sysinit", "lp", "configured", "keys").contains(state)) {
      bringUp(state);
      return;
    }
    host.bringUp();
    switch (state) {
      case "ready" -> {}
      case "created" -> create();
      case "keyed" -> {
        create();
        host.must(Seamcall.TDH_MNG_KEY_CONFIG, tdr);
      }
      case "complete" -> tdr = host.createTd(TestTdx.KEY);
      case "bare" -> tdr = host.initializedTd(TestTdx.KEY);
      case "halfvcpu" -> halfAVcpu();
      case "allvcpus" -> allVcpus();
      case "vpcreated", "vpcomplete" -> vcpuOnTheWay(state);
      case "debug" -> build(Td.ATTRIBUTE_DEBUG);
      default -> {
        build(0);
        beyond(state);
      }
    }
  }

  private void bringUp(String state) {
    host.must(Seamcall.TDH_SYS_INIT);
    if (state.equals("sysinit")) {
      return;
    }
    for (host.lp = 0; host.lp < host.module.platform().lps(); host.lp++) {
      host.must(Seamcall.TDH_SYS_LP_INIT);
    }
    host.lp = 0;
    if (state.equals("lp")) {
      return;
    }
    host.configure();
    if (state.equals("keys")) {
      host.must(Seamcall.TDH_SYS_KEY_CONFIG);
    }
  }

  private void create() {
    tdr = host.page();
    host.must(Seamcall.TDH_MNG_CREATE, tdr, TestTdx.KEY);
  }

  private void vcpuOnTheWay(String state) {
    tdr = host.initializedTd(TestTdx.KEY);
    if (state.equals("vpcomplete")) {
      tdvpr = host.createdVcpu(tdr);
    } else {
      tdvpr = host.page();
      host.must(Seamcall.TDH_VP_CREATE, tdvpr, tdr);
    }
  }

  /** A running TD whose second vCPU has not all its pages. */
  private void halfAVcpu() {
    tdr = host.initializedTd(TestTdx.KEY);
    host.vcpu(tdr);
    tdvpr = host.page();
    host.must(Seamcall.TDH_VP_CREATE, tdvpr, tdr);
    host.must(Seamcall.TDH_MR_FINALIZE, tdr);
  }

  /** As many vCPUs as TD_PARAMS allow, and one more that is only created. */
  private void allVcpus() {
    tdr = host.initializedTd(TestTdx.KEY);
    for (int i = 0; i < host.module.td(tdr).params.maxVcpus(); i++) {
      host.vcpu(tdr);
    }
    tdvpr = host.createdVcpu(tdr);
  }

  private void build(long attributes) {
    tdr = host.initializedTd(TestTdx.KEY, attributes);
    tdvpr = host.vcpu(tdr);
    host.sept(tdr, GPA);
    mapped = host.addPage(tdr, GPA, 0x11);
  }

  private void beyond(String state) {
    if (state.equals("init")) {
      return;
    }
    host.must(Seamcall.TDH_MR_FINALIZE, tdr);
    switch (state) {
      case "run" -> {}
      case "blocked" -> block(GPA);
      case "septblocked" -> block(1);
      case "emptyblocked" -> {
        host.must(Seamcall.TDH_MEM_SEPT_ADD, LARGE_GPA | 1, tdr, host.page());
        block(LARGE_GPA | 1);
      }
      case "largeblocked", "demoted" -> large(state);
      default -> {
        if (!TEARDOWN.contains(state)) {
          throw new IllegalArgumentException("no such state: " + state);
        }
        tearDown(TEARDOWN.indexOf(state));
      }
    }
  }

  private void block(long mapping) {
    host.must(Seamcall.TDH_MEM_RANGE_BLOCK, mapping, tdr);
    host.must(Seamcall.TDH_MEM_TRACK, tdr);
  }

  private void large(String state) {
    augmentLarge();
    block(LARGE_GPA | 1);
    if (state.equals("demoted")) {
      host.must(Seamcall.TDH_MEM_PAGE_DEMOTE, LARGE_GPA | 1, tdr, host.page());
      block(LARGE_GPA | 1);
    }
  }

  private void augmentLarge() {
    long page = host.memory.allocateBlock(16L << 20, 1 << 21) & -(1L << 21);
    host.must(Seamcall.TDH_MEM_PAGE_AUG, LARGE_GPA | 1, tdr, page);
  }

  private void tearDown(int last) {
    host.must(Seamcall.TDH_VP_FLUSH, tdvpr);
    if (last >= 1) {
      host.must(Seamcall.TDH_MNG_VPFLUSHDONE, tdr);
    }
    if (last >= 2) {
      host.must(Seamcall.TDH_PHYMEM_CACHE_WB);
    }
    if (last >= 3) {
      host.must(Seamcall.TDH_MNG_KEY_FREEID, tdr);
    }
  }

  /** The value of a word of a case. */
  long value(String word) {
    return switch (word) {
      case "tdr" -> tdr;
      case "tdvpr" -> tdvpr;
      case "page", "source" -> host.page();
      case "params" -> host.params();
      case "mapped" -> mapped;
      case "tdmrs" -> tdmrs();
      case "beyond" -> 1L << 40;
      case "firstvp" -> first(Seamcall.TDH_VP_RD, 1, tdvpr);
      case "firstsys" -> first(Seamcall.TDH_SYS_RD, 0, 0);
      default -> word.startsWith("tdmrs:") ? badTdmrs(word.split(":")) : number(word);
    };
  }

  private static long number(String word) {
    return word.startsWith("0x")
        ? Long.parseUnsignedLong(word.substring(2), 16)
        : Long.parseLong(word);
  }

  /** TDMR_INFOs with one value wrong: tdmrs:NUMBER:OFFSET:VALUE. */
  private long badTdmrs(String[] words) {
    long info = Bytes.u64(host.memory.page(tdmrs()), 8 * Integer.parseInt(words[1]));
    Bytes.put64(host.memory.page(info), Integer.parseInt(words[2]), number(words[3]));
    return pointers;
  }

  private long first(Seamcall leaf, int version, long context) {
    host.callVersion(leaf, version, context, -1);
    return host.rdx();
  }

  private long tdmrs() {
    if (pointers == 0) {
      pointers = host.memory.allocate();
      for (int i = 0; i < 2; i++) {
        long info = host.memory.allocate();
        TestTdx.tdmrInfo(
            host.memory.page(info), i == 0 ? 0 : 4 * TestTdx.GIB, i == 0 ? 0x10_0000 : 0);
        Bytes.put64(host.memory.page(pointers), 8 * i, info);
      }
    }
    return pointers;
  }
}
