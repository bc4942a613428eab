package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.CHECKSUM;
import static seamtape.recorder.tape.TapeException.Kind.NOT_A_RECORDING;
import static seamtape.recorder.tape.TapeException.Kind.VERSION;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import seamtape.json.Json;
import seamtape.json.JsonException;
import seamtape.recorder.tape.Manifest.Clock;
import seamtape.recorder.tape.Manifest.Machine;
import seamtape.recorder.tape.Manifest.Source;
import seamtape.recorder.tape.Manifest.State;
import seamtape.recorder.tape.Manifest.Totals;

/**
 * Manifests as JSON. The last member is a CRC32C of the others on one line, so that a flipped bit
 * is found in a recording that is not sealed too.
 */
final class ManifestText {
  private static final String CHECK = "crc32c";

  private final Map<String, Object> members;
  private final Path path;

  private ManifestText(Map<String, Object> members, Path path) {
    this.members = members;
    this.path = path;
  }

  static String write(Manifest manifest) {
    Map<String, Object> members = members(manifest);
    members.put(CHECK, check(members));
    return Json.writeIndented(members) + "\n";
  }

  /** The text that a signature is made over: all members on one line. */
  static byte[] signed(Manifest manifest) {
    return ("seamtape seal\n" + Json.write(members(manifest))).getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> members(Manifest manifest) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("formatVersion", manifest.formatVersion());
    members.put("id", manifest.id());
    members.put("tool", manifest.tool());
    members.put("source", word(manifest.source()));
    members.put("profile", manifest.profile());
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("vendor", manifest.machine().vendor());
    machine.put("tdx_module", manifest.machine().tdxModule());
    machine.put("role", manifest.machine().role());
    members.put("machine", machine);
    members.put("simulator", manifest.simulator());
    members.put("workload", manifest.workload());
    members.put("seed", manifest.seed());
    members.put("schema", manifest.schema());
    members.put("schemaSha256", manifest.schemaSha256());
    members.put("state", word(manifest.state()));
    members.put("codec", manifest.codec());
    Map<String, Object> totals = new LinkedHashMap<>();
    totals.put("events", manifest.totals().events());
    totals.put("calls", manifest.totals().calls());
    totals.put("ioctls", manifest.totals().ioctls());
    totals.put("blocks", manifest.totals().blocks());
    totals.put("bytes", manifest.totals().bytes());
    members.put("totals", totals);
    members.put("digest", manifest.digest());
    members.put("clock", word(manifest.clock()));
    members.put("durations", manifest.durations());
    members.put("created", manifest.created());
    members.putAll(manifest.extra());
    return members;
  }

  private static String check(Map<String, Object> members) {
    CRC32C crc = new CRC32C();
    crc.update(Json.write(members).getBytes(StandardCharsets.UTF_8));
    return Hex.of(crc.getValue()).substring(8);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static Manifest read(Path tape) throws TapeException {
    Path file = TapeFiles.manifest(tape);
    try {
      if (Files.size(file) > TapeFiles.MAX_TEXT_BYTES) {
        throw new TapeException(NOT_A_RECORDING, tape, "manifest.json is too large to be one");
      }
      if (!Files.isRegularFile(file)) {
        throw new TapeException(NOT_A_RECORDING, tape, "manifest.json is no file");
      }
      return parse(Files.readString(file), tape);
    } catch (TapeException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw missing(tape);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new TapeException(NOT_A_RECORDING, tape, "manifest.json is not text");
    } catch (IOException e) {
      throw Files.isDirectory(tape)
          ? TapeException.io(tape, "read manifest.json", e)
          : missing(tape);
    }
  }

  private static TapeException missing(Path tape) {
    String what =
        !Files.exists(tape)
            ? "no such recording"
            : !Files.isDirectory(tape)
                ? "not a recording: a recording is a directory NAME.tape"
                : Files.isDirectory(TapeFiles.journal(tape))
                    ? "manifest.json is missing; what is left is in journal/"
                    : "not a recording: it has no manifest.json";
    return new TapeException(NOT_A_RECORDING, tape, what);
  }

  static Manifest parse(String json, Path path) throws TapeException {
    Map<String, Object> members;
    try {
      members = object(Json.parse(json), path);
    } catch (JsonException e) {
      throw new TapeException(NOT_A_RECORDING, path, "manifest.json is damaged: " + e.getMessage());
    }
    Object check = members.remove(CHECK);
    boolean checked = check(members).equals(check);
    ManifestText text = new ManifestText(members, path);
    long version = text.number("formatVersion");
    if (version > Manifest.FORMAT_VERSION) {
      String reads = "; this build reads up to " + Manifest.FORMAT_VERSION + ": use a newer one";
      throw new TapeException(VERSION, path, "written in format " + version + reads);
    }
    if (!checked) {
      throw new TapeException(CHECKSUM, path, "manifest.json is damaged: its checksum is wrong");
    }
    return text.manifest((int) version);
  }

  /**
   * What a manifest says whose checksum is wrong; where it says nothing that can be read, a
   * manifest without words of its own.
   */
  static Manifest readUnproven(Path tape) {
    Path file = TapeFiles.manifest(tape);
    try {
      byte[] bytes = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
      String json = new String(bytes, StandardCharsets.UTF_8);
      Map<String, Object> members = object(Json.parse(json), tape);
      members.remove(CHECK);
      return new ManifestText(members, tape).manifest(Manifest.FORMAT_VERSION);
    } catch (IOException | JsonException e) {
      return Manifest.of(Source.SIM, "").withMachine("", "", "").withClock(Clock.NONE, false);
    }
  }

  private Manifest manifest(int version) throws TapeException {
    ManifestText machine = new ManifestText(object(members.remove("machine"), path), path);
    ManifestText totals = new ManifestText(object(members.remove("totals"), path), path);
    return new Manifest(
        version,
        text("id"),
        text("tool"),
        constant(Source.values(), text("source")),
        text("profile"),
        new Machine(machine.text("vendor"), machine.text("tdx_module"), machine.text("role")),
        text("simulator"),
        text("workload"),
        number("seed"),
        text("schema"),
        text("schemaSha256"),
        constant(State.values(), text("state")),
        text("codec"),
        new Totals(
            totals.number("events"),
            totals.number("calls"),
            totals.number("ioctls"),
            totals.number("blocks"),
            totals.number("bytes")),
        text("digest"),
        constant(Clock.values(), text("clock")),
        Boolean.TRUE.equals(members.remove("durations")),
        text("created"),
        members);
  }

  @SuppressWarnings("unchecked") // what Json.parse makes of an object
  private static Map<String, Object> object(Object value, Path path) throws TapeException {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new TapeException(NOT_A_RECORDING, path, "manifest.json is not one of a recording");
  }

  private String text(String key) throws TapeException {
    return value(key, String.class);
  }

  private long number(String key) throws TapeException {
    return value(key, Long.class);
  }

  private <T> T value(String key, Class<T> type) throws TapeException {
    Object value = members.remove(key);
    if (!type.isInstance(value)) {
      String what = "manifest.json is not one of a recording: " + key + " is missing or wrong";
      throw new TapeException(NOT_A_RECORDING, path, what);
    }
    return type.cast(value);
  }

  private <E extends Enum<E>> E constant(E[] values, String name) throws TapeException {
    for (E value : values) {
      if (word(value).equals(name)) {
        return value;
      }
    }
    throw new TapeException(NOT_A_RECORDING, path, "manifest.json has the unknown word " + name);
  }
}
