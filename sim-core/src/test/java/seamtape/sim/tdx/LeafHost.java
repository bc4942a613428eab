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

  final TestTdx host = new TestTdx(TdxModuleVersion.V1_5);
  private long tdr;
  private long tdvpr;
  private long mapped;
  private long pointers;

  static LeafHost in(String state) {
    LeafHost host = new LeafHost();
    host.reach(state);
    return host;
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
    long page = host.memory.allocateBlock(16L << 20, 1 << 21) & -(1L << 21);
    host.must(Seamcall.TDH_MEM_PAGE_AUG, LARGE_GPA | 1, tdr, page);
    block(LARGE_GPA | 1);
    if (state.equals("demoted")) {
      host.must(Seamcall.TDH_MEM_PAGE_DEMOTE, LARGE_GPA | 1, tdr, host.page());
      block(LARGE_GPA | 1);
    }
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
      case "firstvp" -> first(Seamcall.TDH_VP_RD, 1, tdvpr);
      case "firstsys" -> first(Seamcall.TDH_SYS_RD, 0, 0);
      default ->
          word.startsWith("0x")
              ? Long.parseUnsignedLong(word.substring(2), 16)
              : Long.parseLong(word);
    };
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
