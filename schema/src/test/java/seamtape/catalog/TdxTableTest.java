package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the TDX rows, statuses and states against their tables. */
class TdxTableTest {
  private static final Pattern REGISTER =
      Pattern.compile("\\b(R(?:AX|CX|DX|BX|SI|DI|8|9|1[0-5]))\\b(?:-\\b(R1[0-5])\\b)?");

  static Stream<Map<String, String>> seamcalls() {
    return Tables.csv("tdx-seamcall-leaves.csv").stream();
  }

  static Stream<Map<String, String>> tdcalls() {
    return Tables.csv("tdx-tdcall-leaves.csv").stream();
  }

  static Stream<Map<String, String>> tdvmcalls() {
    return Tables.csv("tdvmcall.csv").stream();
  }

  static Stream<Map<String, String>> statuses() {
    return Tables.csv("tdx-status-codes.csv").stream();
  }

  private static Seamcall seamcall(Map<String, String> row) {
    return Seamcall.valueOf(row.get("name").replace("P-SEAMLDR ", "").replace('.', '_'));
  }

  private static Tdcall tdcall(Map<String, String> row) {
    return Tdcall.valueOf(row.get("name").replace('.', '_'));
  }

  @Test
  void everyLeafHasARowAndNoMore() {
    assertEquals(74, seamcalls().map(TdxTableTest::seamcall).distinct().count());
    assertEquals(74 + 1, Seamcall.values().length);
    assertEquals(21, tdcalls().map(TdxTableTest::tdcall).distinct().count());
    assertEquals(21 + 1, Tdcall.values().length);
    assertEquals(16, tdvmcalls().count());
    assertEquals(16 + 1, Tdvmcall.values().length);
  }

  @ParameterizedTest
  @MethodSource("seamcalls")
  void seamcallIsTheTables(Map<String, String> row) {
    Seamcall leaf = seamcall(row);
    long rax = Long.parseUnsignedLong(row.get("leaf"));
    assertEquals(leaf, Seamcall.of(rax));
    assertEquals(leaf, Seamcall.of(rax | 1L << 16));
    assertEquals(row.get("name").replace("P-SEAMLDR ", ""), leaf.label());
    assertEquals(row.get("module_since"), leaf.since());
    boolean second = row.get("versions").matches("0,1|.*; 1 adds.*");
    assertEquals(second ? 1 : 0, leaf.version());
    assertEquals(states(row.get("allowed_td_op_states(module 1.5.01)")), leaf.opStates());
    compareRegisters(row.get("input_registers(RAX=leaf|version<<16)"), leaf.in());
    compareRegisters(row.get("output_registers"), leaf.out());
  }

  @ParameterizedTest
  @MethodSource("tdcalls")
  void tdcallIsTheTables(Map<String, String> row) {
    Tdcall leaf = tdcall(row);
    assertEquals(leaf, Tdcall.of(Long.parseLong(row.get("leaf"))));
    assertEquals(row.get("name"), leaf.label());
    assertEquals(row.get("versions").equals("0,1") ? 1 : 0, leaf.version());
    assertEquals(states(row.get("allowed_td_op_states(where listed)")), leaf.opStates());
    compareRegisters(row.get("input_registers(RAX=leaf|version<<16)"), leaf.in());
    compareRegisters(row.get("output_registers"), leaf.out());
    assertTrue(
        Tables.text("tdx-common-status.md")
            .contains("| " + row.get("leaf") + " | " + row.get("name") + " | " + leaf.since()));
  }

