package seamtape.sim.tdx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import seamtape.catalog.TdxMetadata;
import seamtape.catalog.TextTable;

/**
 * A metadata field of the module, of a TD or of a vCPU.
 *
 * @param id of the first element; the id of the k-th is k more
 * @param elements that the field has in all
 * @param masks read and write for each {@link Metadata.Caller}: read at 2 x ordinal, write after it
 */
record MetadataField(
    Metadata.Scope scope,
    String name,
    long id,
    int bytes,
    int elements,
    long[] masks,
    String since) {
  /** Class code (61:56) and field code (23:0): what an id is looked up by. */
  private static final long KEY = FieldValues.KEY;

  static final String CPUID_VALUES = "CPUID_VALUES";

  /** The fields of a scope that a version of the module has, by class code and field code. */
  static List<MetadataField> of(Metadata.Scope scope, TdxModuleVersion version) {
    List<MetadataField> fields = new ArrayList<>();
    for (String[] words : TdxMetadata.rows()) {
      if (words[0].equals(scope.name()) && has(version, words[11])) {
        fields.add(field(scope, words));
      }
    }
    fields.sort(Comparator.comparingLong(MetadataField::key));
    return List.copyOf(fields);
  }

  private static boolean has(TdxModuleVersion version, String since) {
    return switch (since) {
      case "1.0" -> true;
      case "1.5.01" -> version.is15();
      default -> version == TdxModuleVersion.V1_5;
    };
  }

  private static MetadataField field(Metadata.Scope scope, String[] words) {
    long[] masks = new long[6];
    for (int i = 0; i < masks.length; i++) {
      masks[i] = TextTable.number(words[5 + i]);
    }
    return new MetadataField(
        scope,
        words[1],
        TextTable.number(words[2]),
        TextTable.u32(words[3]),
        TextTable.u32(words[4]),
        masks,
        words[11]);
  }

  long key() {
    return id & KEY;
  }

  static long key(long anyId) {
    return anyId & KEY;
  }

  /** Code of the last element. CPUID_VALUES encode leaf and subleaf in 17 bits instead. */
  long lastKey() {
    return key() + (name.equals(CPUID_VALUES) ? 0x1_ffff : elements - 1);
  }

  long readMask(Metadata.Caller caller) {
    return masks[2 * caller.ordinal()];
  }

  long writeMask(Metadata.Caller caller) {
    return masks[2 * caller.ordinal() + 1];
  }
}
