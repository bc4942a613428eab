package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import seamtape.recorder.tape.Manifest;

/**
 * The answers that the explorer asks for first, by their addresses, sent along with its page. Where
 * they take long the page comes without, and asks for them.
 */
final class FirstView {
  /** Longest that a page waits for what would come with it, its recording being opened too. */
  private static final long WAIT_MILLIS = 400;

  private static final int ROWS = 128;

  private final Recordings recordings;

  FirstView(Recordings recordings) {
    this.recordings = recordings;
  }

  /** JSON to be put into a page; never fails. */
  Future<String> of(RoutingContext context) {
    String id = context.pathParam("id");
    boolean atStart = new Parameters(context).noneOf("f", "top", "sel");
    Future<JsonObject> answers = recordings.run(id, recording -> answers(recording, atStart));
    return answers
        .timeout(WAIT_MILLIS, TimeUnit.MILLISECONDS)
        .otherwise(new JsonObject())
        .map(FirstView::text);
  }

  private static JsonObject answers(OpenRecording recording, boolean atStart) throws Exception {
    String address = "recordings/" + recording.entry().id();
    JsonObject own = CallApi.recording(recording);
    if (recording.tape().manifest().state() == Manifest.State.OPEN) {
      return new JsonObject(); // a browser may show a page again that it has kept
    }
    JsonObject answers = new JsonObject().put(address, own);
    answers.put(address + "/notes", Notes.read(recording.entry().path()));
    if (atStart) {
      answers.put(address + "/calls?from=0&count=" + ROWS, RowsApi.rows(recording, 0, ROWS, ""));
    }
    return answers;
  }

  /** No text of a recording may end the element that it is in. */
  static String text(JsonObject json) {
    return json.encode().replace("<", "\\u003c");
  }
}
