package seamtape.catalog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The struct layouts of the Linux UAPI, read once from the resource {@code structs.txt}. */
public final class Structs {
  private static final Map<String, StructLayout> BY_NAME = load();

  private Structs() {}

  public static Optional<StructLayout> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /**
   * The layout of a struct that the catalog names.
   *
   * @throws IllegalArgumentException for a name without a layout
   */
  public static StructLayout of(String name) {
    return find(name).orElseThrow(() -> new IllegalArgumentException("no layout of " + name));
  }

  public static Collection<StructLayout> all() {
    return Collections.unmodifiableCollection(BY_NAME.values());
  }

  private static Map<String, StructLayout> load() {
    Map<String, StructLayout> layouts = new LinkedHashMap<>();
    StructField value = new StructField("value", 0, 8, "u64", 1, -1, 0);
    layouts.put("u64", new StructLayout("u64", 8, List.of(value)));
    try (InputStream in = Structs.class.getResourceAsStream("/seamtape/structs.txt");
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      read(reader, layouts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return layouts;
  }

  private static void read(BufferedReader reader, Map<String, StructLayout> layouts)
      throws IOException {
    String name = null;
    int size = 0;
    List<StructField> fields = new ArrayList<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith("#")) {
        continue;
      }
      String[] words = line.trim().split(" ");
      if (words[0].equals("struct") && words.length == 3) {
        if (name != null) {
          layouts.put(name, new StructLayout(name, size, fields));
        }
        name = words[1];
        size = Integer.parseInt(words[2]);
        fields.clear();
      } else {
        fields.add(field(words));
      }
    }
    layouts.put(name, new StructLayout(name, size, fields));
  }

  private static StructField field(String[] words) {
    String type = words[3];
    int offset = Integer.parseInt(words[1]);
    int size = Integer.parseInt(words[2]);
    if (type.indexOf(':') >= 0) {
      String[] bits = type.split(":");
      int first = Integer.parseInt(bits[1]);
      return new StructField(words[0], offset, size, bits[0], 1, first, Integer.parseInt(bits[2]));
    }
    int bracket = type.indexOf('[');
    if (bracket < 0) {
      return new StructField(words[0], offset, size, type, 1, -1, 0);
    }
    String count = type.substring(bracket + 1, type.length() - 1);
    int elements = count.isEmpty() ? 0 : Integer.parseInt(count);
    return new StructField(words[0], offset, size, type.substring(0, bracket), elements, -1, 0);
  }
}
