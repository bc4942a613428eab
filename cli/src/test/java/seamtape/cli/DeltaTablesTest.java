package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Msr;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.symbols.DecodedFields;

/** The tables of fixtures/abi, row by row, against what the workloads of the differences show. */
class DeltaTablesTest {
  private static final Path ABI = Path.of(System.getProperty("seamtape.root"), "fixtures/abi");

  /** A version from 6.3 to 7.3 in the text of a rule, or the sign of a difference. */
  private static final Pattern MARK =
      Pattern.compile("Δ|\\b(6\\.(?:[3-9]|1[0-9])|7\\.[0-3])\\b\\+?");

  private static final int SHOWN = 30;

  private static final List<String> REGISTERS = List.of("eax", "ebx", "ecx", "edx");

  @TempDir Path dir;

  /** A sentence of sections 0 to 4 that speaks of a version, by where it stands and its words. */
  private static List<String> marks() throws Exception {
    List<String> found = new ArrayList<>();
    String section = "";
    for (String line : Files.readAllLines(ABI.resolve("behaviour.md"))) {
      section = line.startsWith("## ") ? line.substring(3, 4) : section;
      if (!section.isEmpty() && section.compareTo("5") < 0) {
        Matcher mark = MARK.matcher(line);
        while (mark.find()) {
          int end = Math.min(line.length(), mark.start() + SHOWN);
          found.add(section + " " + line.substring(mark.start(), end).strip());
        }
      }
    }
    return found;
  }

  @Test
  void everyMarkOfTheRulesHasAWorkloadOrAReason() throws Exception {
    List<String> told = Deltas.marks().stream().map(row -> row[0] + " " + row[1]).toList();
    assertEquals(marks(), told);
  }

  @Test
  void everyMarkThatNamesAWorkloadIsShownByItsRows() throws Exception {
    List<String> missing = new ArrayList<>();
    for (String[] row : Deltas.marks()) {
      boolean shown =
          Deltas.rows().stream()
              .anyMatch(delta -> delta.workload().equals(row[2]) && delta.call().equals(row[3]));
      boolean excused = row[2].isEmpty() && !row[4].isBlank();
      if (!shown && !excused) {
        missing.add(String.join("|", row));
      }
    }
    assertEquals(List.of(), missing);
  }

  @ParameterizedTest
  @CsvSource({"delta-msrs, 7", "delta-msrs-amd, 8"})
  void theMsrsThatCameAndWentAreThoseOfTheTable(String workload, int condition) throws Exception {
    for (String list : List.of("feature", "KVM_GET_MSR_INDEX_LIST")) {
      boolean feature = list.equals("feature");
      String call = feature ? "KVM_GET_MSR_FEATURE_INDEX_LIST" : list;
      for (int line = 1; line < Deltas.LINES.size(); line++) {
        Set<String> before = recorded(workload, Deltas.LINES.get(line - 1), call);
        Set<String> after = recorded(workload, Deltas.LINES.get(line), call);
        Map<String, String> expected = new TreeMap<>();
        for (String[] cell : table("cpu-msrs.csv")) {
          boolean was = has(cell, condition, line - 1);
          boolean is = has(cell, condition, line);
          if (was != is && feature == cell[0].equals("feature")) {
            expected.put(cell[1], is ? "came" : "went");
          }
        }
        assertEquals(expected, changes(before, after), call + " " + Deltas.LINES.get(line));
      }
    }
  }

  /** What KVM masks of a register of the CPU: bits that come with a line come in the recording. */
  @ParameterizedTest
  @CsvSource({"delta-cpuid, intel", "delta-cpuid-amd, amd"})
  void theBitsOfCpuidThatCameAreThoseOfTheTable(String workload, String vendor) throws Exception {
    Map<String, Integer> host = host(vendor);
    Map<String, Integer> upToOthers = upToOthers();
    int shown = 0;
    for (int line = 1; line < Deltas.LINES.size(); line++) {
      Map<String, Integer> before = cpuid(workload, Deltas.LINES.get(line - 1));
      Map<String, Integer> after = cpuid(workload, Deltas.LINES.get(line));
      Map<String, int[]> rows = masks(line);
      Map<String, int[]> older = masks(line - 1);
      for (String register : rows.keySet()) {
        int differs = before.getOrDefault(register, 0) ^ after.getOrDefault(register, 0);
        int[] row = rows.get(register);
        // A register that the older line has without a row, it masks by a rule of its own.
        boolean unmasked = !older.containsKey(register) && before.getOrDefault(register, 0) != 0;
        int[] old = unmasked ? row : older.getOrDefault(register, new int[3]);
        int cpu = host.getOrDefault(register, 0);
        int came = (row[0] & cpu | row[1]) ^ (old[0] & cpu | old[1]);
        boolean there = before.containsKey(register) || after.containsKey(register);
        int expected = there ? came & ~upToOthers.getOrDefault(register, 0) : 0;
        assertEquals(expected, differs & expected, register + " " + Deltas.LINES.get(line));
        shown += Integer.bitCount(expected);
      }
    }
    assertNotEquals(0, shown);
  }

  /** Of a kernel line: what is left of the host's bits, always set, and up to others. */
  private static Map<String, int[]> masks(int line) throws Exception {
    String kernel = Deltas.LINES.get(line).substring("linux-".length());
    Map<String, int[]> masks = new TreeMap<>();
    for (String[] cell : table("cpu-kvm-cpuid.csv")) {
      if (cell[0].startsWith(kernel)) {
        int[] row = {bits(cell[4]), bits(cell[6]), bits(cell[5]) | bits(cell[7])};
        masks.put(register(cell[1], cell[2], cell[3]), row);
      }
    }
    return masks;
  }

