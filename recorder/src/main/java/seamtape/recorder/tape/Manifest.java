package seamtape.recorder.tape;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a recording says of itself, {@code manifest.json}. Immutable; start from {@link #of} and
 * change with the {@code with} methods. Schema, state, totals and digest are set by {@link
 * TapeWriter}.
 *
 * @param formatVersion of the directory's layout and blocks
 * @param id of the recording, 32 hex digits; empty until it is written
 * @param tool that wrote it
 * @param profile kernel line and switches
 * @param simulator build of the simulator; empty where none was used
 * @param workload name or file; empty where none was used
 * @param schema fingerprint, 16 hex digits
 * @param schemaSha256 of schema.avsc
 * @param codec of the stored blocks
 * @param digest last chain value of the runs, 64 hex digits; empty until sealed
 * @param durations true when return times give how long calls took
 * @param created host time, for information only
 * @param extra what else there is: keys of a source or of another build, kept as they are
 */
public record Manifest(
    int formatVersion,
    String id,
    String tool,
    Source source,
    String profile,
    Machine machine,
    String simulator,
    String workload,
    long seed,
    String schema,
    String schemaSha256,
    State state,
    String codec,
    Totals totals,
    String digest,
    Clock clock,
    boolean durations,
    String created,
    Map<String, Object> extra) {
  /**
   * The format that this build writes, and the newest that it reads. 2 added packed recordings; 3
   * brief records, and actors and subjects whose bits stand in another order.
   */
  public static final int FORMAT_VERSION = 3;

  private static final String PLAIN = "none";

  /** Where the events come from. */
  public enum Source {
    SIM,
    LIVE,
    STRACE,
    FTRACE
  }

  /** How far the writing came. */
  public enum State {
    OPEN,
    SEALED,
    RECOVERED
  }

  /** What event times count. */
  public enum Clock {
    /** Cycles of the machine's virtual TSC. */
    TSC,
    /** Nanoseconds since the first event. */
    NS,
    /** The source has no times. */
    NONE
  }

  /** Words as in {@code seamtape.machine.MachineSpec}. */
  public record Machine(String vendor, String tdxModule, String role) {}

  /** Counts; bytes are those of the stored blocks. */
  public record Totals(long events, long calls, long ioctls, long blocks, long bytes) {
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0);
  }

  public Manifest {
    extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  /** A manifest for a new recording, with the defaults of house and command. */
  public static Manifest of(Source source, String profile) {
    return new Manifest(
        FORMAT_VERSION,
        "",
        "seamtape",
        source,
        profile,
        new Machine("intel", "1.5", "bare"),
        "",
        "",
        0,
        "",
        "",
        State.OPEN,
        PLAIN,
        Totals.NONE,
        "",
        source == Source.SIM ? Clock.TSC : Clock.NS,
        source == Source.SIM,
        "",
        Map.of());
  }

  public String toJson() {
    return ManifestText.write(this);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws TapeException with the kind NOT_A_RECORDING, VERSION or CHECKSUM
   */
  public static Manifest parse(String json) throws TapeException {
    return ManifestText.parse(json, java.nio.file.Path.of("manifest.json"));
  }

  public Manifest withTool(String value) {
    return copy(id, value, machine, simulator, workload, seed, clock, durations, created, extra);
  }

  public Manifest withMachine(String vendor, String tdxModule, String role) {
    Machine value = new Machine(vendor, tdxModule, role);
    return copy(id, tool, value, simulator, workload, seed, clock, durations, created, extra);
  }

  public Manifest withSimulator(String value) {
    return copy(id, tool, machine, value, workload, seed, clock, durations, created, extra);
  }

  public Manifest withWorkload(String value, long seedOfRun) {
    return copy(id, tool, machine, simulator, value, seedOfRun, clock, durations, created, extra);
  }

  public Manifest withClock(Clock value, boolean hasDurations) {
    return copy(id, tool, machine, simulator, workload, seed, value, hasDurations, created, extra);
  }

  /** Adds a key of the source: a JSON value as {@code seamtape.json.Json} takes it. */
  public Manifest with(String key, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(extra);
    more.put(key, value);
    return copy(id, tool, machine, simulator, workload, seed, clock, durations, created, more);
  }

  /** Leaves out a key of {@link #extra}. */
  Manifest without(String key) {
    Map<String, Object> fewer = new LinkedHashMap<>(extra);
    fewer.remove(key);
    return copy(id, tool, machine, simulator, workload, seed, clock, durations, created, fewer);
  }

  Manifest identified(String newId, String when) {
    return copy(newId, tool, machine, simulator, workload, seed, clock, durations, when, extra);
  }

  Manifest withSchema(String fingerprint, String sha256) {
    return written(formatVersion, fingerprint, sha256, state, codec, totals, digest);
  }

  Manifest withState(State newState, Totals newTotals, String newDigest) {
    return written(formatVersion, schema, schemaSha256, newState, codec, newTotals, newDigest);
  }

  /** Of a recording whose blocks are stored compressed. */
  Manifest packed(long bytes) {
    Totals packed = new Totals(totals.events, totals.calls, totals.ioctls, totals.blocks, bytes);
    return written(FORMAT_VERSION, schema, schemaSha256, state, "zstd", packed, digest);
  }

  /** Of a recording whose blocks are stored as they are. */
  Manifest plain() {
    return written(FORMAT_VERSION, schema, schemaSha256, state, PLAIN, totals, digest);
  }

  private Manifest copy(
      String newId,
      String newTool,
      Machine newMachine,
      String newSimulator,
      String newWorkload,
      long newSeed,
      Clock newClock,
      boolean newDurations,
      String newCreated,
      Map<String, Object> newExtra) {
    return new Manifest(
        formatVersion,
        newId,
        newTool,
        source,
        profile,
        newMachine,
        newSimulator,
        newWorkload,
        newSeed,
        schema,
        schemaSha256,
        state,
        codec,
        totals,
        digest,
        newClock,
        newDurations,
        newCreated,
        newExtra);
  }

  private Manifest written(
      int version,
      String newSchema,
      String newSha256,
      State newState,
      String newCodec,
      Totals newTotals,
      String newDigest) {
    return new Manifest(
        version, id, tool, source, profile, machine, simulator, workload, seed, newSchema,
        newSha256, newState, newCodec, newTotals, newDigest, clock, durations, created, extra);
  }
}
