package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do in the browser from end to end. */
class BrowserFlowsTest {
  @TempDir static Path dir;
  private static TraceServer server;

  private final List<String> complaints = new ArrayList<>();
  private BrowserContext context;
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
    SampleTapes.nested(dir.resolve("td-one.tape"), 60, false);
    SampleTapes.nested(dir.resolve("td-two.tape"), 60, true);
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

  private void open(ColorScheme scheme, int width, int height, String path) {
    context =
        TestChromium.context(
            new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, height));
    page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text() + " " + message.location());
          }
        });
    page.onPageError(complaints::add);
    go(path);
  }

  private void open(String path) {
    open(ColorScheme.LIGHT, 1280, 720, path);
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

  private static LocatorAssertions that(Locator locator) {
    return PlaywrightAssertions.assertThat(locator);
  }

  private void screen(String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(Path.of("target/screens").resolve(name + ".png")));
  }

  private void press(String... keys) {
    for (String key : keys) {
      page.keyboard().press(key);
    }
  }

  @Test
  void recordsAWorkloadFromThePageDeletesItAndTakesItBack() {
    open("/");
    that(page.locator("tbody tr")).hasCount(4);
    press("n");
    page.locator("make-dialog #workload").selectOption("pio-echo");
    page.locator("make-dialog #name").fill("mine");
    screen("make");
    page.locator("make-dialog button.primary").click();
    that(page.locator(".job")).containsText("done");
    that(page.locator("tbody tr")).hasCount(5);
    page.getByLabel("Delete mine").click();
    that(page.locator("tbody tr")).hasCount(4);
    page.getByText("Undo").click();
    that(page.locator("tbody tr")).hasCount(5);
    page.getByLabel("Delete mine").click();
    that(page.locator("tbody tr")).hasCount(4);
    press("u");
    that(page.locator("tbody tr")).hasCount(5);
    page.getByLabel("Delete mine").click();
    that(page.locator("tbody tr")).hasCount(4);
  }

  @Test
  void zoomsTheTimelineAndSelectsACallOnIt() {
    open("/r/td-one?sel=29");
    that(page.locator("time-line canvas")).isVisible();
    waitFor(HITS + ".length > 3");
    press("f");
    page.waitForURL(Pattern.compile(".*[?&]t=\\d+-\\d+.*"));
    screen("timeline");
    press("0");
    waitFor(HITS + ".length > 20 && !" + LINE + ".busy");
    Object x = page.evaluate("Math.ceil(" + HITS + ".find(h => h.y === 43 && h.a > 600).a) + 1");
    page.locator("time-line canvas").click(new Locator.ClickOptions().setPosition((Integer) x, 48));
    page.waitForURL(Pattern.compile(".*sel=(?!29).*"));
    press("x");
    page.waitForURL(Pattern.compile(".*[?&]axis=event.*"));
    waitFor(HITS + ".length > 20 && " + LINE + ".view?.from === 1");
    assertEquals(true, page.evaluate(HITS + ".every(h => h.items[h.i + 1] > 0)"), "by events");
    page.getByLabel("Timeline as a table").click();
    that(page.locator("time-line tbody tr").first()).containsText("vm0/vcpu0");
  }

  /** Playwright's own waiting evaluates text in the page, which its policy forbids. */
  private void waitFor(String condition) {
    page.waitForCondition(() -> (Boolean) page.evaluate(condition));
  }

  private static final String LINE =
      "document.querySelector('explorer-page').shadowRoot.querySelector('time-line')";

  private static final String HITS =
      "(document.querySelector('explorer-page').shadowRoot.querySelector('time-line').hits ?? [])";

  @Test
  void stepsThroughTheStateAndFindsWhoChangedAValue() {
    open("/r/td-one/state?at=5");
    that(page.locator(".node.changed").first()).isVisible();
    page.locator("td button.plain", new Page.LocatorOptions().setHasText("type")).click();
    that(page.getByText("Last changed by")).containsText("KVM_CREATE_VM");
    screen("state");
    press("b");
    that(page.getByRole(
            com.microsoft.playwright.options.AriaRole.BUTTON,
            new Page.GetByRoleOptions().setName("Before")))
        .hasAttribute("aria-pressed", "true");
    page.locator("section.pane").first().focus();
    press("j");
    page.waitForURL(Pattern.compile(".*at=7.*when=before.*"));
    page.reload();
    that(page.locator("input.at")).hasValue("7");
  }

  @Test
  void everyBarOfTheLatencyPageLeadsToItsCalls() {
    open("/r/qemu/shape");
    that(page.locator(".bars a").first()).isVisible();
    String count = page.locator(".bars a").last().getAttribute("data-count");
    screen("shape");
    page.locator(".bars a").last().click();
    that(page.locator("filter-box [role=status]")).hasText(count + " of 5,533");
    go("/r/qemu/shape");
    page.locator(".flame button", new Page.LocatorOptions().setHasText("KVM_RUN")).first().click();
    that(page.locator("filter-box [role=status]")).hasText("4,908 of 5,533");
  }

  @Test
  void completesDimsBookmarksAndSavesAFilter() {
    open("/r/qemu");
    that(page.locator("call-list .row:visible").first().locator(".name")).hasText("open");
    press("/");
    page.keyboard().type("errn");
    that(page.locator(".offers li").first()).containsText("errno");
    press("Tab");
    page.keyboard().type("!= 0");
    press("Enter");
    that(page.locator("filter-box [role=status]")).hasText("11 of 5,533");
    press("h");
    that(page.locator("call-list .row.dim").first()).isVisible();
    press("n");
    that(page.locator("call-list .row.selected.failed")).isVisible();
    press("m");
    page.keyboard().type("the first failure");
    press("Enter");
    that(page.locator("call-list .row.marked")).isVisible();
    press("'");
    that(page.locator("notes-dialog")).containsText("the first failure");
    page.locator("notes-dialog input").fill("failures");
    press("Enter");
    that(page.locator("notes-dialog li").last()).containsText("errno != 0");
    press("Escape");
    page.reload();
    that(page.locator("call-list .row.marked")).isVisible();
    press("Control+k");
    page.keyboard().type("allrec");
    press("Enter");
    page.waitForURL(Pattern.compile(".*:\\d+/$"));
  }

  @Test
  void measuresBetweenMarksPinsALaneAndColoursCallsByARule() {
    open("/r/td-one?sel=16");
    that(page.locator("call-details h2")).isVisible();
    waitFor(HITS + ".length > 3");
    press("Shift+A", "j", "j");
    that(page.locator("call-list .row.selected .event")).hasText("19");
    waitFor(LINE + ".at > " + LINE + ".marks[0]");
    press("Shift+B");
    that(page.locator("time-line .ab")).containsText("Δ");
    press("Shift+P");
    page.waitForURL(Pattern.compile(".*ab=\\d+-\\d+.*pin=vm0.*"));
    press("/");
    page.keyboard().type("call == KVM_SET_REGS");
    press("Enter");
    that(page.locator("filter-box [role=status]")).hasText(Pattern.compile("^60 of .*"));
    press("'");
    page.locator("notes-dialog select").selectOption("violet");
    page.locator("notes-dialog form.rule button").click();
    that(page.locator("notes-dialog .swatch")).hasCount(1);
    press("Escape", "Escape");
    that(page.locator("call-list .row.ruled").first()).containsText("KVM_SET_REGS");
    screen("marks-and-colours");
    page.reload();
    that(page.locator("call-list .row.ruled").first()).isVisible();
    that(page.locator("time-line .ab")).containsText("Δ");
  }

  @Test
  void theFlameGraphAlsoShowsTheOrderOfTime() {
    open("/r/td-one/shape");
    that(page.locator(".flame button").first()).isVisible();
    press("w");
    that(page.getByText("Where the calls are")).isVisible();
    press("w");
    that(page.getByText("Where the time goes")).isVisible();
    press("o");
    that(page.locator("time-line canvas")).isVisible();
    screen("flame-in-time");
    press("o");
    that(page.locator(".flame button").first()).isVisible();
  }

  @Test
  void thePaletteHasThemesColumnsAndOtherRecordings() {
    open("/r/td-one");
    that(page.locator("call-list .row:visible").first()).isVisible();
    for (String command : List.of("high contrast", "column: show took", "compare with td-two")) {
      press("Control+k");
      page.keyboard().type(command);
      press("Enter");
    }
    page.waitForURL(Pattern.compile(".*/diff/td-one/td-two.*"));
    assertEquals("contrast", page.evaluate("document.documentElement.dataset.theme"));
  }

  @Test
  void ignoresAFieldFromThePageAtOnce() {
    open("/diff/td-one/td-two");
    that(page.locator(".sum.bad").first()).containsText("12");
    page.locator("diff-call button").click();
    that(page.getByText("No difference")).isVisible();
    page.waitForURL(Pattern.compile(".*rules=.*"));
  }

  @Test
  void aRuleThatIsWrittenTakesEffectAtOnceAndABadOneSaysWhy() {
    open("/diff/td-one/td-two");
    that(page.locator(".sum.bad").first()).containsText("12");
    press("i");
    page.keyboard().type("KVM_NO_SUCH_CALL.field.of.it # none");
    that(page.locator(".rules")).containsText("KVM_NO_SUCH_CALL");
    page.locator(".rules textarea").fill("KVM_HC_KICK_CPU.ret  # does not count");
    that(page.getByText("No difference")).isVisible();
    page.waitForURL(Pattern.compile(".*rules=KVM_HC.*"));
    page.reload();
    that(page.getByText("No difference")).isVisible();
    complaints.removeIf(complaint -> complaint.contains("400"));
  }

  @Test
  void followsARecordingInProgress() throws Exception {
    try (SampleTapes.Growing growing = SampleTapes.growing(dir.resolve("growing.tape"))) {
      growing.add(500);
      open("/r/growing");
      that(page.locator("button.live.on")).isVisible();
      growing.add(4000);
      that(page.locator("call-list .row:visible").last().locator(".event")).hasText("8,999");
      press("Space");
      that(page.locator("button.live.off")).containsText("PAUSED");
      growing.add(1000);
      that(page.locator("button.live.off")).containsText("1,000 new");
      screen("live");
      growing.seal();
      that(page.locator("button.live")).hasCount(0);
      press("End");
      that(page.locator("call-list .row.selected .event")).hasText("10,999");
    } finally {
      Maker.delete(dir.resolve("growing.tape"));
    }
  }

  @Test
  void aServerThatComesBackIsFoundAgain() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    SampleTapes.plain(other.resolve("plain.tape"), 40_000);
    TraceServer first = TraceServer.start(new ServerOptions(other, "127.0.0.1", 0));
    int port = first.uri().getPort();
    open("/");
    page.navigate(first.uri().resolve("/r/plain").toString());
    that(page.locator("call-list .row:visible").first()).containsText("KVM");
    first.close();
    press("End");
    that(page.getByText("The server does not answer.")).isVisible();
    try (TraceServer again = TraceServer.start(new ServerOptions(other, "127.0.0.1", port))) {
      assertEquals(port, again.uri().getPort());
      that(page.getByText("The server does not answer.")).hasCount(0);
      press("Home", "End");
      that(page.locator("call-list .row.selected .event")).hasText("39,999");
      page.navigate("about:blank");
    }
    complaints.removeIf(complaint -> complaint.contains("ERR_"));
  }

  @Test
  void damageThatCameAfterTheIndexIsShownWhenItIsMet() throws Exception {
    Path other = Files.createDirectory(dir.resolve("rotten"));
    Path tape = other.resolve("plain.tape");
    SampleTapes.plain(tape, 40_000);
    try (TraceServer first = TraceServer.start(new ServerOptions(other, "127.0.0.1", 0))) {
      open(first.uri().resolve("/r/plain").toString());
      that(page.locator(".errors .n")).containsText("error");
      waitForIndex(tape);
    }
    SampleTapes.damage(tape);
    try (TraceServer again = TraceServer.start(new ServerOptions(other, "127.0.0.1", 0))) {
      page.navigate(again.uri().resolve("/r/plain").toString());
      that(page.locator(".errors .n")).containsText("error");
      that(page.locator(".band.bad")).hasCount(0);
      press("g");
      page.keyboard().type("50%");
      press("Enter");
      that(page.locator(".band.bad")).containsText("checksum is wrong");
    }
    complaints.removeIf(complaint -> complaint.contains("422") || complaint.contains("ERR_"));
  }

  private void waitForIndex(Path tape) {
    page.waitForCondition(() -> Files.exists(tape.resolve("index/shape")));
  }

  @Test
  void tenTabsStayAlive() {
    open("/r/qemu");
    List<Page> tabs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Page tab = context.newPage();
      tab.navigate(server.uri().resolve("/r/qemu?sel=" + (2 * i + 1)).toString());
      tabs.add(tab);
    }
    for (Page tab : tabs) {
      that(tab.locator("call-list .row.selected .name")).hasText(Pattern.compile("\\w+"));
    }
    assertEquals(Map.of("ok", true), page.evaluate("fetch('/api/v1/health').then(r => r.json())"));
  }
}
