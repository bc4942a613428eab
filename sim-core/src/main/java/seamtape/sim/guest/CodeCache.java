package seamtape.sim.guest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decoded instructions by page. An instruction is used only while memory still holds the bytes it
 * was decoded from, so code changed by anyone (the guest, another vCPU, user space) is seen at
 * once.
 */
final class CodeCache {
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int PAGE = 4096;
  private static final int PAGES = 64;

  /** Instructions that start beyond it are not cached: the comparison would leave the page. */
  private static final int LAST_CACHED = PAGE - 16;

  private final Core core;
  private final CodePage[] pages = new CodePage[PAGES];
  private CodePage current;

  /** Linear page number of {@link #current}, or -1. */
  private long currentNumber = -1;

  private static final class CodePage {
    final byte[] bytes;
    final int codeSize;
    final Insn[] insns = new Insn[PAGE];

    CodePage(byte[] bytes, int codeSize) {
      this.bytes = bytes;
      this.codeSize = codeSize;
    }
  }

  CodeCache(Core core) {
    this.core = core;
  }

  /** The mapping of the current page may have changed. */
  void flush() {
    currentNumber = -1;
  }

  Insn at(long rip) {
    Segment cs = core.cpu.segments[CpuState.CS];
    long linear = core.codeSize == 8 ? rip : cs.base + rip & 0xffff_ffffL;
    int offset = (int) linear & PAGE - 1;
    if (linear >>> 12 == currentNumber && offset <= LAST_CACHED) {
      Insn insn = current.insns[offset];
      if (insn != null && unchanged(insn, offset) && inside(insn, rip, cs)) {
        return insn;
      }
    }
    return decode(rip, linear, offset);
  }

  private boolean unchanged(Insn insn, int offset) {
    byte[] bytes = current.bytes;
    return ((long) U64.get(bytes, offset) & insn.mask0) == insn.raw0
        && (insn.mask1 == 0 || ((long) U64.get(bytes, offset + 8) & insn.mask1) == insn.raw1);
  }

  private boolean inside(Insn insn, long rip, Segment cs) {
    return core.codeSize == 8 || rip + insn.length - 1 <= cs.limit;
  }

  private Insn decode(long rip, long linear, int offset) {
    if (linear >>> 12 != currentNumber) {
      enter(rip, linear);
      if (offset <= LAST_CACHED) {
        Insn known = current.insns[offset];
        Segment cs = core.cpu.segments[CpuState.CS];
        if (known != null && unchanged(known, offset) && inside(known, rip, cs)) {
          return known;
        }
      }
    }
    Insn insn = core.decoder.decode(rip);
    if (offset <= LAST_CACHED && insn.op != Op.UNSUPPORTED) {
      current.insns[offset] = insn;
    }
    return insn;
  }

  private void enter(long rip, long linear) {
    long gpa = core.memory.codeAddress(rip);
    byte[] bytes = core.memory.codePage(gpa, linear);
    int slot = (int) (gpa >>> 12) & PAGES - 1;
    CodePage page = pages[slot];
    if (page == null || page.bytes != bytes || page.codeSize != core.codeSize) {
      page = new CodePage(bytes, core.codeSize);
      pages[slot] = page;
    }
    current = page;
    currentNumber = linear >>> 12;
  }
}
