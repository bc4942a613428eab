package seamtape.replayer.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import seamtape.json.Json;

/**
 * Reads Avro object container files, written from the text of the Avro specification 1.11 and
 * sharing nothing with Apache's Java: types, names and defaults come from the schema in the file.
 */
final class AvroFile {
  /** A record: its full name, and its fields in order. */
  record Datum(String name, Map<String, Object> fields) {}

  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final int SYNC = 16;
  private static final int MAX_BLOCK = 1 << 26;

  final Map<String, byte[]> metadata = new LinkedHashMap<>();
  private final Map<String, Map<?, ?>> named = new HashMap<>();
  private final ByteBuffer file;
  private final Object schema;
  private final byte[] sync = new byte[SYNC];
  private ByteBuffer in;

  AvroFile(Path path) throws IOException {
    file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    in = file;
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    require(Arrays.equals(MAGIC, magic), "no container");
    for (long count = count(); count != 0; count = count()) {
      for (long i = 0; i < count; i++) {
        metadata.put(text(), bytes());
      }
    }
    in.get(sync);
    schema = Json.parse(metadata("avro.schema"));
    name(schema, "");
  }

  String metadata(String key) {
    return new String(metadata.get(key), StandardCharsets.UTF_8);
  }

  /** Gives every datum of the file, to its last byte. */
  void forEach(Consumer<Object> each) throws IOException {
    while (file.hasRemaining()) {
      in = file;
      long count = number();
      byte[] block = bytes();
      byte[] after = new byte[SYNC];
      in.get(after);
      require(Arrays.equals(sync, after), "no sync marker after a block");
      in = ByteBuffer.wrap(unpacked(block)).order(ByteOrder.LITTLE_ENDIAN);
      for (long i = 0; i < count; i++) {
        each.accept(datum(schema));
      }
      require(!in.hasRemaining(), "bytes are left in a block");
    }
  }

  private byte[] unpacked(byte[] block) throws IOException {
    String codec = metadata.containsKey("avro.codec") ? metadata("avro.codec") : "null";
    if (codec.equals("null")) {
      return block;
    }
    require(codec.equals("deflate"), "codec " + codec);
    Inflater inflater = new Inflater(true);
    inflater.setInput(block);
    byte[] plain = new byte[MAX_BLOCK];
    try {
      return Arrays.copyOf(plain, inflater.inflate(plain));
    } catch (DataFormatException e) {
      throw new IOException(e);
    } finally {
      inflater.end();
    }
  }

  /** Notes the named types of a schema, so that they can be referred to. */
  private void name(Object type, String space) {
    if (type instanceof List<?> union) {
      union.forEach(branch -> name(branch, space));
    } else if (type instanceof Map<?, ?> map) {
      String inner = space;
      if (map.get("name") instanceof String) {
        named.put(fullName(map, space), map);
        String full = fullName(map, space);
        inner = full.contains(".") ? full.substring(0, full.lastIndexOf('.')) : "";
      }
      for (Object part : map.get("fields") instanceof List<?> fields ? fields : List.of()) {
        name(((Map<?, ?>) part).get("type"), inner);
      }
      name(map.get("items"), inner);
    }
  }

  private static String fullName(Map<?, ?> type, String space) {
    String name = (String) type.get("name");
    Object own = type.get("namespace");
    String in = own == null ? space : (String) own;
    return name.contains(".") || in.isEmpty() ? name : in + "." + name;
  }

  private Object datum(Object type) {
    if (type instanceof List<?> union) {
      return datum(union.get(Math.toIntExact(number())));
    }
    if (type instanceof Map<?, ?> map) {
      return map.get("type").equals("record")
          ? record(map)
          : map.get("type").equals("array") ? array(map.get("items")) : datum(map.get("type"));
    }
    return switch ((String) type) {
      case "long", "int" -> number();
      case "bytes" -> ByteBuffer.wrap(bytes());
      case "string" -> text();
      case "null" -> null;
      default -> record(named.get((String) type));
    };
  }

  private Datum record(Map<?, ?> type) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Object one : (List<?>) type.get("fields")) {
      Map<?, ?> field = (Map<?, ?>) one;
      fields.put((String) field.get("name"), datum(field.get("type")));
    }
    return new Datum(fullName(type, ""), fields);
  }

  private List<Object> array(Object items) {
    List<Object> all = new ArrayList<>();
    for (long count = count(); count != 0; count = count()) {
      for (long i = 0; i < count; i++) {
        all.add(datum(items));
      }
    }
    return all;
  }

  /** Items of a block; a negative count is followed by the block's size. */
  private long count() {
    long count = number();
    if (count < 0) {
      number();
    }
    return Math.abs(count);
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  private long number() {
    long bits = 0;
    int shift = 0;
    byte next;
    do {
      next = in.get();
      bits |= (long) (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    return bits >>> 1 ^ -(bits & 1);
  }

  private byte[] bytes() {
    byte[] bytes = new byte[Math.toIntExact(number())];
    in.get(bytes);
    return bytes;
  }

  private String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  private static void require(boolean good, String what) throws IOException {
    if (!good) {
      throw new IOException(what);
    }
  }
}
