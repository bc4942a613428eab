package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.Segment;
import seamtape.sim.marshal.Gpr;

/** The tables of tdx-structs.md, row by row: what leaves write, and what they refuse to read. */
class StructTablesTest {
  /** TD_PARAMS: a field's name in the table, and a value that it may not have. */
  private static final Map<String, Long> BAD_PARAMS =
      Map.ofEntries(
          Map.entry("attributes", 2L),
          Map.entry("xfam", 0L),
          Map.entry("max_vcpus", 0L),
          Map.entry("num_l2_vms (1.5; 1.0 reserved)", 4L),
          Map.entry("msr_config_ctls (1.5): bit 0 take IA32_ARCH_CAPABILITIES config", 2L),
          Map.entry("reserved 0", 1L),
          Map.entry(
              "eptp_controls: 2:0 memory type 6, 5:3 walk length - 1 (3 or 4), rest 0", 0x5eL),
          Map.entry("config_flags", 8L),
          Map.entry("tsc_frequency, units of 25 MHz, 4..400", 3L),
          Map.entry("ia32_arch_capabilities_config (1.5)", 1L));

  private static final List<String> ANYTHING_GOES =
      List.of("mrconfigid", "mrowner", "mrownerconfig");

  private static final Pattern OPERAND = Pattern.compile("OPERAND_INVALID\\((\\w+)");

