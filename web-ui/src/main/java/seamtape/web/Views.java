package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import seamtape.catalog.Call;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.DiffReport;
import seamtape.replayer.query.CallDetails;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.CallRow;
import seamtape.replayer.query.RecordedCall;
import seamtape.replayer.query.Refusal;
import seamtape.replayer.query.TapeSummary;

/** What the API sends, made from what the rooms below know. */
final class Views {
  /** Order of the values in a row. */
  static final JsonArray COLUMNS =
      new JsonArray(
          List.of(
              "event",
              "index",
              "time",
              "actor",
              "on",
              "depth",
              "family",
              "call",
              "arguments",
              "result",
              "error",
              "failed",
              "duration",
              "returnEvent"));

  private Views() {}

  static JsonArray row(CallRow row) {
    return new JsonArray()
        .add(row.event())
        .add(row.index())
        .add(row.time())
        .add(row.actor())
        .add(row.on())
        .add(row.depth())
        .add(row.call().family().label())
        .add(row.name())
        .add(row.arguments())
        .add(row.result())
        .add(row.error())
        .add(row.failed())
        .add(row.duration())
        .add(row.returnEvent());
  }

  static JsonArray rows(List<CallRow> rows) {
    JsonArray array = new JsonArray();
    rows.forEach(row -> array.add(row(row)));
    return array;
  }

  /**
   * An entry of the list of recordings.
   *
   * @param lost what is known to be damaged in it
   */
  static JsonObject listed(Library.Entry entry, List<TapeSummary.Lost> lost) {
    JsonObject json = recording(entry, entry.manifest());
    if (!lost.isEmpty()) {
      damage(json, lost);
      json.remove("damage");
    }
    return json;
  }

  /**
   * @param manifest as it is now; the entry's may be older
   */
  static JsonObject recording(Library.Entry entry, Manifest manifest) {
    JsonObject json = new JsonObject().put("id", entry.id()).put("name", entry.name());
    if (manifest == null) {
      return json.put("state", "damaged").put("fault", entry.fault());
    }
    Manifest.Totals totals = manifest.totals();
    return json.put("state", entry.fault() == null ? lower(manifest.state()) : "damaged")
        .put("fault", entry.fault())
        .put("source", lower(manifest.source()))
        .put("profile", manifest.profile())
        .put("workload", manifest.workload())
        .put("seed", manifest.seed())
        .put("vendor", manifest.machine().vendor())
        .put("tdxModule", manifest.machine().tdxModule())
        .put("role", manifest.machine().role())
        .put("events", totals.events())
        .put("calls", totals.calls())
        .put("ioctls", totals.ioctls())
        .put("bytes", totals.bytes())
        .put("digest", manifest.digest())
        .put("clock", lower(manifest.clock()))
        .put("durations", manifest.durations())
        .put("created", manifest.created());
  }

  /** What a pass over the recording found wrong stands above what its manifest says. */
  static void damage(JsonObject recording, List<TapeSummary.Lost> lost) {
    JsonArray spans = new JsonArray();
    lost.forEach(one -> spans.add(new JsonArray().add(one.first()).add(one.last())));
    recording.put("fault", Library.message(lost.get(0).why())).put("damage", spans);
    if (!recording.getString("state").equals("open")) {
      recording.put("state", "damaged");
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT);
  }

  static JsonObject summary(TapeSummary summary) {
    JsonArray calls = new JsonArray();
    for (TapeSummary.Tally tally : summary.tallies()) {
      calls.add(
          new JsonObject()
              .put("call", tally.call().label())
              .put("family", tally.call().family().label())
              .put("count", tally.count())
              .put("errors", tally.errors()));
    }
    return new JsonObject()
        .put("errors", summary.errorCount())
        .put("lastTime", summary.lastTime())
        .put("byCall", calls);
  }

  /**
   * A call in full.
   *
   * @param summary of the recording, or null
   */
  static JsonObject details(RecordedCall call, CallReader reader, TapeSummary summary)
      throws TapeException {
    CallDetails details = CallDetails.of(call, reader);
    JsonArray inputs = new JsonArray();
    for (CallDetails.Input input : details.inputs()) {
      inputs.add(new JsonArray().add(input.event()).add(input.name()).add(input.text()));
    }
    return new JsonObject()
        .put("row", row(details.row()))
        .put("doc", details.row().call().doc())
        .put("enter", bytes(details.enter()))
        .put("returned", details.returned() == null ? null : bytes(details.returned()))
        .put("parents", rows(details.parents()))
        .put("inputs", inputs)
        .put("refusal", Refusal.of(call, reader, summary).map(Views::refusal).orElse(null));
  }

  private static JsonObject refusal(Refusal refusal) {
    JsonArray words = new JsonArray();
    refusal.words().forEach(line -> words.add(new JsonArray().add(line.name()).add(line.text())));
    return new JsonObject()
        .put("words", words)
        .put("asked", refusal.asked())
        .put("checks", new JsonArray(refusal.checks()))
        .put("beneath", refusal.beneath() == null ? null : row(refusal.beneath()));
  }

  private static JsonObject bytes(CallDetails.EventBytes event) {
    JsonArray fields = new JsonArray();
    for (CallDetails.DecodedField field : event.fields()) {
      fields.add(
          new JsonArray()
              .add(field.path())
              .add(field.value() == null ? null : String.valueOf(field.value()))
              .add(field.doc())
              .add(field.part())
              .add(field.at())
              .add(field.length()));
    }
    JsonArray parts = new JsonArray();
    for (CallDetails.Part part : event.parts()) {
      parts.add(
          new JsonObject()
              .put("title", part.title())
              .put("at", part.at())
              .put("length", part.length())
              .put("hex", HexFormat.of().formatHex(part.bytes())));
    }
    return new JsonObject()
        .put("event", event.event())
        .put("time", event.time())
        .put("fields", fields)
        .put("parts", parts);
  }

  static JsonObject diff(DiffReport report) {
    JsonArray between = new JsonArray();
    report
        .between()
        .forEach(one -> between.add(new JsonArray().add(one.what()).add(one.a()).add(one.b())));
    JsonArray unmet = new JsonArray();
    report.unmetRules().forEach(rule -> unmet.add(rule.text()));
    return new JsonObject()
        .put("between", between)
        .put("unmetRules", unmet)
        .put("same", report.same())
        .put("matched", report.matched())
        .put("changed", report.changed())
        .put("onlyA", report.onlyA())
        .put("onlyB", report.onlyB())
        .put("roots", report.roots())
        .put("listed", report.changes().size());
  }

  static JsonObject change(Change change) {
    JsonArray fields = new JsonArray();
    for (Change.FieldChange field : change.fields()) {
      fields.add(
          new JsonArray().add(field.field()).add(shown(field.valueA())).add(shown(field.valueB())));
    }
    return new JsonObject()
        .put("kind", lower(change.kind()))
        .put("a", change.a())
        .put("b", change.b())
        .put("actor", change.actor())
        .put("call", change.call())
        .put("about", change.about())
        .put("field", change.field())
        .put("root", change.root())
        .put("fields", fields);
  }

  private static String shown(Object value) {
    return value == null ? null : String.valueOf(value);
  }

  static JsonObject catalogRow(Call call) {
    return new JsonObject()
        .put("name", call.name())
        .put("label", call.label())
        .put("family", call.family().label())
        .put("number", "0x" + Integer.toHexString(call.number()))
        .put("doc", call.doc());
  }
}