  /** Bits that the vendor's module or the kernel decides on one of the lines. */
  private static Map<String, Integer> upToOthers() throws Exception {
    Map<String, Integer> bits = new TreeMap<>();
    for (int line = 0; line < Deltas.LINES.size(); line++) {
      masks(line).forEach((register, row) -> bits.merge(register, row[2], (a, b) -> a | b));
    }
    return bits;
  }

  private static int bits(String cell) {
    return cell.startsWith("0x") ? Long.decode(cell).intValue() : 0;
  }

  private static Map<String, Integer> host(String vendor) throws Exception {
    Map<String, Integer> registers = new TreeMap<>();
    for (String[] cell : table("cpu-cpuid.csv")) {
      for (int i = 0; i < REGISTERS.size() && cell[0].equals(vendor); i++) {
        String name = register(cell[1], cell[2], REGISTERS.get(i));
        registers.put(name, Long.decode(cell[3 + i]).intValue());
      }
    }
    return registers;
  }

  private Map<String, Integer> cpuid(String workload, String profile) throws Exception {
    Map<String, Object> fields = returned(workload, profile, "KVM_GET_SUPPORTED_CPUID");
    Map<String, Integer> registers = new TreeMap<>();
    for (int i = 0; fields.containsKey("kvm_cpuid2.entries[" + i + "].function"); i++) {
      String entry = "kvm_cpuid2.entries[" + i + "].";
      String leaf = fields.get(entry + "function").toString();
      String subleaf = fields.get(entry + "index").toString();
      for (String name : REGISTERS) {
        int value = Long.decode(fields.get(entry + name).toString()).intValue();
        registers.put(register(leaf, subleaf, name), value);
      }
    }
    assertFalse(registers.isEmpty(), workload);
    return registers;
  }

  private static String register(String leaf, String subleaf, String name) {
    int index = subleaf.isEmpty() ? 0 : Integer.decode(subleaf);
    return "0x" + Long.toHexString(Long.decode(leaf)) + "." + index + "." + name;
  }

  /** The CPU has the MSR, and the kernel line lists it. */
  private static boolean has(String[] cell, int condition, int line) {
    boolean later = cell[condition].equals("6.2 0; 6.12+ 1") && line > 0;
    return (later || cell[condition].startsWith("1")) && !cell[3 + line].isEmpty();
  }

  private static Map<String, String> changes(Set<String> before, Set<String> after) {
    Map<String, String> changes = new TreeMap<>();
    after.stream().filter(msr -> !before.contains(msr)).forEach(msr -> changes.put(msr, "came"));
    before.stream().filter(msr -> !after.contains(msr)).forEach(msr -> changes.put(msr, "went"));
    return changes;
  }

  /** The elements of the list that a call of the workload's recording gave. */
  private Set<String> recorded(String workload, String profile, String call) throws Exception {
    Set<String> list = new TreeSet<>();
    for (Map.Entry<String, Object> field : returned(workload, profile, call).entrySet()) {
      String value = field.getValue().toString();
      if (field.getKey().endsWith("indices")) {
        // A long list is shown as its bytes.
        for (int at = 0; at < value.length(); at += 8) {
          list.add(number("0x" + reversed(value.substring(at, at + 8))));
        }
      } else if (field.getKey().contains("indices[")) {
        list.add(number(value));
      }
    }
    assertFalse(list.isEmpty(), call);
    return list;
  }

  private static String reversed(String bytes) {
    StringBuilder word = new StringBuilder();
    for (int at = bytes.length() - 2; at >= 0; at -= 2) {
      word.append(bytes, at, at + 2);
    }
    return word.toString();
  }

  /** An MSR's number as the table writes it, from its number or its name in the catalog. */
  private static String number(String shown) {
    boolean name = shown.startsWith("MSR_") || shown.startsWith("HV_");
    long number = name ? Msr.valueOf(shown).index() : Long.decode(shown);
    return "0x" + Long.toHexString(number & 0xffff_ffffL);
  }

  private Map<String, Object> returned(String workload, String profile, String call)
      throws Exception {
    Path file = dir.resolve(workload + "." + profile + ".tape");
    if (!Files.exists(file)) {
      Sessions.record(
          WorkloadFile.read(workload, Map.of()), Simulators.builtIn(), profile, 1, file);
    }
    try (Tape tape = Tape.open(file);
        Cursor cursor = tape.cursor()) {
      Event enter = null;
      while (cursor.next()) {
        boolean asked = cursor.event().call.name().equals(call);
        if (asked && cursor.event().phase == Phase.ENTER) {
          enter = Event.copyOf(cursor.event());
        } else if (asked && enter != null) {
          return DecodedFields.of(cursor.event(), enter);
        }
      }
    }
    throw new IllegalStateException(call + " is not in " + workload);
  }

  /** Cells of a table whose quoted cells may hold commas. */
  private static List<String[]> table(String name) throws Exception {
    return Files.readAllLines(ABI.resolve(name)).stream()
        .skip(1)
        .map(line -> line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1))
        .map(cells -> java.util.Arrays.stream(cells).map(c -> c.replace("\"", "")))
        .map(cells -> cells.toArray(String[]::new))
        .toList();
  }
}
