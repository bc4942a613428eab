package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The OpenAPI document against the routes that there are and the answers that they give. */
class OpenApiTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String API = "/api/v1";
  private static final String ID = API + "/recordings/{id}";

  /** Path in the document, and a request of it; both below /api/v1. */
  private static final String REQUESTS =
      """
        recordings                              , recordings
        recordings/{id}                         , recordings/td-one
        recordings/{id}/calls                   , recordings/td-one/calls
        recordings/{id}/calls                   , recordings/td-one/calls?filter=errno&count=7
        recordings/{id}/calls                   , recordings/td-one/calls?filter=errno&mode=dim
        recordings/{id}/calls                   , recordings/td-one/calls?rule=error&rule=vcpu%20==%201
        recordings/{id}/events/{event}          , recordings/td-one/events/29
        recordings/{id}/events/{event}/children , recordings/td-one/events/29/children
        recordings/{id}/locate                  , recordings/td-one/locate?percent=50
        recordings/{id}/locate                  , recordings/td-one/locate?error=first&rows=16
        recordings/{id}/locate                  , recordings/td-one/locate?match=next&filter=errno
        recordings/{id}/timeline                , recordings/td-one/timeline
        recordings/{id}/timeline                , recordings/td-one/timeline?by=event&from=1&to=90
        recordings/{id}/latency                 , recordings/td-one/latency
        recordings/{id}/flame                   , recordings/td-one/flame
        recordings/{id}/state                   , recordings/td-one/state?event=16
        recordings/{id}/state                   , recordings/td-one/state?when=before
        recordings/{id}/state                   , recordings/td-one/state?event=16&under=vms&from=0
        recordings/{id}/state                   , recordings/td-one/state?event=16&find=rip&path=vms/vm0/type
        recordings/{id}/state/history           , recordings/td-one/state/history?path=vms
        recordings/{id}/state/history           , recordings/td-one/state/history?path=vms/vm0/type&from=99&direction=back&limit=1
        recordings/{id}/notes                   , recordings/td-one/notes
        workloads                               , workloads
        jobs                                    , jobs
        filters/check                           , filters/check?filter=errno
        filters/check                           , filters/check?filter=(
        filters/words                           , filters/words
        diff                                    , diff?a=td-one&b=td-two&view=causes
        catalog                                 , catalog
        health                                  , health
        ready                                   , ready
        openapi.json                            , openapi.json
        """;

  @TempDir static Path dir;
  private static TraceServer server;
  private static JsonObject document;

  @BeforeAll
  static void serve() throws Exception {
    SampleTapes.nested(dir.resolve("td-one.tape"), 40, false);
    SampleTapes.nested(dir.resolve("td-two.tape"), 40, true);
    Files.createDirectory(dir.resolve("broken.tape"));
    server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0));
    document = new JsonObject(send("GET", API + "/openapi.json", "").body());
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(server.uri().resolve(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header(Guard.MARK, "1")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** As the document writes it; a route for the rest of a path ends in the name of a file. */
  private static String path(Route route) {
    String path = route.getPath().replaceAll(":(\\w+)", "{$1}");
    return route.isExactPath() ? path : path.replaceAll("/?\\*?$", "") + "/{file}";
  }

  @Test
  void describesEveryRouteAndNoOther() {
    Set<String> served = new TreeSet<>();
    for (Route route : server.routes()) {
      if (route.getPath() != null) {
        for (HttpMethod method : route.methods()) {
          served.add(method.name() + " " + path(route));
        }
      }
    }
    Set<String> described = new TreeSet<>();
    for (String path : document.getJsonObject("paths").fieldNames()) {
      for (String method : document.getJsonObject("paths").getJsonObject(path).fieldNames()) {
        described.add(method.toUpperCase(Locale.ROOT) + " " + path);
        if (method.equals("get")) {
          described.add("HEAD " + path);
        }
      }
    }
    assertEquals(String.join("\n", served), String.join("\n", described));
  }

  private static JsonObject response(String method, String path, String status) {
    return document
        .getJsonObject("paths")
        .getJsonObject(path)
        .getJsonObject(method)
        .getJsonObject("responses")
        .getJsonObject(status);
  }

  /** Faults of an answer against a schema of the document. */
  private static void fits(JsonObject schema, JsonObject answer) {
    JsonObject whole = schema.copy().put("components", document.getJsonObject("components"));
    OutputUnit found =
        Validator.create(
                JsonSchema.of(whole),
                new JsonSchemaOptions()
                    .setBaseUri("https://seamtape.invalid/")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic))
            .validate(answer);
    assertTrue(found.getValid(), () -> found.toJson().encodePrettily() + answer.encode());
  }

  /** Until it is complete: each answer on the way has to fit as well. */
  private static void answersFit(String path, String request) throws Exception {
    JsonObject content = response("get", path, "200").getJsonObject("content");
    JsonObject schema = content.getJsonObject("application/json").getJsonObject("schema");
    Patience.until(
        () -> {
          HttpResponse<String> response = send("GET", request, "");
          assertEquals(200, response.statusCode(), response.body());
          JsonObject answer = new JsonObject(response.body());
          fits(schema, answer);
          return answer;
        },
        answer -> answer.getBoolean("complete", true));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REQUESTS)
  void answersWhatItSays(String path, String request) throws Exception {
    answersFit(API + "/" + path, API + "/" + request);
  }

  @Test
  void noJsonAnswerIsLeftOut() {
    Set<String> asked = new TreeSet<>(Set.of("jobs/{job}"));
    REQUESTS.lines().forEach(line -> asked.add(line.split(",")[0].strip()));
    Set<String> json = new TreeSet<>();
    for (String path : document.getJsonObject("paths").fieldNames()) {
      if (document.getJsonObject("paths").getJsonObject(path).containsKey("get")
          && response("get", path, "200")
              .getJsonObject("content")
              .containsKey("application/json")) {
        json.add(path.substring(API.length() + 1));
      }
    }
    assertEquals(String.join("\n", json), String.join("\n", asked));
  }

  /** Sends a change and gives its answer, which has to be as described. */
  private static JsonObject changed(String method, String path, String request, String body)
      throws Exception {
    HttpResponse<String> answer = send(method, API + "/" + request, body);
    String lower = method.toLowerCase(Locale.ROOT);
    String status = String.valueOf(answer.statusCode());
    assertTrue(answer.statusCode() < 300, answer.body());
    JsonObject content = response(lower, API + "/" + path, status).getJsonObject("content");
    JsonObject json = new JsonObject(answer.body());
    fits(content.getJsonObject("application/json").getJsonObject("schema"), json);
    return json;
  }

  /** Waits for a job; all its answers have to be as described. */
  private static JsonObject done(JsonObject job) throws Exception {
    String path = API + "/jobs/" + job.getString("id");
    JsonObject ended =
        Patience.until(
            () -> {
              answersFit(API + "/jobs/{job}", path);
              return new JsonObject(send("GET", path, "").body());
            },
            now -> !List.of("running", "waiting").contains(now.getString("state")));
    assertEquals("done", ended.getString("state"), ended.encode());
    return ended;
  }

  @Test
  void whatChangesSomethingAnswersAsDescribed() throws Exception {
    String record = "{\"workload\": \"pio-echo\", \"name\": \"made\"}";
    done(changed("POST", "recordings", "recordings", record));
    answersFit(API + "/jobs", API + "/jobs");
    answersFit(ID, API + "/recordings/made");
    String other = "{\"profile\": \"linux-6.12\"}";
    JsonObject replay =
        changed("POST", "recordings/{id}/replays", "recordings/made/replays", other);
    done(replay);
    String log = "1 ioctl(3, KVM_GET_API_VERSION, 0) = 12\n";
    JsonObject imported = changed("POST", "imports", "imports?kind=strace&name=log.txt", log);
    changed("DELETE", "jobs/{job}", "jobs/" + done(imported).getString("id"), "");
    String notes = new JsonObject(send("GET", API + "/recordings/made/notes", "").body()).encode();
    changed("PUT", "recordings/{id}/notes", "recordings/made/notes", notes);
    assertEquals(409, send("PUT", API + "/recordings/made/notes", notes).statusCode());
    String trash = changed("DELETE", "recordings/{id}", "recordings/made", "").getString("trash");
    assertEquals(404, send("GET", API + "/recordings/made", "").statusCode());
    changed("POST", "trash/{file}/restore", "trash/" + trash + "/restore", "");
    answersFit(ID, API + "/recordings/made");
  }

  @Test
  void theStreamOfARecordingTellsItsHeadAndEnds() throws Exception {
    HttpResponse<String> stream = send("GET", API + "/recordings/td-one/live", "");
    String described =
        response("get", ID + "/live", "200")
            .getJsonObject("content")
            .fieldNames()
            .iterator()
            .next();
    assertEquals(described, stream.headers().firstValue("content-type").orElseThrow());
    String head = stream.body().replaceAll("(?s)^event: head\ndata: (\\{.*?})\n.*", "$1");
    assertEquals(Set.of("events", "calls", "state", "rate"), new JsonObject(head).fieldNames());
    assertTrue(stream.body().contains("event: bye\n"), stream.body());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, recordings/none, 404",
    "GET, recordings/broken, 422",
    "GET, recordings/broken/calls, 422",
    "GET, recordings/none/calls, 404",
    "GET, recordings/td-one/events/0, 400",
    "GET, recordings/td-one/events/99999, 404",
    "GET, recordings/td-one/events/99999/children, 404",
    "GET, recordings/td-one/locate?error=sideways, 400",
    "GET, recordings/td-one/timeline?bins=1, 400",
    "GET, recordings/td-one/timeline?by=length, 400",
    "GET, recordings/none/latency, 404",
    "GET, recordings/none/flame, 404",
    "GET, recordings/td-one/state?event=99999, 404",
    "GET, recordings/td-one/state?event=x, 400",
    "GET, recordings/td-one/state/history, 400",
    "GET, recordings/td-one/state/history?path=vms&limit=0, 400",
    "GET, recordings/none/live, 404",
    "GET, recordings/none/notes, 404",
    "GET, jobs/77777, 404",
    "GET, diff?a=td-one&b=none, 404",
    "GET, recordings/td-one/calls?filter=(, 400",
    "GET, recordings/td-one/calls?rule=(, 400",
    "POST, recordings, 400",
    "POST, imports?kind=other&name=x, 400",
    "POST, recordings/none/replays, 404",
    "POST, trash/none.tape/restore, 404",
    "POST, login, 404",
    "PUT, recordings/td-one/notes, 409",
    "DELETE, recordings/none, 404",
    "DELETE, jobs/77777, 404",
    "PATCH, recordings, 405",
    "GET, nowhere, 404"
  })
  void problemsAreAsDescribed(String method, String request, int status) throws Exception {
    HttpResponse<String> response = send(method, API + "/" + request, "");
    assertEquals(status, response.statusCode());
    JsonObject problem =
        document
            .getJsonObject("components")
            .getJsonObject("responses")
            .getJsonObject("Problem")
            .getJsonObject("content");
    String type = response.headers().firstValue("content-type").orElseThrow();
    fits(problem.getJsonObject(type).getJsonObject("schema"), new JsonObject(response.body()));
  }

  @Test
  void aSchemaRefusesWhatItDoesNotDescribe() {
    JsonObject schema = new JsonObject().put("$ref", "#/components/schemas/Children");
    fits(schema, new JsonObject("{\"rows\": [], \"next\": 0}"));
    assertThrows(
        AssertionError.class, () -> fits(schema, new JsonObject("{\"rows\": [[1]], \"next\": 0}")));
    assertThrows(
        AssertionError.class,
        () -> fits(schema, new JsonObject("{\"rows\": [], \"next\": 0, \"more\": 1}")));
  }

  @Test
  void pagesAreOfTheTypeThatIsDescribed() throws Exception {
    for (String page : document.getJsonObject("paths").fieldNames()) {
      if (!page.startsWith(API) && !page.contains("{file}")) {
        HttpResponse<String> answer = send("GET", page.replaceAll("[{}]", ""), "");
        String type = answer.headers().firstValue("content-type").orElseThrow();
        String described =
            response("get", page, "200").getJsonObject("content").fieldNames().iterator().next();
        assertTrue(type.startsWith(described), page + " is " + type);
      }
    }
  }
}
