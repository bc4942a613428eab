package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.KvmExit;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/** The words that a filter may have, by kind: what an editor offers. */
public final class FilterWords {
  private FilterWords() {}

  /** Kinds: field, relation, call, errno, exit, family. */
  public static Map<String, List<String>> byKind() {
    Map<String, List<String>> words = new LinkedHashMap<>();
    List<String> fields = new ArrayList<>(FilterFields.names());
    paths().forEach(path -> fields.add("arg." + path));
    words.put("field", fields);
    words.put("relation", List.of("under", "has"));
    words.put("call", Catalog.calls().stream().map(FilterWords::call).distinct().toList());
    words.put("errno", List.of(Errno.values()).stream().map(Enum::name).toList());
    words.put("exit", List.of(KvmExit.values()).stream().map(Enum::name).toList());
    words.put("family", List.of(Family.values()).stream().map(Family::label).toList());
    return words;
  }

  /** Names with dots are quoted. */
  private static String call(Call row) {
    return row.label().matches("\\w+") ? row.label() : '"' + row.label() + '"';
  }

  private static TreeSet<String> paths() {
    TreeSet<String> paths = new TreeSet<>();
    for (Call call : Catalog.calls()) {
      call.in().stream().map(Field::name).forEach(paths::add);
      call.out().stream().map(Field::name).forEach(paths::add);
    }
    for (StructLayout layout : Structs.all()) {
      for (StructField field : layout.fields()) {
        if (field.name().matches("[\\w.]+")) {
          paths.add(field.name());
        }
      }
    }
    return paths;
  }
}
