package seamtape.sim.marshal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Seamcall;

/** Rows S13 and S16: registers and structs, held against fixtures/abi/tdx-versions.md. */
class MarshallingTest {
  private static final List<ArgsLayout> COLUMNS =
      List.of(
          ArgsLayout.TDX_HYPERCALL_ARGS_6_2,
          ArgsLayout.TDX_HYPERCALL_ARGS_6_3,
          ArgsLayout.TDX_MODULE_OUTPUT,
          ArgsLayout.TDX_MODULE_ARGS);

  /** The rows of a table of the given document, from its line of heads on. */
  private static List<String[]> table(String head) throws IOException {
    Path file = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/tdx-versions.md");
    List<String[]> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(file)) {
      inside = inside ? line.startsWith("|") : line.startsWith(head);
      if (inside && !line.startsWith(head) && !line.startsWith("|---")) {
        rows.add(line.substring(1).trim().split(" *\\| *"));
      }
    }
    return rows;
  }

  @TestFactory
  List<DynamicTest> s16EveryLayoutHasItsRegistersWhereTheTableHasThem() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String[] row : table("| field |")) {
      int register = Gpr.number(row[0].trim());
      for (int column = 0; column < COLUMNS.size(); column++) {
        ArgsLayout layout = COLUMNS.get(column);
        int expected = row[column + 1].equals("–") ? -1 : Integer.parseInt(row[column + 1]);
        String name = row[0] + " in struct " + layout + " " + layout.size();
        tests.add(
            DynamicTest.dynamicTest(name, () -> assertEquals(expected, layout.offset(register))));
      }
    }
    assertEquals(13 * COLUMNS.size(), tests.size());
    return tests;
  }

  @Test
  void s16TheRegisterNumbersAreThoseOfTheTable() throws IOException {
    String[] names = table("| idx |").get(0);
    for (int register = 0; register < Gpr.COUNT; register++) {
      assertEquals(names[register + 1], Gpr.name(register));
    }
  }

  @Test
  void s16InTheRegisterIndexLayoutEveryRegisterLiesAtItsNumberTimesEight() {
    ArgsLayout layout = ArgsLayout.TDX_MODULE_ARGS_REGINDEX;
    for (int register = 0; register < Gpr.COUNT; register++) {
      assertEquals(register * 8, layout.offset(register));
    }
    assertEquals(128, layout.size());
    assertTrue(layout.isRegisterFile());
    assertFalse(ArgsLayout.TDX_MODULE_ARGS.isRegisterFile());
    for (int unused : List.of(Gpr.RAX, Gpr.RSP, Gpr.RBP)) {
      assertFalse(layout.carries(unused));
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "rcx 0, rdx 16 | struct edited: rdx lies at 8, not at 16",
        "rcx 0, rcx 8 | struct edited: rcx is there twice",
        "rcx 0, rip 8 | struct edited: rip is no register",
        "rcx 0, rdx 8 | struct edited: rax must lie at 0 x 8 as in the vCPU's register file, not at -1",
        "rax_unused 0, rdx 8, rcx 16 | struct edited: rcx must lie at 1 x 8 as in the vCPU's register"
            + " file, not at 16",
      })
  void s16AWrongEditOfTheRegisterIndexLayoutFailsLoudly(String members, String message) {
    var thrown =
        assertThrows(
            IllegalStateException.class,
            () -> ArgsLayout.of("edited", members).checkRegisterIndex());
    assertEquals(message, thrown.getMessage());
  }

  @Test
  void s16RegistersThatKvmCopiesAsOneMustLieTogether() {
    ArgsLayout apart = ArgsLayout.of("edited", "r8 0, rcx 8, r9 16");
    assertThrows(IllegalStateException.class, () -> apart.checkContiguous(Gpr.R8, Gpr.R9));
  }

  @ParameterizedTest(name = "{0} loads {1} and stores {2}")
  @CsvSource({"PLAIN, 6, 0", "RET, 6, 6", "SAVED_RET, 13, 13"})
  void s13EachShapeMovesAsManyRegistersAsTheTableSays(CallShape shape, int loads, int stores) {
    ModuleArgs args = new ModuleArgs(ArgsLayout.TDX_MODULE_ARGS);
    long[] cpu = new long[Gpr.COUNT];
    assertEquals(loads, args.load(shape, cpu));
    assertEquals(stores, args.store(shape, cpu));
  }

  @Test
  void s13AfterAPlainCallTheStructStillHoldsItsInputs() {
    ModuleArgs args = new ModuleArgs(ArgsLayout.TDX_MODULE_ARGS);
    args.set(Gpr.RCX, 7);
    long[] cpu = new long[Gpr.COUNT];
    args.load(CallShape.PLAIN, cpu);
    assertEquals(7, cpu[Gpr.RCX]);
    cpu[Gpr.RCX] = 9;
    args.store(CallShape.PLAIN, cpu);
    assertEquals(7, args.get(Gpr.RCX));
    args.store(CallShape.RET, cpu);
    assertEquals(9, args.get(Gpr.RCX));
  }

  @Test
  void s13TheSavedShapeAloneCarriesTheCalleeSavedRegisters() {
    ModuleArgs args = new ModuleArgs(ArgsLayout.TDX_MODULE_ARGS);
    long[] cpu = new long[Gpr.COUNT];
    for (int register : List.of(Gpr.RBX, Gpr.RDI, Gpr.RSI, Gpr.R12, Gpr.R15)) {
      args.set(register, 0x100 + register);
      args.load(CallShape.RET, cpu);
      assertEquals(0, cpu[register]);
      args.load(CallShape.SAVED_RET, cpu);
      assertEquals(0x100 + register, cpu[register]);
    }
  }

  @Test
  void s16TheRegisterFileIsTheStructAndAnotherLayoutIsCopied() {
    long[] file = new long[Gpr.COUNT];
    for (int register = 0; register < Gpr.COUNT; register++) {
      file[register] = 0x1000 + register;
    }
    ModuleArgs view = new ModuleArgs(ArgsLayout.TDX_MODULE_ARGS_REGINDEX, file);
    ModuleArgs copy = new ModuleArgs(ArgsLayout.TDX_MODULE_ARGS);
    assertEquals(13, copy.copyFrom(file));
    long[] fromView = new long[Gpr.COUNT];
    long[] fromCopy = new long[Gpr.COUNT];
    view.load(CallShape.SAVED_RET, fromView);
    copy.load(CallShape.SAVED_RET, fromCopy);
    assertArrayEquals(fromView, fromCopy);
    assertThrows(
        IllegalArgumentException.class, () -> new ModuleArgs(ArgsLayout.TDX_MODULE_ARGS, file));
  }

  @Test
  void s13TheFieldsOfARecordedCallAreTheRegistersTheirNamesSay() {
    LeafFields fields = new LeafFields(Seamcall.TDH_MNG_CREATE, Gpr.RAX);
    long[] cpu = new long[Gpr.COUNT];
    cpu[Gpr.RAX] = 9;
    cpu[Gpr.RCX] = 0x1000;
    cpu[Gpr.RDX] = 33;
    assertArrayEquals(new long[] {9, 0x1000, 33}, fields.in(cpu));
    assertArrayEquals(new long[] {9}, fields.out(cpu));
  }
}
