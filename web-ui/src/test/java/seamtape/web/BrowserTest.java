package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitUntilState;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages in a real browser, as people use them: Debian's Chromium, driven by Playwright with the
 * system's node. Skipped where one of the two is missing. Screenshots are kept in target/screens.
 */
class BrowserTest {
  private static final int EVENTS = 1_000_000;

  /** So many that a pass over them gives way to the first view. */
  private static final int LONG_EVENTS = 1_100_000;

  @TempDir static Path dir;
  private static TraceServer server;

  private final List<String> complaints = new ArrayList<>();
  private BrowserContext context;
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
    SampleTapes.nested(dir.resolve("td-one.tape"), 300, false);
    SampleTapes.nested(dir.resolve("td-again.tape"), 300, false);
    SampleTapes.nested(dir.resolve("td-two.tape"), 300, true);
    SampleTapes.plain(dir.resolve("million.tape"), EVENTS);
    SampleTapes.hostile(dir.resolve("hostile.tape"));
    SampleTapes.empty(dir.resolve("empty.tape"));
    SampleTapes.imported(dir.resolve("qemu.tape"), "qemu-pc-seabios");
    Files.createDirectory(dir.resolve("broken.tape"));
    server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** A page that writes down every complaint of the browser, and speaks to our server alone. */
  private void open(ColorScheme scheme, String path) {
    context =
        TestChromium.context(
            new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(1280, 720));
    page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text() + " " + message.location());
          }
        });
    page.onPageError(complaints::add);
    page.onRequest(
        request -> {
          if (!request.url().startsWith(server.uri().toString())) {
            complaints.add("foreign request " + request.url());
          }
        });
    page.addInitScript(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))");
    go(path);
  }

  private void go(String path) {
    page.navigate(server.uri().resolve(path).toString());
  }

  @AfterEach
  void nothingWasComplainedOf() {
    if (context != null) {
      context.close();
    }
    assertEquals(List.of(), complaints);
  }

  private void screen(String name, ColorScheme scheme) {
    String file = name + "-" + scheme.name().toLowerCase(java.util.Locale.ROOT) + ".png";
    page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screens").resolve(file)));
  }

  private Locator rows() {
    return page.locator("call-list .row:visible");
  }

  private Locator selected() {
    return page.locator("call-list .row.selected");
  }

  private static LocatorAssertions that(Locator locator) {
    return PlaywrightAssertions.assertThat(locator);
  }

  private void press(String... keys) {
    for (String key : keys) {
      page.keyboard().press(key);
    }
  }

  /** The row that a key made the selected one, by its event number. */
  private void expectSelected(String event) {
    that(selected().locator(".event")).hasText(event);
  }

  @Test
  void scrollsOverAMillionEventsWithoutASpacer() {
    open(ColorScheme.LIGHT, "/r/million");
    that(rows().first().locator(".event")).hasText("1");
    press("End");
    expectSelected("999,999");
    assertTrue(rows().count() < 60, "only the rows in view exist");
    press("Home");
    expectSelected("1");
    page.mouse().move(400, 250);
    page.mouse().wheel(0, 210_000);
    that(rows().first().locator(".event")).hasText("20,001");
    Locator bar = page.locator("call-list .bar");
    bar.click(new Locator.ClickOptions().setPosition(6, bar.boundingBox().height / 2));
    that(rows().first().locator(".event")).hasText(Pattern.compile("^(4|5)\\d\\d,\\d\\d\\d$"));
    assertEquals("500000", page.locator("call-list .grid").getAttribute("aria-rowcount"));
    double height = (Double) page.evaluate(TALLEST);
    assertTrue(height < 5_000, "no element is " + height + " px high");
  }

  private static final String TALLEST =
      "() => Math.max(...[...document.querySelector('explorer-page').shadowRoot"
          + ".querySelector('call-list').shadowRoot.querySelectorAll('*')].map(e => e.scrollHeight)) + 0.5";

  @Test
  void isUsedByKeyboardAlone() {
    open(ColorScheme.DARK, "/r/td-one");
    that(rows().first().locator(".event")).hasText("1");
    press("j", "j", "j");
    expectSelected("5");
    press("k");
    expectSelected("3");
    press("e");
    expectSelected("13");
    press("e");
    that(selected().locator(".event")).not().hasText("13");
    press("Shift+E");
    expectSelected("13");
    press("g");
    page.keyboard().type("21");
    press("Enter");
    expectSelected("21");
    that(page.locator("call-details .node")).hasCount(4);
    press("[", "[");
    expectSelected("19");
    press("]");
    expectSelected("20");
    press("?");
    that(page.getByText("First call nested in this one")).isVisible();
    screen("keys", ColorScheme.DARK);
    press("Escape");
    press("/");
    page.keyboard().type("seamcall and error");
    press("Enter");
    that(page.locator("filter-box [role=status]")).hasText(Pattern.compile("^27 of 1,550$"));
    press("j");
    that(selected().locator(".error")).containsText("TDX_OPERAND_BUSY");
    press("Escape");
    that(page.locator("filter-box [role=status]")).hasCount(0);
    press("Shift+T");
    assertEquals("light", page.evaluate("document.documentElement.dataset.theme"));
    page.reload();
    assertEquals("light", page.evaluate("document.documentElement.dataset.theme"));
  }

  @Test
  void checksAFilterWhileItIsTyped() {
    open(ColorScheme.LIGHT, "/r/qemu");
    that(rows().first()).isVisible();
    press("/");
    page.keyboard().type("errno == E2BIGG");
    that(page.locator("filter-box .fault")).containsText("E2BIG");
    that(page.locator("filter-box .caret")).hasText("         ^^^^^^");
    screen("filter-fault", ColorScheme.LIGHT);
    press("Backspace");
    that(page.locator("filter-box .field.good")).isVisible();
    press("Enter");
    that(rows()).hasCount(9);
    screen("filter", ColorScheme.LIGHT);
    page.waitForURL(Pattern.compile(".*f=errno.*"));
    page.locator("filter-box button").click();
    that(rows().nth(5)).isVisible();
    page.goBack();
    that(rows()).hasCount(9);
    go("/r/qemu?f=errno+%3D%3D+EBUSY");
    that(page.getByText("No call passes this filter")).isVisible();
  }

  /** A server that is fast, or a browser that is slow, has the summary first: then once more. */
  @Test
  void aFilterShowsItsFirstHitsBeforeTheSummaryIsThere() throws Exception {
    Path others = Files.createDirectory(dir.resolve("others"));
    Path tape = others.resolve("long.tape");
    SampleTapes.plain(tape, LONG_EVENTS);
    open(ColorScheme.LIGHT, "/");
    boolean early = false;
    try (TraceServer other = TraceServer.start(new ServerOptions(others, "127.0.0.1", 0))) {
      for (int i = 0; !early && i < 20; i++) {
        SampleTapes.again(tape, others.resolve("long-" + i + ".tape"), false);
        String address = other.uri() + "r/long-" + i + "?f=errno+%3D%3D+EINVAL";
        // Not an answer to the page before, whose text would be gone with it.
        String asked = ".*/long-" + i + "/calls\\?.*filter=.*";
        Response first =
            page.waitForResponse(
                response -> response.url().matches(asked), () -> page.navigate(address));
        JsonObject rows = new JsonObject(first.text());
        early = !rows.getBoolean("settled") && !rows.getJsonArray("rows").isEmpty();
        that(rows().first().locator(".event")).hasText("1,993");
      }
      String all = "%,d of %,d".formatted(LONG_EVENTS / 2 / 997, LONG_EVENTS / 2);
      that(page.locator("filter-box [role=status]")).hasText(all);
      complaints.removeIf(complaint -> complaint.contains("foreign request " + other.uri()));
    }
    assertTrue(early, "no filter was answered before the summary was there");
  }

  @Test
  void aLinkShowsTheSameView() {
    open(ColorScheme.LIGHT, "/r/million?sel=700001&top=699991");
    expectSelected("700,001");
    that(rows().first().locator(".event")).hasText("699,991");
    press("j");
    expectSelected("700,003");
    page.waitForURL(Pattern.compile(".*sel=700003.*"));
    page.reload();
    expectSelected("700,003");
    that(rows().first().locator(".event")).hasText("699,991");
    page.waitForURL(Pattern.compile(".*[?&]d=[0-9a-f]{8}(&.*)?"));
    go("/r/million?sel=5&d=00000000");
    that(page.getByText("another digest")).isVisible();
    go("/r/million?sel=-1&top=x&f=((&junk=1");
    that(page.getByText("the filter cannot be used")).isVisible();
    complaints.removeIf(complaint -> complaint.contains("400"));
  }

  @Test
  void showsBytesAndFieldsTogether() {
    open(ColorScheme.DARK, "/r/td-one?sel=16");
    Locator field =
        page.locator("call-details tr.field", new Page.LocatorOptions().setHasText("rip"));
    field.hover();
    that(page.locator("hex-view .hex .on")).hasCount(8);
    page.locator("hex-view [data-byte='1.3']").first().hover();
    that(page.locator("call-details tr.field.on")).containsText("rax");
  }

  @Test
  void walksTheDifferences() {
    open(ColorScheme.DARK, "/");
    page.getByLabel("Select td-one for comparing").check();
    page.getByLabel("Select td-two for comparing").check();
    press("d");
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "1");
    that(page.locator("diff-list .row.selected")).hasClass(Pattern.compile(".*root.*"));
    that(page.locator("diff-list .row.selected")).containsText("+59 consequences");
    that(page.locator("aside.follows a")).hasCount(59);
    press("c");
    that(page.getByText("1 of 60")).isVisible();
    press("n", "n");
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "3");
    press("p");
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "2");
    press("End");
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "60");
    page.waitForURL(Pattern.compile(".*hunk=59.*"));
    page.reload();
    that(page.locator("diff-list .row.selected")).hasAttribute("aria-rowindex", "60");
    press("a");
    that(selected().locator(".name")).hasText("KVM_HC_KICK_CPU");
  }

  @Test
  void hostileTextStaysText() {
    open(ColorScheme.LIGHT, "/");
    that(page.locator("tbody tr")).hasCount(8);
    go("/r/hostile?sel=1");
    that(page.locator("call-details h2")).containsText("open");
    that(rows().first().locator(".arguments")).containsText("<img src=x onerror=alert(1)>");
    screen("hostile", ColorScheme.LIGHT);
    assertFalse(page.content().contains("<img"));
    assertEquals(0, page.locator("img").count());
  }

  /** Where a row stands, and what is written in it. */
  private static final String PLACES =
      "rows => rows.map(row => row.textContent + JSON.stringify(row.getBoundingClientRect()))"
          + ".slice(0, 8)";

  /** They come with the page, before its script: hostile text in them too. */
  @Test
  void theFirstRowsStandWhereTheListPutsThem() throws Exception {
    open(ColorScheme.DARK, "/");
    theFirstRowsStand(1280, "/r/td-one");
    theFirstRowsStand(390, "/r/hostile");
  }

  private void theFirstRowsStand(int width, String path) throws Exception {
    page.setViewportSize(width, 720);
    List<Route> held = new ArrayList<>();
    page.route("**/explorer.page.js", held::add);
    Patience.until(() -> rowsBeforeTheScript(path), count -> count > 0);
    Object before = page.locator("#first .row").evaluateAll(PLACES);
    screen("first" + path.replace("/r/", "-"), ColorScheme.DARK);
    assertEquals(0, page.locator("#first img").count());
    page.unroute("**/explorer.page.js");
    held.forEach(Route::resume);
    that(page.locator("#first")).hasCount(0);
    assertEquals(before, page.locator("call-list .row").evaluateAll(PLACES), path);
  }

  /** A busy server sends the page without them. */
  private int rowsBeforeTheScript(String path) {
    page.navigate(
        server.uri().resolve(path).toString(),
        new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
    page.waitForFunction(
        "() => document.getElementById('first') ?? document.querySelector('body script ~ script')");
    return page.locator("#first .row").count();
  }

  @Test
  void saysWhatIsWrongAndWhatToDo() {
    open(ColorScheme.LIGHT, "/r/broken");
    that(page.getByText("This recording cannot be read")).isVisible();
    screen("damaged", ColorScheme.LIGHT);
    go("/r/missing");
    that(page.getByText("There is no such recording")).isVisible();
    go("/diff/td-one/missing");
    that(page.getByText("cannot be compared")).isVisible();
    complaints.removeIf(complaint -> complaint.contains("422") || complaint.contains("404"));
  }

  @Test
  void tellsHowToMakeAFirstRecording() throws Exception {
    Path none = Files.createDirectory(dir.resolve("none"));
    try (TraceServer other = TraceServer.start(new ServerOptions(none, "127.0.0.1", 0))) {
      open(ColorScheme.LIGHT, "/");
      complaints.clear();
      page.navigate(other.uri().toString());
      that(page.getByText("./seamtape record")).isVisible();
      screen("no-recordings", ColorScheme.LIGHT);
      complaints.removeIf(complaint -> complaint.contains("foreign request " + other.uri()));
    }
  }
}