  private static Set<TdOpState> states(String names) {
    return Stream.of(names.split("\\|"))
        .filter(name -> !name.isEmpty())
        .map(TdOpState::valueOf)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(TdOpState.class)));
  }

  /** A table cell that trails off ("R8...", "RCX..") means at least the registers it names. */
  private static void compareRegisters(String cell, List<Field> fields) {
    Set<String> table = new TreeSet<>();
    Matcher matcher = REGISTER.matcher(cell.replace("initial guest RCX", ""));
    while (matcher.find()) {
      addRange(matcher.group(1), matcher.group(2), table);
    }
    table.remove("rax");
    Set<String> row =
        fields.stream()
            .map(Field::name)
            .filter(name -> !name.equals("rax") && !name.equals("ret"))
            .filter(name -> !name.startsWith("copied_") && !name.startsWith("data"))
            .collect(Collectors.toCollection(TreeSet::new));
    if (cell.contains("..") || cell.contains("other masked GPRs")) {
      assertTrue(row.containsAll(table), cell + " " + row);
    } else {
      assertEquals(table, row, cell);
    }
  }

  private static void addRange(String first, String last, Set<String> into) {
    into.add(first.toLowerCase(java.util.Locale.ROOT));
    if (last != null) {
      int end = Integer.parseInt(last.substring(1));
      for (int i = Integer.parseInt(first.substring(1)); i <= end; i++) {
        into.add("r" + i);
      }
    }
  }

  @Test
  void theStateMatrixAllowsWhatTheRowsAllow() {
    int rows = 0;
    for (Map<String, String> row : Tables.csv("tdx-op-state-matrix.csv")) {
      int number = Integer.parseInt(row.get("leaf"));
      Set<TdOpState> allowed =
          row.get("instruction").equals("SEAMCALL")
              ? Seamcall.of(number).opStates()
              : Tdcall.of(number).opStates();
      for (TdOpState state : TdOpState.values()) {
        assertEquals(row.get(state.name()).equals("1"), allowed.contains(state), row + " " + state);
      }
      rows++;
    }
    long restricted =
        Stream.of(Seamcall.values()).filter(leaf -> !leaf.opStates().isEmpty()).count()
            + Stream.of(Tdcall.values()).filter(leaf -> !leaf.opStates().isEmpty()).count();
    assertEquals(rows, restricted);
  }

  @ParameterizedTest
  @MethodSource("tdvmcalls")
  void tdvmcallIsTheTables(Map<String, String> row) {
    boolean vendor = row.get("code").isEmpty();
    Tdvmcall call = vendor ? Tdvmcall.of(1, 0) : Tdvmcall.of(0, Integer.parseInt(row.get("code")));
    String name =
        row.get("name").replaceFirst(" \\(.*", "").replace("vendor hypercall", "VendorHypercall");
    assertEquals(name, call.label());
    if (!vendor) {
      assertEquals(Tables.hex(row.get("code_hex")), call.number());
    }
    Set<String> named = new TreeSet<>();
    Matcher matcher = REGISTER.matcher(row.get("input(besides R10=0,R11=code)"));
    while (matcher.find()) {
      addRange(matcher.group(1), matcher.group(2), named);
    }
    Set<String> in = call.in().stream().map(Field::name).collect(Collectors.toSet());
    assertTrue(in.containsAll(named), named + " " + in);
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void statusIsTheTables(Map<String, String> row) {
    long value = Long.parseUnsignedLong(row.get("value").substring(2), 16);
    if (row.get("class").startsWith("TDVMCALL")) {
      TdvmcallStatus status = TdvmcallStatus.valueOf(row.get("name"));
      assertEquals(value, status.value());
      assertEquals(row.get("meaning"), "R10: " + status.meaning());
      return;
    }
    if (row.get("name").contains("(mask)")) {
      assertEquals(TdxStatusClass.SOFTWARE, TdxStatusClass.of(value).orElseThrow());
      return;
    }
    String name = row.get("name").replace(" (linux 7.3 header value)", "");
    TdxStatus status = TdxStatus.of(value).orElseThrow();
    assertEquals(name, status.name());
    assertEquals(Tables.hex(row.get("class_code")), status.statusClass().code());
    assertEquals(Tables.hex(row.get("detail_code")), status.detail());
    if (!row.get("name").contains("(")) {
      assertEquals(value, status.value());
      assertEquals(row.get("meaning"), status.meaning());
    }
  }

  @Test
  void everyStatusAndOperandIsInTheTables() {
    long plain =
        statuses()
            .filter(row -> !row.get("name").contains("("))
            .filter(row -> !row.get("class").startsWith("TDVMCALL"))
            .count();
    assertEquals(plain, TdxStatus.values().length);
    List<Map<String, String>> operands = Tables.csv("tdx-operand-ids.csv");
    assertEquals(operands.size(), TdxOperand.values().length);
    for (Map<String, String> row : operands) {
      TdxOperand operand = TdxOperand.valueOf(row.get("name").replace("OPERAND_ID_", ""));
      assertEquals(Integer.parseInt(row.get("id")), operand.id());
    }
  }

  @Test
  void statesHaveTheTablesValues() {
    Map<String, Map<String, Integer>> states = new HashMap<>();
    states.put(
        "TD lifecycle state (TDR)", values(TdLifecycleState.values(), TdLifecycleState::value));
    states.put("TD op state (TDCS)", values(TdOpState.values(), TdOpState::value));
    states.put("VCPU state (TDVPS)", values(TdVcpuState.values(), TdVcpuState::value));
    states.put("PAMT page type", values(PamtPageType.values(), PamtPageType::value));
    states.put("PAMT size", values(PamtPageSize.values(), PamtPageSize::value));
    states.put(
        "SEPT entry state (info RDX bits 15:8)",
        values(SeptEntryState.values(), SeptEntryState::value));
    states.put("SEPT internal encoding 1.5", values(SeptEncoding.values(), SeptEncoding::value));
    states.put(
        "TDX module global state (metadata/Linux)",
        values(TdxModuleState.values(), TdxModuleState::value));
    Map<String, Map<String, Integer>> table = new HashMap<>();
    for (Map<String, String> row : Tables.csv("tdx-state-enums.csv")) {
      table
          .computeIfAbsent(row.get("group"), group -> new HashMap<>())
          .put(row.get("name"), Integer.decode(row.get("value")));
    }
    assertEquals(table, states);
  }

  private static <E extends Enum<E>> Map<String, Integer> values(
      E[] constants, java.util.function.ToIntFunction<E> value) {
    Map<String, Integer> map = new HashMap<>();
    for (E constant : constants) {
      map.put(constant.name(), value.applyAsInt(constant));
    }
    return map;
  }

  @Test
  void statusWordsReadAsTheSpecificationWritesThem() {
    List<String> texts = new ArrayList<>();
    long[] words = {
      0,
      77,
      TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.RCX),
      0xc000010000000000L,
      0x8000ff00ffff0000L,
      0x4000000200000000L,
      0x8000120000000000L,
      0x8000020000000092L
    };
    for (long word : words) {
      texts.add(TdxStatus.text(word));
    }
    assertEquals(
        List.of(
            "TDX_SUCCESS",
            "TDX_SUCCESS(77)",
            "TDX_OPERAND_INVALID(RCX)",
            "TDX_OPERAND_INVALID(RAX)",
            "TDX_SEAMCALL_VMFAILINVALID",
            "TDX_NON_RECOVERABLE_TD",
            "TDX_?(0x8000120000000000)",
            "TDX_OPERAND_BUSY(SEPT_TREE)"),
        texts);
  }

  @Test
  void aStatusWordIsTakenApart() {
    TdxStatusWord word = TdxStatusWord.of(0xc000010000000046L);
    assertEquals(TdxStatus.TDX_OPERAND_INVALID, word.status().orElseThrow());
    assertEquals(TdxStatusClass.INVALID_OPERAND, word.statusClass().orElseThrow());
    assertEquals(TdxOperand.TSC_FREQUENCY, word.operand().orElseThrow());
    assertTrue(word.error() && word.nonRecoverable() && !word.fatal());
    TdxStatusWord exit = TdxStatusWord.of(0x6000000200000001L);
    assertTrue(exit.fatal() && exit.operand().isEmpty() && exit.low() == 1);
    TdxStatusWord strange = TdxStatusWord.of(0x9000120000000000L);
    assertTrue(strange.status().isEmpty() && strange.hostRecoverabilityHint());
  }

  @Test
  void unknownLeavesAndSubFunctionsAreKeptRaw() {
    assertEquals(Seamcall.SEAMCALL_UNKNOWN, Seamcall.of(47));
    assertEquals(Tdcall.TDCALL_UNKNOWN, Tdcall.of(13));
    assertEquals(Tdvmcall.TDVMCALL_UNKNOWN, Tdvmcall.of(0, 0x1234567890L));
    assertEquals(Tdvmcall.TDVMCALL_VENDOR, Tdvmcall.of(12, 0));
  }
}
