package seamtape.sim.tdx;

import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RCX;

import seamtape.catalog.Seamcall;

/** TDH.MEM.PAGE.ADD, AUG, REMOVE and RELOCATE: private pages come, go and move. */
final class PageLeaves {
  private final TdxModule module;
  private final Operands operands;
  private final GpaOperand gpa;

  PageLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.gpa = new GpaOperand(operands);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MEM_PAGE_ADD, this::add);
    table.add(Seamcall.TDH_MEM_PAGE_AUG, this::augment);
    table.add(Seamcall.TDH_MEM_PAGE_REMOVE, this::remove);
    table.add(Seamcall.TDH_MEM_PAGE_RELOCATE, this::relocate);
  }

  private long add(int lp, long[] regs) {
    long bad =
        gpa.mapping(
            Seamcall.TDH_MEM_PAGE_ADD, regs, SecureEpt.LEVEL_4K, SecureEpt.LEVEL_4K, true, 0);
    if (bad == 0) {
      bad = gpa.walk(regs, SeptRule.ADD_PAGE);
    }
    if (bad == 0) {
      bad = operands.shared(regs[R9], PhysicalMemory.PAGE_SIZE, R9);
    }
    if (bad == 0) {
      bad = operands.freePage(regs[R8], R8);
    }
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    byte[] source = operands.bytes(regs[R9]);
    operands.take(Pamt.REG, null);
    System.arraycopy(source, 0, module.memory.page(regs[R8]), 0, source.length);
    td.sept.map(regs[R8], SeptState.MAPPED, suppressVe(td));
    td.measurement.pageAdded(gpa.gpa);
    return Leaf.SUCCESS;
  }

  private static boolean suppressVe(Td td) {
    return (td.attributes() & Td.ATTRIBUTE_SEPT_VE_DISABLE) != 0;
  }

  private long augment(int lp, long[] regs) {
    long bad =
        gpa.mapping(
            Seamcall.TDH_MEM_PAGE_AUG, regs, SecureEpt.LEVEL_4K, SecureEpt.LEVEL_2M, false, 0);
    if (bad == 0) {
      bad = gpa.walk(regs, SeptRule.AUG);
    }
    if (bad == 0) {
      bad = operands.freePage(regs[R8], gpa.level, R8);
    }
    if (bad != 0) {
      return bad;
    }
    operands.takeLarge(Pamt.REG, gpa.level);
    operands.td.sept.map(regs[R8], SeptState.PENDING, suppressVe(operands.td));
    return Leaf.SUCCESS;
  }

  private long remove(int lp, long[] regs) {
    long bad =
        gpa.mapping(
            Seamcall.TDH_MEM_PAGE_REMOVE, regs, SecureEpt.LEVEL_4K, SecureEpt.LEVEL_1G, false, 0);
    if (bad == 0) {
      bad = gpa.walkBlocked(regs, SeptRule.REMOVE, module.pamt);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    long page = sept.hpa();
    operands.release(page);
    sept.clear();
    regs[RCX] = page;
    return Leaf.SUCCESS;
  }

  private long relocate(int lp, long[] regs) {
    long bad =
        gpa.mapping(
            Seamcall.TDH_MEM_PAGE_RELOCATE, regs, SecureEpt.LEVEL_4K, SecureEpt.LEVEL_4K, false, 0);
    if (bad == 0) {
      bad = gpa.walkBlocked(regs, SeptRule.RELOCATE, module.pamt);
    }
    if (bad == 0) {
      bad = operands.freePage(regs[R8], R8);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    long old = sept.hpa();
    operands.take(Pamt.REG, null);
    byte[] content = module.memory.page(old);
    System.arraycopy(content, 0, module.memory.page(regs[R8]), 0, content.length);
    operands.release(old);
    sept.map(regs[R8], RangeLeaves.unblocked(sept.state()), sept.suppressVe());
    regs[RCX] = old;
    return Leaf.SUCCESS;
  }
}
