package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API makes, deletes and keeps. */
class MakeApiTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path dir;
  private static TraceServer server;

  @BeforeAll
  static void serve() throws Exception {
    SampleTapes.nested(dir.resolve("td.tape"), 40, false);
    server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0));
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri().resolve(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> own(String method, String path, String body)
      throws Exception {
    return send(method, path, body, Guard.MARK, "1");
  }

  private static JsonObject get(String path) throws Exception {
    HttpResponse<String> response = send("GET", path, "");
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  /** Waits for a job, and for the answer of questions that may take more than one. */
  private static JsonObject ended(HttpResponse<String> started) throws Exception {
    assertEquals(202, started.statusCode(), started.body());
    String path = started.headers().firstValue("location").orElseThrow();
    return Patience.until(
        () -> get(path), job -> !"waiting running".contains(job.getString("state")));
  }

  private static JsonObject whole(String path) throws Exception {
    return Patience.until(() -> get(path), answer -> answer.getBoolean("complete"));
  }

  @Test
  void recordsAWorkloadAndReplaysItOnAnotherProfile() throws Exception {
    JsonObject body =
        new JsonObject().put("workload", "profile-differences").put("name", "on ../7.3");
    JsonObject job = ended(own("POST", "/api/v1/recordings", body.encode()));
    assertEquals("done", job.getString("state"), job.encode());
    assertEquals("on-..-7.3", job.getString("recording"));
    assertEquals("linux-7.3", get("/api/v1/recordings/on-7-3").getString("profile"));
    JsonObject replay =
        ended(own("POST", "/api/v1/recordings/on-7-3/replays", "{\"profile\": \"linux-6.2\"}"));
    assertEquals("done", replay.getString("state"), replay.encode());
    assertTrue(replay.getString("message").contains("divergences"), replay.encode());
    JsonObject diff = whole("/api/v1/diff?a=on-7-3&b=on-7-3-on-linux-6-2&view=causes");
    assertEquals(
        "profile", diff.getJsonArray("between").getJsonArray(0).getString(0), diff.encode());
    assertEquals(diff.getInteger("roots"), diff.getInteger("total"));
    JsonObject ruled =
        whole("/api/v1/diff?a=on-7-3&b=on-7-3-on-linux-6-2&rules=KVM_CHECK_EXTENSION");
    assertTrue(ruled.getInteger("changed") < diff.getInteger("changed"), ruled.encode());
  }

  @Test
  void importsALogThatIsSentToIt() throws Exception {
    Path log = Path.of(System.getProperty("seamtape.root"), "fixtures/corpus/strace/lwn.strace.gz");
    HttpRequest request =
        HttpRequest.newBuilder(
                server.uri().resolve("/api/v1/imports?kind=strace&name=lwn.strace.gz"))
            .header(Guard.MARK, "1")
            .POST(HttpRequest.BodyPublishers.ofFile(log))
            .build();
    JsonObject job = ended(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()));
    assertEquals("done", job.getString("state"), job.encode());
    assertEquals("strace", get("/api/v1/recordings/lwn").getString("source"));
  }

  @Test
  void saysWhatIsWrongWithAWorkload() throws Exception {
    String body = new JsonObject().put("yaml", "steps:\n  - nothing: 1\n").encode();
    HttpResponse<String> response = own("POST", "/api/v1/recordings", body);
    assertEquals(400, response.statusCode());
    assertTrue(response.body().contains("line"), response.body());
    assertEquals(400, own("POST", "/api/v1/recordings", "{\"workload\": \"../etc\"}").statusCode());
    assertEquals(400, own("POST", "/api/v1/recordings", "[]").statusCode());
  }

  @Test
  void deletesARecordingAndBringsItBack() throws Exception {
    SampleTapes.empty(dir.resolve("short-lived.tape"));
    assertEquals(0, get("/api/v1/recordings/short-lived").getInteger("events"));
    HttpResponse<String> deleted = own("DELETE", "/api/v1/recordings/short-lived", "");
    assertEquals(200, deleted.statusCode(), deleted.body());
    assertFalse(Files.exists(dir.resolve("short-lived.tape")));
    assertEquals(404, send("GET", "/api/v1/recordings/short-lived", "").statusCode());
    String trash = new JsonObject(deleted.body()).getString("trash");
    HttpResponse<String> back = own("POST", "/api/v1/trash/" + trash + "/restore", "");
    assertEquals("short-lived", new JsonObject(back.body()).getString("id"), back.body());
    assertEquals(404, own("POST", "/api/v1/trash/..%2Ftd.tape/restore", "").statusCode());
  }

  @ParameterizedTest
  @CsvSource({"17, vms/vm0/vcpus/vcpu0/regs/", "18, vms/vm0/vcpus/vcpu1/regs/"})
  void whatAnotherThreadChangedMeanwhileIsNotTheCalls(long event, String own) throws Exception {
    Path tape = dir.resolve("threads.tape");
    if (!Files.exists(tape)) {
      SampleTapes.threads(tape);
    }
    JsonArray changes =
        whole("/api/v1/recordings/threads/state?event=" + event).getJsonArray("changes");
    assertTrue(changes.size() > 10, changes.encode());
    for (Object change : changes) {
      assertTrue(((JsonArray) change).getString(0).startsWith(own), changes.encode());
    }
  }

  @Test
  void aLongListOfTheStateComesInPages() throws Exception {
    SampleTapes.files(dir.resolve("files.tape"), 450);
    String state = "/api/v1/recordings/files/state?event=899";
    JsonObject whole = whole(state);
    assertEquals(450, whole.getJsonObject("cut").getInteger("fds"));
    JsonObject sent = whole.getJsonObject("machine").getJsonObject("fds");
    assertEquals(StateApi.MAX_CHILDREN + 1, sent.size(), "and the one that changed");
    assertTrue(sent.containsKey("fd452"), sent.fieldNames().toString());
    JsonObject page = whole(state + "&under=fds&from=400");
    assertEquals(50, page.getJsonObject("children").size());
    assertEquals(450, page.getInteger("total"));
    JsonObject found = whole(state + "&find=FD333").getJsonObject("machine");
    assertEquals(Set.of("fd333"), found.getJsonObject("fds").fieldNames());
    assertEquals(1, found.size(), found.encode());
    JsonObject wanted = whole(state + "&path=fds/fd300/kind").getJsonObject("machine");
    assertTrue(wanted.getJsonObject("fds").containsKey("fd300"));
    assertEquals(404, send("GET", state + "&under=fds/none", "").statusCode());
  }

  @Test
  void refusesForeignPages() throws Exception {
    String own = server.uri().toString().replaceAll("/$", "");
    String notes = "/api/v1/recordings/td/notes";
    String body = "{\"revision\": 9}";
    assertEquals(403, send("PUT", notes, body).statusCode());
    assertEquals(
        403,
        send("PUT", notes, body, Guard.MARK, "1", "origin", "http://evil.example").statusCode());
    assertEquals(409, send("PUT", notes, body, Guard.MARK, "1", "origin", own).statusCode());
  }

  @Test
  void keepsNotesOfTheRevisionThatWasRead() throws Exception {
    String notes = "/api/v1/recordings/td/notes";
    JsonObject read = get(notes);
    read.getJsonArray("bookmarks").add(new JsonObject().put("event", 5).put("text", "here"));
    assertEquals(200, own("PUT", notes, read.encode()).statusCode());
    assertEquals(409, own("PUT", notes, read.encode()).statusCode());
    assertEquals("here", get(notes).getJsonArray("bookmarks").getJsonObject(0).getString("text"));
  }

  @Test
  void theTimelineLeavesOutNoCallAndNoError() throws Exception {
    JsonObject recording = get("/api/v1/recordings/td");
    for (int bins : new int[] {16, 64, 4096}) {
      JsonObject line = whole("/api/v1/recordings/td/timeline?bins=" + bins);
      long calls = 0;
      long errors = 0;
      for (Object lane : line.getJsonArray("lanes")) {
        for (Object items : ((JsonObject) lane).getJsonArray("depths")) {
          JsonArray numbers = (JsonArray) items;
          for (int i = 0; i < numbers.size(); i += 7) {
            calls += numbers.getLong(i + 2);
            errors += numbers.getLong(i + 3);
          }
        }
      }
      recording = get("/api/v1/recordings/td");
      assertEquals(recording.getLong("calls"), calls);
      assertEquals(recording.getJsonObject("summary").getLong("errors"), errors);
    }
  }

  @Test
  void latenciesCountEveryCall() throws Exception {
    long calls = 0;
    for (Object one : whole("/api/v1/recordings/td/latency").getJsonArray("groups")) {
      JsonObject group = (JsonObject) one;
      long inBuckets = 0;
      for (Object bucket : group.getJsonArray("buckets")) {
        inBuckets += ((JsonArray) bucket).getLong(2);
      }
      assertEquals(group.getLong("count"), inBuckets, group.encode());
      calls += group.getValue("exit") == null ? group.getLong("count") : 0;
    }
    assertEquals(get("/api/v1/recordings/td").getLong("calls"), calls);
    JsonArray root = whole("/api/v1/recordings/td/flame").getJsonArray("nodes").getJsonArray(0);
    assertEquals("all", root.getString(0));
  }

  @Test
  void tellsWhatACallChangedAndWhoChangedAValue() throws Exception {
    JsonObject made = whole("/api/v1/recordings/td/state?event=5&when=before");
    assertFalse(made.getJsonObject("machine").getJsonObject("vms").containsKey("vm0"));
    JsonArray changes = made.getJsonArray("changes");
    assertTrue(changes.encode().contains("vms/vm0/type"), changes.encode());
    JsonObject after = whole("/api/v1/recordings/td/state?event=5&when=after");
    assertTrue(after.getJsonObject("machine").getJsonObject("vms").containsKey("vm0"));
    JsonObject history = whole("/api/v1/recordings/td/state/history?path=vms/vm0/type");
    assertEquals(5, history.getJsonArray("hits").getJsonArray(0).getInteger(0));
    assertEquals(404, send("GET", "/api/v1/recordings/td/state?event=999999", "").statusCode());
  }
}