  /** The rows of a section, cell by cell. */
  private static List<String[]> rows(int section) throws IOException {
    Path file = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/tdx-structs.md");
    List<String[]> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(file)) {
      inside = line.startsWith("## ") ? line.startsWith("## " + section + ".") : inside;
      if (inside && line.startsWith("| ") && !line.startsWith("| offset")) {
        rows.add(
            Stream.of(line.substring(1).split("\\|")).map(String::strip).toArray(String[]::new));
      }
    }
    return rows;
  }

  /** Section 1. */
  @Test
  void tdParamsWithOneBadFieldBlameTheOperandOfItsRow() throws IOException {
    TestTdx host = TestTdx.ready();
    long tdr = host.createTd(TestTdx.KEY);
    int tried = 0;
    for (String[] row : rows(1)) {
      if (!row[0].matches("\\d+") || !row[1].matches("\\d+") || ANYTHING_GOES.contains(row[2])) {
        continue;
      }
      int offset = Integer.parseInt(row[0]);
      int size = Integer.parseInt(row[1]);
      Matcher operand = OPERAND.matcher(row[3].isEmpty() ? "OPERAND_INVALID(RDX" : row[3]);
      String name = operand.find() ? operand.group(1) : row[3].replaceAll(".*\\((\\w+).*", "$1");
      long bad = BAD_PARAMS.get(row[2]);
      int[] places = row[2].equals("reserved 0") ? new int[] {0, size - 1} : new int[] {0};
      for (int place : places) {
        long params = host.params();
        byte[] page = host.memory.page(params);
        for (int i = 0; i < (places.length > 1 ? 1 : size); i++) {
          page[offset + place + i] = (byte) (bad >>> 8 * i);
        }
        long refused = TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.valueOf(name));
        assertStatus(refused, host.call(Seamcall.TDH_MNG_INIT, tdr, params));
        tried++;
      }
    }
    assertEquals(9 + 3 * 2, tried);
  }

  /** Section 1, its check order: with all of it wrong the first answers; mended, the next. */
  @Test
  void mngInitChecksInTheOrderOfItsTable() {
    TestTdx host = TestTdx.ready();
    long tdr = host.createTd(TestTdx.KEY);
    long params = host.params();
    byte[] page = host.memory.page(params);
    byte[] good = page.clone();
    int[] offsets = {0, 8, 16, 18, 20, 32, 24, 40, 42, 19, 232, 256, 1016};
    int[] bad = {2, 0, 0, 4, 1, 8, 0x5e, 3, 1, 2, 1, 1, 1};
    for (int i = 0; i < offsets.length; i++) {
      page[offsets[i]] = (byte) bad[i];
    }
    host.module.wrmsr(0, LogicalProcessors.IA32_MISC_ENABLE, 1 << 22);
    host.module.wrmsr(0, LogicalProcessors.IA32_TSC_ADJUST, 1);
    List<String> answers = new ArrayList<>(List.of(mngInit(host, tdr, params | 8)));
    host.module.wrmsr(0, LogicalProcessors.IA32_MISC_ENABLE, 0);
    answers.add(mngInit(host, tdr, params | 8));
    for (int offset : offsets) {
      answers.add(mngInit(host, tdr, params));
      if (offset == 18) {
        page[offset] = 3;
        answers.add(mngInit(host, tdr, params));
      }
      page[offset] = good[offset];
      if (offset == 40) {
        answers.add(mngInit(host, tdr, params));
        host.module.wrmsr(0, LogicalProcessors.IA32_TSC_ADJUST, 0);
      }
    }
    assertEquals(
        "LIMIT_CPUID_MAXVAL_SET RDX ATTRIBUTES XFAM MAX_VCPUS NUM_L2_VMS TDCS_NOT_ALLOCATED RDX"
            + " EXEC_CONTROLS EPTP_CONTROLS TSC_FREQUENCY INCONSISTENT_MSR RDX RDX RDX CPUID_CONFIG"
            + " RDX",
        String.join(" ", answers));
    assertEquals("SUCCESS", mngInit(host, tdr, params));
  }

  /** The operand that is blamed; of other statuses the name. */
  private static String mngInit(TestTdx host, long tdr, long params) {
    String status = TdxStatus.text(host.call(Seamcall.TDH_MNG_INIT, tdr, params)).substring(4);
    Matcher operand = OPERAND.matcher(status);
    return operand.find() ? operand.group(1) : status.replaceAll("\\(.*", "");
  }

  /** Section 3, of the module that the table is of. */
  @Test
  void tdsysinfoHasTheValuesOfItsRows() throws IOException {
    TestTdx host = TestTdx.ready(TdxModuleVersion.V1_5_01);
    long info = host.page();
    host.must(Seamcall.TDH_SYS_INFO, info, 1024, host.page(), 32);
    byte[] page = host.memory.page(info);
    int next = 0;
    for (String[] row : rows(3)) {
      if (!row[0].matches("\\d+") || !row[1].matches("\\d+")) {
        continue;
      }
      int offset = Integer.parseInt(row[0]);
      int size = Integer.parseInt(row[1]);
      assertEquals(next, offset, "rows leave no gap");
      next = offset + size;
      String value = row[3].split(" ")[0];
      if (row[2].startsWith("build") || row[2].equals("xfam_fixed0")) {
        assertTrue(number(page, offset, size) != 0, row[2]);
      } else if (size > 8) {
        assertTrue(Bytes.zero(page, offset, next), row[2]);
      } else {
        assertEquals(
            value.startsWith("0x")
                ? Long.parseUnsignedLong(value.substring(2), 16)
                : Long.parseLong(value),
            number(page, offset, size),
            row[2]);
      }
    }
    assertEquals(132, next);
    assertTrue(Bytes.zero(page, 132 + 24 * 12, 1024), "to 1023");
  }

  private static long number(byte[] page, int offset, int size) {
    long value = 0;
    for (int i = Math.min(size, 8) - 1; i >= 0; i--) {
      value = value << 8 | page[offset + i] & 0xff;
    }
    return value;
  }

  /** Section 2: each row of a report, by what it is made of; the rows fill the struct. */
  @Test
  void tdreportHasThePartsOfItsRows() throws Exception {
    LongModeTd guest = new LongModeTd(TdxModuleVersion.V1_5, params -> fill(params, 80, 3 * 48));
    guest.put(0x6000, 0x1234);
    assertStatus(0, guest.tdcall(Tdcall.TDG_MR_RTMR_EXTEND, 0x6000, 2, 0));
    assertStatus(0, guest.tdcall(Tdcall.TDG_MR_REPORT, 0x7000, 0x6000, 0));
    byte[] report = guest.bytes(0x7000, 1024);
    int next = 0;
    for (String[] row : rows(2)) {
      if (!row[0].matches("\\d+")) {
        continue;
      }
      int offset = Integer.parseInt(row[0]);
      assertEquals(next, offset, "rows leave no gap");
      next = offset + Integer.parseInt(row[1]);
      boolean reserved = row[3].startsWith("reserved");
      byte[] expected = reserved ? new byte[next - offset] : part(row[3], guest, report);
      if (expected != null) {
        assertArrayEquals(expected, Arrays.copyOfRange(report, offset, next), row[3]);
      } else {
        assertTrue(!Bytes.zero(report, offset, next), row[3]);
      }
    }
    assertEquals(1024, next);
  }

  private static void fill(byte[] bytes, int from, int length) {
    for (int i = 0; i < length; i++) {
      bytes[from + i] = (byte) (i + 1);
    }
  }

  /** The bytes of a row; null for those that only the CPU knows. */
  private static byte[] part(String field, LongModeTd guest, byte[] report) throws Exception {
    Td td = guest.vcpu.td;
    MessageDigest sha384 = MessageDigest.getInstance("SHA-384");
    return switch (field.split("[ =(,:]")[0]) {
      case "type" -> new byte[] {(byte) 0x81};
      case "subtype", "version" -> new byte[1];
      case "CPUSVN", "MAC", "MRSEAM" -> null;
      case "TEE_TCB_INFO" -> sha384.digest(Arrays.copyOfRange(report, 256, 256 + 239));
      case "TEE_INFO" -> sha384.digest(Arrays.copyOfRange(report, 512, 1024));
      case "report" -> guest.bytes(0x6000, 64);
      case "valid" -> words(0x301ff, 1);
      case "TEE_TCB_SVN", "TEE_TCB_SVN2" -> words(5 | 1 << 8, 2);
      case "ATTRIBUTES" -> words(td.attributes(), 1);
      case "XFAM" -> words(td.params.xfam(), 1);
      case "MRTD" -> td.measurement.mrtd();
      case "MRCONFIGID" -> td.params.mrConfigId();
      case "MROWNER" -> td.params.mrOwner();
      case "MROWNERCONFIG" -> td.params.mrOwnerConfig();
      case "RTMR0..3", "RTMR0" -> rtmrs(td);
      case "MRSIGNERSEAM", "SERVTD_HASH" -> new byte[48];
      case "SEAM" -> new byte[8];
      default -> throw new IllegalArgumentException(field);
    };
  }

  private static byte[] words(long value, int words) {
    byte[] bytes = new byte[8 * words];
    Bytes.put64(bytes, 0, value);
    return bytes;
  }

  private static byte[] rtmrs(Td td) {
    byte[] all = new byte[4 * 48];
    for (int i = 0; i < 4; i++) {
      System.arraycopy(td.measurement.rtmr(i), 0, all, 48 * i, 48);
    }
    return all;
  }

  /** Section 7. */
  @Test
  void aVcpuStartsWithTheRegistersOfItsTable() throws IOException {
    TestTdx host = TestTdx.ready();
    long tdr = host.createTd(TestTdx.KEY);
    long params = host.params();
    Bytes.put64(host.memory.page(params), 8, 7 | 1 << 15);
    host.must(Seamcall.TDH_MNG_INIT, tdr, params);
    TdVcpu vcpu = host.module.vcpu(host.vcpu(tdr));
    int held = 0;
    for (String[] row : rows(7)) {
      for (String name : row[0].split(",? |/")) {
        if (!name.isBlank() && !row[0].equals("register") && !row[0].startsWith("-")) {
          register(name.strip(), row[1], vcpu);
          held++;
        }
      }
    }
    assertEquals(29, held);
    assertEquals(0, vcpu.cpu.idtLimit);
    assertTrue(vcpu.cpu.ldt.unusable);
    assertEquals(0xb, vcpu.cpu.tr.type);
  }

  private static void register(String name, String value, TdVcpu vcpu) {
    CpuState cpu = vcpu.cpu;
    long first = first(value, name);
    long got =
        switch (name) {
          case "RAX", "RBX", "RCX", "RDX", "RSI", "R8" -> cpu.gpr[Gpr.number(name.toLowerCase())];
          case "RIP" -> cpu.rip;
          case "RFLAGS" -> cpu.rflags;
          case "CR0" -> cpu.cr0;
          case "CR4" -> cpu.cr4;
          case "EFER" -> cpu.efer;
          case "CS" -> access(cpu.segments[CpuState.CS]);
          case "DS" -> access(cpu.segments[CpuState.DS]);
          case "ES" -> access(cpu.segments[CpuState.ES]);
          case "FS" -> access(cpu.segments[CpuState.FS]);
          case "GS" -> access(cpu.segments[CpuState.GS]);
          case "SS" -> access(cpu.segments[CpuState.SS]);
          case "LDTR" -> cpu.ldt.limit;
          case "TR" -> cpu.tr.limit;
          case "GDTR" -> cpu.gdtLimit;
          case "DR6" -> cpu.dr6;
          case "DR7" -> cpu.dr7;
          case "XCR0" -> vcpu.xcr0;
          case "PAT" -> vcpu.msr(0x277);
          case "IA32_FMASK" -> vcpu.msr(0xc000_0084);
          case "PERF_GLOBAL_CTRL" -> vcpu.msr(0x38f);
          case "IA32_LBR_DEPTH" -> vcpu.msr(0x14cf);
          case "other" -> cpu.gpr[Gpr.R9] | cpu.gpr[Gpr.R15] | cpu.gpr[CpuState.RDI];
          case "GPRs" -> cpu.gpr[CpuState.RBP] | cpu.gpr[CpuState.RSP];
          default -> throw new IllegalArgumentException(name);
        };
    assertEquals(Long.toHexString(first), Long.toHexString(got), name);
  }

  /** The number of a cell that is a register's: of segments the access rights. */
  private static long first(String value, String name) {
    return switch (name) {
      case "RBX" -> 48;
      case "RCX", "R8" -> 0x80_9000;
      case "RDX" -> 0x806f8;
      case "CR4", "DR7" -> hex(value.split("/")[1]);
      default -> value.contains("AR 0xC0") ? hex(value.split("AR ")[1]) : hex(value);
    };
  }

  private static long hex(String text) {
    Matcher number = Pattern.compile("0x([0-9A-Fa-f]+)|(\\d+)").matcher(text);
    assertTrue(number.find(), text);
    return number.group(1) == null
        ? Long.parseLong(number.group(2))
        : Long.parseUnsignedLong(number.group(1), 16);
  }

  /** Access rights as the VMCS has them; base 0 and the limit that the row says are held too. */
  private static long access(Segment segment) {
    assertEquals(0, segment.base);
    assertEquals(0xffff_ffffL, segment.limit);
    return segment.type
        | (segment.s ? 1 << 4 : 0)
        | segment.dpl << 5
        | (segment.present ? 1 << 7 : 0)
        | (segment.db ? 1 << 14 : 0)
        | (segment.g ? 1 << 15 : 0);
  }
}
