package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.tdx.LongModeTd.CODE;
import static seamtape.sim.tdx.LongModeTd.HANDLER;
import static seamtape.sim.tdx.LongModeTd.LOOP;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.sim.guest.CpuState;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.Fixture;

/** The rows of tdx-ve.md by the cases of td-ve-cases.txt, and every row of tdx-msr.csv. */
class VeCasesTest {
  private static final int EXTERNAL_INTERRUPT = 1;
  private static final long IDT = 0x5100;
  private static final int EFER = 0xc000_0080;
  private static final int TSC_AUX = 0xc000_0103;
  private static final String RICH = "attributes=0x8000000040000000 xfam=0xdb07";

  /** Entry of the page directory for 0x400000: an address above the SHARED bit. */
  private static final long BEYOND = 0x4010;

  /** Vectors with a handler of their own, each a loop, 0x100 bytes from one to the next. */
  private static final Map<String, Integer> VECTORS =
      Map.of("ud", 6, "df", 8, "gp", 13, "pf", 14, "ve", 20);

  /**
   * @param rule the first cell of a row of tdx-ve.md
   */
  record Case(
      String rule,
      String name,
      String td,
      String registers,
      String code,
      String outcome,
      String after) {
    @Override
    public String toString() {
      return rule + ": " + name;
    }
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = VeCasesTest.class.getResourceAsStream("td-ve-cases.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).toList();
    }
  }

