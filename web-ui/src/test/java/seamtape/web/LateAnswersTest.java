package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person did while an answer was on its way is not undone by it. */
class LateAnswersTest {
  @TempDir static Path dir;
  private static TraceServer server;

  private final List<String> complaints = new ArrayList<>();
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
    SampleTapes.nested(dir.resolve("td-one.tape"), 60, false);
    SampleTapes.nested(dir.resolve("td-two.tape"), 60, true);
    SampleTapes.plain(dir.resolve("plain.tape"), 40_000);
    SampleTapes.files(dir.resolve("files.tape"), 450);
    server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void blank() {
    page =
        TestChromium.context(new Browser.NewContextOptions().setViewportSize(1280, 720)).newPage();
    page.onPageError(complaints::add);
    // A page that is there already goes on for a moment past a route that is new: one is always.
    page.context().route("**/never", Route::resume);
  }

  @AfterEach
  void nothingWasComplainedOf() {
    page.context().close();
    assertEquals(List.of(), complaints);
  }

  private void open(String path) {
    page.navigate(server.uri().resolve(path).toString());
  }

  private static LocatorAssertions that(Locator locator) {
    return PlaywrightAssertions.assertThat(locator);
  }

  private void press(String... keys) {
    for (String key : keys) {
      page.keyboard().press(key);
    }
  }

  private Locator selected() {
    return page.locator("call-list .row.selected");
  }

  /** Answers of the server that the page does not have yet. */
  private final class Held {
    private final List<Runnable> answers = new ArrayList<>();

    private Held(Predicate<String> address, UnaryOperator<String> change) {
      page.route(
          address,
          route -> {
            if (route.request().method().equals("GET")) {
              String body = change.apply(route.fetch().text());
              answers.add(() -> route.fulfill(new Route.FulfillOptions().setBody(body)));
            } else {
              route.resume();
            }
          });
    }

    /** Waits for so many. */
    Held come(int count) {
      page.waitForCondition(() -> answers.size() >= count);
      return this;
    }

    /** Lets them go, and what comes later pass. */
    void release() {
      page.unrouteAll();
      answers.forEach(Runnable::run);
    }

    /** Lets them go, and comes back when the page has read what is asked at such an address. */
    void releaseAndRead(String end) {
      page.waitForRequestFinished(
          new Page.WaitForRequestFinishedOptions()
              .setPredicate(request -> request.url().endsWith(end)),
          this::release);
      page.evaluate(
          "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }
  }

  /** Holds what is asked at such addresses from now on; the server answers it at once. */
  private Held hold(String part) {
    return new Held(url -> url.contains(part), UnaryOperator.identity());
  }

  /** Only the first of them. */
  private Held holdFirst(Predicate<String> address) {
    boolean[] met = new boolean[1];
    return new Held(url -> address.test(url) && !met[0] && (met[0] = true), body -> body);
  }

  /** A page that has to ask for all that it shows. */
  private void openBare(String path) {
    page.route(
        url -> url.endsWith(path),
        route -> {
          APIResponse answer = route.fetch();
          String bare = answer.text().replace("id=\"answers\"", "id=\"none\"");
          route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(bare));
        });
    open(path);
  }

  @Test
  void aCallThatIsChosenWhileTheAddressIsStillLookedForStaysChosen() {
    Held place = hold("/locate?event=13");
    open("/r/td-one?sel=13");
    that(page.locator("call-list .row:visible").first().locator(".event")).hasText("1");
    place.come(1);
    press("Home");
    that(selected().locator(".event")).hasText("1");
    place.release();
    that(page.locator("call-details .node.here")).containsText("open");
    press("j");
    that(selected().locator(".event")).hasText("3");
    page.waitForURL(Pattern.compile(".*sel=3&.*"));
  }

  @Test
  void keysFasterThanAnAnswerActOneAfterTheOther() {
    open("/r/td-one?sel=3");
    that(selected().locator(".event")).hasText("3");
    Held error = hold("/locate?error=next");
    press("e", "j", "m");
    page.keyboard().type("after the error");
    press("Enter");
    error.come(1).release();
    that(selected().locator(".event")).hasText("16");
    that(page.locator("call-list .row.marked .event")).containsText("16");
  }

