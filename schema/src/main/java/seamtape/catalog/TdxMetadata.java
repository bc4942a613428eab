package seamtape.catalog;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names of the TDX module's metadata fields by their ids. Which of three tables an id belongs to is
 * the leaf's to say; in a table, class code and field code name a field, and what else is in an id
 * says how it is accessed.
 */
public final class TdxMetadata {
  /** What a field belongs to. */
  public enum Scope {
    SYS("the module", "TDH.SYS.RD, TDG.SYS.RD"),
    TD("a TD", "TDH.MNG.RD and WR, TDG.VM.RD and WR"),
    VP("a vCPU", "TDH.VP.RD and WR, TDG.VP.RD and WR");

    private final String owner;
    private final String leaves;

    Scope(String owner, String leaves) {
      this.owner = owner;
      this.leaves = leaves;
    }

    /** Those that take its ids. */
    public String leaves() {
      return leaves;
    }

    /** In words. */
    public String owner() {
      return owner;
    }
  }

  /**
   * A field.
   *
   * @param id of its first element
   * @param bytes of an element
   * @param since which module
   * @param elements that it has in all; the ids of the next ones follow
   */
  public record Field(Scope scope, String name, long id, int bytes, long elements, String since) {}

  /** Class code (61:56) and field code (23:0). */
  private static final long KEY = 0x3fL << 56 | 0xff_ffff;

  /** Bits 31:24, 49:47, 55 and 62, and the sequence fields 37:34 and 46:38. */
  private static final long MUST_BE_ZERO =
      0xff00_0000L | 7L << 47 | 1L << 55 | 1L << 62 | 0xfL << 34 | 0x1ffL << 38;

  /** Leaf and subleaf are in the field code instead of a number. */
  private static final String CPUID_VALUES = "CPUID_VALUES";

  private static final int CPUID_CODES = 1 << 17;
  private static final String RESOURCE = "tdx-metadata.txt";
  private static final Map<Scope, TreeMap<Long, Field>> FIELDS = new EnumMap<>(Scope.class);

  static {
    for (Scope scope : Scope.values()) {
      FIELDS.put(scope, new TreeMap<>());
    }
    for (String[] words : rows()) {
      long id = Long.parseUnsignedLong(words[2].substring(2), 16);
      long elements = words[1].equals(CPUID_VALUES) ? CPUID_CODES : Long.parseLong(words[4]);
      Scope scope = Scope.valueOf(words[0]);
      FIELDS.get(scope).put(id & KEY, field(scope, words, id, elements));
    }
  }

  private TdxMetadata() {}

  private static Field field(Scope scope, String[] words, long id, long elements) {
    return new Field(scope, words[1], id, Integer.parseInt(words[3]), elements, words[11]);
  }

  /** Bits 54:52, the place in {@link Scope}; ids of any scope may leave them 0. */
  public static int context(long id) {
    return (int) (id >>> 52) & 7;
  }

  /** The words of the table's rows; the columns are named in its head. */
  public static List<String[]> rows() {
    return TextTable.rows(TdxMetadata.class, RESOURCE);
  }

  /** The field that an id names; null for none. */
  public static Field find(Scope scope, long id) {
    Map.Entry<Long, Field> below = FIELDS.get(scope).floorEntry(id & KEY);
    boolean named = below != null && (id & MUST_BE_ZERO) == 0;
    return named && element(below.getValue(), id) < below.getValue().elements
        ? below.getValue()
        : null;
  }

  /** Fields of a name, of any scope. */
  public static List<Field> named(String name) {
    List<Field> found = new ArrayList<>();
    FIELDS.values().forEach(fields -> fields.values().forEach(found::add));
    found.removeIf(field -> !field.name.equalsIgnoreCase(name));
    return found;
  }

  private static long element(Field field, long id) {
    return (id & KEY) - (field.id & KEY);
  }

  /**
   * {@code NOTIFY_ENABLES}, {@code RTMR[3]}, {@code CPUID_VALUES[0x80000008 eax ebx]}; with its hex
   * digits where the id is not quite that of the table, and those alone for what has no name.
   */
  public static String text(Scope scope, long id) {
    Field field = find(scope, id);
    if (field == null) {
      return "0x" + Long.toHexString(id);
    }
    int element = (int) element(field, id);
    String index = field.name.equals(CPUID_VALUES) ? cpuid(element) : String.valueOf(element);
    String name = field.elements > 1 ? field.name + "[" + index + "]" : field.name;
    return id == field.id + element ? name : name + "(0x" + Long.toHexString(id) + ")";
  }

  /** Element (0), subleaf (7:1), no subleaf (8), low bits of the leaf (15:9), its bit 31 (16). */
  private static String cpuid(int code) {
    long leaf = (code >> 16 & 1L) << 31 | code >> 9 & 0x7f;
    String subleaf = (code & 1 << 8) != 0 ? "" : "." + (code >> 1 & 0x7f);
    return "0x" + Long.toHexString(leaf) + subleaf + ((code & 1) == 0 ? " eax ebx" : " ecx edx");
  }
}
