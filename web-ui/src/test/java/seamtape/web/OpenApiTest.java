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
        recordings/{id}/events/{event}          , recordings/td-one/events/29
        recordings/{id}/events/{event}/children , recordings/td-one/events/29/children
        recordings/{id}/locate                  , recordings/td-one/locate?percent=50
        recordings/{id}/locate                  , recordings/td-one/locate?error=first
        recordings/{id}/locate                  , recordings/td-one/locate?match=next&filter=errno
        recordings/{id}/timeline                , recordings/td-one/timeline
        recordings/{id}/latency                 , recordings/td-one/latency
        recordings/{id}/flame                   , recordings/td-one/flame
        recordings/{id}/state                   , recordings/td-one/state?event=16
        recordings/{id}/state                   , recordings/td-one/state?when=before
        recordings/{id}/state/history           , recordings/td-one/state/history?path=vms
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
    for (int i = 0; i < 500; i++) {
      HttpResponse<String> response = send("GET", request, "");
      assertEquals(200, response.statusCode(), response.body());
      JsonObject answer = new JsonObject(response.body());
      fits(schema, answer);
      if (answer.getBoolean("complete", true)) {
        return;
      }
      Thread.sleep(10);
    }
    throw new AssertionError(request + " is never complete");
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

  @Test
  void jobsAndWhatTheyMakeAreAsDescribed() throws Exception {
    HttpResponse<String> started =
        send("POST", API + "/recordings", "{\"workload\": \"pio-echo\", \"name\": \"made\"}");
    JsonObject accepted =
        response("post", API + "/recordings", "202")
            .getJsonObject("content")
            .getJsonObject("application/json")
            .getJsonObject("schema");
    fits(accepted, new JsonObject(started.body()));
    String job = started.headers().firstValue("location").orElseThrow();
    for (int i = 0; i < 1000; i++) {
      answersFit(API + "/jobs/{job}", job);
      String state = new JsonObject(send("GET", job, "").body()).getString("state");
      if (!state.equals("running") && !state.equals("waiting")) {
        assertEquals("done", state);
        break;
      }
      Thread.sleep(10);
    }
    answersFit(API + "/jobs", API + "/jobs");
    answersFit(ID, API + "/recordings/made");
  }

  @ParameterizedTest
  @CsvSource({
    "recordings/none, 404",
    "recordings/broken, 422",
    "recordings/td-one/events/0, 400",
    "recordings/td-one/calls?filter=(, 400",
    "nowhere, 404"
  })
  void problemsAreAsDescribed(String request, int status) throws Exception {
    HttpResponse<String> response = send("GET", API + "/" + request, "");
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