  @Test
  void whoWritesAFilterWhileTheAddressIsLookedForKeepsTheKeyboard() {
    Held place = hold("/locate?event=13");
    open("/r/td-one?sel=13");
    that(page.locator("call-list .row:visible").first()).isVisible();
    press("/");
    page.keyboard().type("err");
    place.come(1).release();
    that(selected().locator(".event")).hasText("13");
    page.keyboard().type("or");
    that(page.locator("filter-box input")).hasValue("error");
    press("Enter");
    that(page.locator("filter-box [role=status]")).containsText(" of ");
    page.waitForURL(Pattern.compile(".*f=error.*"));
  }

  @Test
  void anAnswerThatIsOvertakenDoesNotCountAFilterBack() {
    open("/r/plain");
    that(page.locator(".errors .n")).containsText("error");
    Held place =
        new Held(
            url -> url.contains("/locate?event=1993"),
            body -> body.replaceFirst("(\"page\":.*)\"complete\":true", "$1\"complete\":false"));
    open("/r/plain?f=errno+%3D%3D+EINVAL&sel=1993");
    that(page.locator("filter-box [role=status]")).hasText("20 of 20,000");
    place.come(1).release();
    that(selected().locator(".event")).hasText("1,993");
    that(page.locator("filter-box [role=status]")).hasText("20 of 20,000");
  }

  @Test
  void aNoteThatIsMadeBeforeTheNotesAreReadIsKept() {
    Held notes = hold("/notes");
    openBare("/r/plain?sel=3");
    that(selected().locator(".event")).hasText("3");
    press("m");
    page.keyboard().type("early");
    press("Enter");
    press("j");
    that(selected().locator(".event")).hasText("5");
    press("m");
    page.keyboard().type("second");
    press("Enter");
    notes.come(1).releaseAndRead("/notes");
    that(page.locator("call-list .row.marked")).hasCount(2);
    page.reload();
    that(page.locator("call-list .row.marked")).hasCount(2);
  }

  @Test
  void everyStepThroughTheStateCounts() {
    open("/r/td-one/state?at=5");
    that(page.locator(".node.changed").first()).isVisible();
    Held states = hold("/calls?");
    press("j", "j", "j");
    states.come(1).release();
    that(page.locator("input.at")).hasValue("11");
    that(page.locator(".tools .call")).hasText("KVM_CREATE_VCPU");
    press("k", "b", "k");
    that(page.locator("input.at")).hasValue("7");
    page.waitForURL(Pattern.compile(".*at=7.*when=before.*"));
  }

  @Test
  void whatIsSoughtInTheStateBeforeItIsThereIsFound() {
    Held states = holdFirst(url -> url.contains("/api/v1/recordings/files/state?"));
    open("/r/files/state?at=899");
    states.come(1);
    page.locator("input.find").fill("fd333");
    states.release();
    that(page.locator(".tree .node[aria-level='2']")).hasCount(1);
  }

  @Test
  void differencesThatAreWalkedWhileAnotherViewIsAskedForStaySelected() {
    open("/diff/td-one/td-two");
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "1");
    Held view = hold("view=all");
    press("c", "n", "n");
    view.come(1).release();
    that(page.getByText("3 of 12")).isVisible();
    press("r", "R", "End");
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "12");
  }

  @Test
  void aListOfRecordingsThatIsOvertakenDoesNotBringADeletedOneBack() throws Exception {
    SampleTapes.empty(dir.resolve("away.tape"));
    SampleTapes.empty(dir.resolve("first-away.tape"));
    open("/");
    that(page.getByLabel("Delete away")).isVisible();
    Held older = holdFirst(url -> url.endsWith("/api/v1/recordings"));
    page.getByLabel("Delete first-away").click();
    older.come(1);
    page.getByLabel("Delete away").click();
    that(page.locator("tbody tr")).hasCount(4);
    older.releaseAndRead("/api/v1/recordings");
    that(page.locator("tbody tr")).hasCount(4);
  }

  @Test
  void aCommandThatIsEnteredBeforeTheRecordingsAreKnownIsRun() {
    open("/r/td-one");
    that(page.locator("call-list .row:visible").first()).isVisible();
    Held list = holdFirst(url -> url.endsWith("/api/v1/recordings"));
    press("Control+k");
    page.keyboard().type("compare with td-two");
    press("Enter");
    list.come(1).release();
    page.waitForURL(Pattern.compile(".*/diff/td-one/td-two.*"));
  }
}