  static Stream<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    String rule = "";
    for (String line : lines()) {
      if (line.startsWith("= ")) {
        rule = line.substring(2);
      } else if (!line.startsWith("! ")) {
        cases.add(parse(rule, line));
      }
    }
    return cases.stream();
  }

  private static Case parse(String rule, String line) {
    String[] c = Arrays.stream((line + " ").split("\\|")).map(String::strip).toArray(String[]::new);
    return new Case(rule, c[0], c[1], c[2], c[3], c[4], c[5]);
  }

  /** Rules of the file that no case can show, with the reason: "! RULE | REASON". */
  private static Set<String> excused() throws IOException {
    return lines().stream()
        .filter(line -> line.startsWith("! "))
        .map(line -> line.substring(2).split(" \\| ")[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The document itself is the list: a row of its tables on what guests do without a case. */
  @Test
  void everyRuleOfTheTablesHasACaseOrAReason() throws IOException {
    Set<String> rules = new TreeSet<>();
    for (int section : new int[] {1, 4}) {
      VeDocument.table(section).forEach(row -> rules.add(row.get(0)));
    }
    assertEquals(26 + 15, rules.size());
    Set<String> covered = cases().map(Case::rule).collect(Collectors.toCollection(TreeSet::new));
    Set<String> both = new TreeSet<>(covered);
    both.retainAll(excused());
    assertEquals(Set.of(), both);
    covered.addAll(excused());
    assertEquals(rules, covered);
  }

  private static Map<String, Long> pairs(String text) {
    Map<String, Long> pairs = new HashMap<>();
    for (String pair : text.isEmpty() ? new String[0] : text.split(" +")) {
      if (pair.startsWith("@")) {
        continue;
      }
      String[] words = pair.split("=");
      pairs.put(words[0], Long.parseUnsignedLong(words[1].replace("0x", ""), radix(words[1])));
    }
    return pairs;
  }

  private static int radix(String word) {
    return word.startsWith("0x") ? 16 : 10;
  }

  private static LongModeTd td(Map<String, Long> parameters) {
    LongModeTd td =
        new LongModeTd(
            TdxModuleVersion.V1_5,
            params -> {
              Bytes.put64(params, 0, parameters.getOrDefault("attributes", 0L));
              Bytes.put64(params, 8, parameters.getOrDefault("xfam", 3L));
              Bytes.put16(params, 40, (int) (long) parameters.getOrDefault("freq", 80L));
              params[32] |= (byte) (long) parameters.getOrDefault("config", 0L);
              int leaf1 = CpuidRow.of(1, 0).configIndex();
              params[256 + 16 * leaf1 + 8] |= (byte) (long) parameters.getOrDefault("monitor", 0L);
            });
    for (int vector : VECTORS.values()) {
      long handler = handler(vector);
      td.put(IDT + vector * 16L, handler & 0xffff | 0x40L << 16 | 0x8e00L << 32);
      td.code(handler, LOOP);
    }
    td.put(BEYOND, 1L << 50 | 0x40_0000 | 0x83);
    return td;
  }

  private static long handler(int vector) {
    return vector == 20 ? HANDLER : 0x1900 + vector * 16L;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comesToWhatTheRuleSays(Case c) {
    LongModeTd td = td(pairs(c.td));
    CpuState cpu = td.vcpu.cpu;
    Arrays.fill(cpu.gpr, Gpr.RAX, Gpr.RBX, 0);
    for (String word : c.registers.split(" +")) {
      if (word.startsWith("@")) {
        TdBefore.happens(word.substring(1), td);
      }
    }
    Arrays.fill(cpu.gpr, Gpr.RAX, Gpr.RSP, 0);
    cpu.cr2 = 0;
    pairs(c.registers).forEach((name, value) -> set(td, name, value));
    td.code(CODE, c.code + LOOP);
    cpu.rip = CODE;
    int reason = td.enter();
    String[] outcome = c.outcome.split(" ");
    switch (outcome[0]) {
      case "done" -> {
        assertEquals(EXTERNAL_INTERRUPT, reason);
        assertEquals(CODE + c.code.length() / 2, cpu.rip, "the next instruction");
      }
      case "exit" -> {
        assertEquals(Integer.parseInt(outcome[1]), reason);
      }
      case "ve" -> {
        assertEquals(HANDLER, cpu.rip, "#VE");
        assertEquals(Integer.parseInt(outcome[1]), td.vcpu.veInfo.exitReason);
        int length = outcome.length > 2 ? Integer.parseInt(outcome[2]) : c.code.length() / 2;
        assertEquals(length, td.vcpu.veInfo.instructionLength);
      }
      default -> assertEquals(handler(VECTORS.get(outcome[0])), cpu.rip, outcome[0]);
    }
    pairs(c.after).forEach((name, value) -> assertEquals(value, get(td, name), name));
  }

  private static void set(LongModeTd td, String name, long value) {
    CpuState cpu = td.vcpu.cpu;
    switch (name) {
      case "tsc" -> td.tsc = value;
      case "tsc_aux" -> td.vcpu.msr(TSC_AUX, value);
      case "cpuidve" -> {
        td.vcpu.cpuidSupervisorVe = (value & 1) != 0;
        td.vcpu.cpuidUserVe = (value & 2) != 0;
      }
      case "cpuid_control" ->
          td.vcpu.fields.set(FieldValues.CPUID_CONTROL + TdCpuid.index(1, 0), value);
      case "cpl" -> user(td, (int) value);
      case "l" -> {
        cpu.segments[CpuState.CS].l = value != 0;
        cpu.segments[CpuState.CS].db = value == 0;
      }
      case "idt" -> cpu.idtLimit = (int) value;
      case "task" -> task(td);
      case "cr0" -> cpu.cr0 = value;
      case "cr3" -> cpu.cr3 |= value;
      case "cr4" -> cpu.cr4 = value;
      default -> cpu.gpr[Gpr.number(name)] = value;
    }
  }

  /** Pages of everybody's, and a stack for those who come back from another privilege. */
  private static void user(LongModeTd td, int cpl) {
    CpuState cpu = td.vcpu.cpu;
    td.put(0x2000, 0x3007);
    td.put(0x3000, 0x4007);
    td.put(0x4000, 0x87);
    td.put(LongModeTd.DATA + 4, 0x8ff0);
    cpu.tr.base = LongModeTd.DATA;
    cpu.tr.limit = 0x67;
    for (int segment : new int[] {CpuState.CS, CpuState.SS}) {
      cpu.segments[segment].dpl = cpl;
      cpu.segments[segment].selector |= cpl;
    }
  }

  /** Without paging, a task that another one has called. */
  private static void task(LongModeTd td) {
    CpuState cpu = td.vcpu.cpu;
    cpu.cr0 &= ~CpuState.CR0_PG;
    cpu.efer = 0;
    cpu.segments[CpuState.CS].l = false;
    cpu.segments[CpuState.CS].db = true;
    cpu.tr.base = LongModeTd.DATA;
    td.put(LongModeTd.DATA, 0x28);
    cpu.rflags |= CpuState.NT;
  }

  private static long get(LongModeTd td, String name) {
    CpuState cpu = td.vcpu.cpu;
    boolean left = td.tdx.regs.get(Gpr.RAX) != EXTERNAL_INTERRUPT;
    return switch (name) {
      case "cr0" -> cpu.cr0;
      case "cr2" -> cpu.cr2;
      case "cr4" -> cpu.cr4;
      case "cr8" -> cpu.cr8;
      case "xcr0" -> td.vcpu.xcr0;
      case "qualification" -> td.vcpu.veInfo.exitQualification;
      case "gpa" -> td.tdx.r8();
      case "vegpa" -> td.vcpu.veInfo.gpa;
      case "vegla" -> td.vcpu.veInfo.gla;
      case "status" -> td.tdx.regs.get(Gpr.RAX);
      case "cf" -> cpu.flag(1) ? 1 : 0;
      // Behind the return address of an exception.
      case "error" -> Bytes.u64(td.bytes(cpu.gpr[Gpr.RSP], 8), 0);
      default -> left ? td.tdx.regs.get(Gpr.number(name)) : cpu.gpr[Gpr.number(name)];
    };
  }

  /** TDs that each MSR is accessed in, one after the other. */
  private static LongModeTd rich;

  private static LongModeTd plain;

  static List<Map<String, String>> msrs() throws IOException {
    return Fixture.csv("tdx-msr.csv");
  }

  /** On a TD with nothing optional and on one with PERFMON, PKS and much of XFAM. */
  @ParameterizedTest
  @MethodSource("msrs")
  void eachMsrIsAnsweredByWhomItsRowSays(Map<String, String> row) {
    // The last two rows are about MSRs without a row: one of each kind.
    boolean listed = !row.get("first").isEmpty();
    String other = row.get("name").contains("outside") ? "0x4b564d05" : "0x1b";
    for (boolean rich : new boolean[] {false, true}) {
      for (String end : new String[] {"first", "last"}) {
        int msr = (int) Long.parseLong((listed ? row.get(end) : other).substring(2), 16);
        String what = row.get("name") + " " + Integer.toHexString(msr) + (rich ? " rich" : "");
        assertEquals(expected(row.get("rdmsr"), rich), access(msr, false, rich), what);
        String write = readOnly(msr) ? "#GP" : row.get("wrmsr");
        assertEquals(expected(write, rich), access(msr, true, rich), "WRMSR " + what);
      }
    }
  }

  /** Native, but the CPU, or its virtual APIC, lets nobody write it. */
  private static boolean readOnly(int msr) {
    boolean capability = msr == 0xbd || msr == 0x10a;
    return capability || msr >= 0x809 && msr <= 0x827 && msr != 0x80b;
  }

  private static String expected(String cell, boolean rich) {
    String served = cell.replace("native", "done").replace("module", "done");
    if (served.equals("#GP or #VE")) {
      return "#GP";
    }
    if (!served.contains(" if ")) {
      return served;
    }
    // Of the CPUID bits that MSRs depend on, the model CPU has XFD, and gives it to every TD.
    boolean met = served.contains("CPUID") ? served.contains("XFD") : rich;
    return served.replaceAll(met ? " if .*" : ".* else ", "");
  }

  private static LongModeTd rich() {
    rich = rich == null ? td(pairs(RICH)) : rich;
    return rich;
  }

  private static LongModeTd plain() {
    plain = plain == null ? td(Map.of()) : plain;
    return plain;
  }

  private static String access(int msr, boolean write, boolean rich) {
    LongModeTd td = rich ? rich() : plain();
    td.longMode();
    td.vcpu.veInfo.valid = false;
    long[] gpr = td.vcpu.cpu.gpr;
    gpr[Gpr.RCX] = Integer.toUnsignedLong(msr);
    gpr[Gpr.RAX] = msr == EFER ? td.vcpu.cpu.efer : 0;
    gpr[Gpr.RDX] = 0;
    td.code(CODE, (write ? "0f30" : "0f32") + LOOP);
    td.vcpu.cpu.rip = CODE;
    assertEquals(EXTERNAL_INTERRUPT, td.enter());
    long rip = td.vcpu.cpu.rip;
    return rip == CODE + 2
        ? "done"
        : rip == HANDLER ? "#VE" : rip == handler(13) ? "#GP" : "at " + rip;
  }
}
