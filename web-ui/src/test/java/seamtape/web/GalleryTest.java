package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every page in every state, in dark, light and high contrast, at 1280x720 and on a phone held
 * upright: axe has no serious finding, nothing is wider than the screen, nothing jumps. The
 * pictures are kept in target/gallery for the eye.
 */
class GalleryTest {
  private static final String TOKEN = "a-token-for-the-gallery";
  private static final Path PICTURES = Path.of("target/gallery");

  /** Names of themes as the page keeps them, and the side of high contrast. */
  private static final List<String> THEMES = List.of("light", "dark", "contrast", "contrast-dark");

  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");

  /** Shares of the view that moved without a key or a click, the same as Chromium's CLS. */
  private static final double STILL = 0.1;

  private static final String WATCH =
      "globalThis.jumped = 0; new PerformanceObserver(list => list.getEntries().forEach(e => {"
          + " if (!e.hadRecentInput) jumped += e.value; })).observe({type: 'layout-shift', buffered: true})";

  /** Everything in the first theme; in the others what a theme can spoil. */
  private static final String AXE =
      "async (all) => (await axe.run(document, {resultTypes: ['violations'], preload: false,"
          + " ...(all ? {} : {runOnly: {type: 'rule', values: ['color-contrast']}})})).violations"
          + ".filter(v => ['serious', 'critical'].includes(v.impact))"
          + ".map(v => v.id + ' ' + v.nodes.slice(0, 3).map(n => n.target.flat().join(' ') + ' '"
          + " + n.failureSummary.split('\\n')[1]))";

  @TempDir static Path dir;
  private static TraceServer server;
  private static TraceServer none;
  private static TraceServer guarded;
  private static BrowserContext context;
  private static Page page;
  private static String axe;

  /** What the browser complained of, but for answers that are no success. */
  private static final List<String> complaints = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
    Path served = Files.createDirectory(dir.resolve("served"));
    SampleTapes.nested(served.resolve("td-one.tape"), 60, false);
    SampleTapes.nested(served.resolve("td-two.tape"), 60, true);
    SampleTapes.imported(served.resolve("qemu.tape"), "qemu-pc-seabios");
    // The pages of the others bring their first answers along.
    SampleTapes.nested(served.resolve("unopened-a.tape"), 20, false);
    SampleTapes.nested(served.resolve("unopened-b.tape"), 20, false);
    SampleTapes.hostile(served.resolve("hostile.tape"));
    SampleTapes.empty(served.resolve("empty.tape"));
    SampleTapes.cut(served.resolve("cut.tape"));
    Files.createDirectory(served.resolve("broken.tape"));
    server = TraceServer.start(new ServerOptions(served, "127.0.0.1", 0));
    Path nothing = Files.createDirectory(dir.resolve("none"));
    none = TraceServer.start(new ServerOptions(nothing, "127.0.0.1", 0));
    TestCertificate certificate = TestCertificate.in(Files.createDirectory(dir.resolve("tls")));
    Access access = new Access(TOKEN, certificate.certificate(), certificate.key());
    guarded = TraceServer.start(new ServerOptions(nothing, "localhost", 0, access));
    context = TestChromium.context(new Browser.NewContextOptions().setIgnoreHTTPSErrors(true));
    page = context.newPage();
    page.addInitScript(WATCH);
    page.onPageError(complaints::add);
    page.onConsoleMessage(
        message -> {
          boolean status = message.text().contains("the server responded with a status of");
          if (message.type().equals("error") && !status) {
            complaints.add(message.text());
          }
        });
    try (InputStream in = GalleryTest.class.getResourceAsStream("/axe.min.js")) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @AfterAll
  static void stop() {
    if (context != null) {
      context.close();
    }
    for (TraceServer one : new TraceServer[] {server, none, guarded}) {
      if (one != null) {
        one.close();
      }
    }
  }

  /**
   * A name without a dash is of a page, which is looked at in light and dark; the others are states
   * of one. The long form looks at all in every theme, high contrast too, and so on a phone.
   *
   * @param seen what is there once the page is
   * @param keys pressed then, one after the other; a word is typed
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "recordings         | /                                       | tbody tr             | ",
        "recordings-new     | /                                       | tbody tr             | n",
        "recordings-none    | none                                    | code                 | ",
        "explorer           | /r/td-one?sel=29                        | call-details h2      | ",
        "explorer-filter    | /r/qemu                                 | call-list .row       | / errn",
        "explorer-fault     | /r/qemu                                 | call-list .row       | / errno==E2BIGG",
        "explorer-dim       | /r/qemu?f=errno&mode=dim&sel=87         | call-details h2      | ",
        "explorer-no-match  | /r/qemu?f=errno+%3D%3D+EBUSY            | .empty               | ",
        "explorer-sheet     | /r/qemu                                 | call-list .row       | ?",
        "explorer-palette   | /r/qemu                                 | call-list .row       | Control+k",
        "explorer-go-to     | /r/qemu                                 | call-list .row       | g",
        "explorer-notes     | /r/qemu?f=errno                         | call-list .row       | '",
        "explorer-hostile   | /r/hostile?sel=1                        | call-details h2      | ",
        "explorer-empty     | /r/empty                                | .empty               | ",
        "explorer-damaged   | /r/cut                                  | .band.bad            | ",
        "explorer-digest    | /r/qemu?sel=5&d=00000000                | call-details h2      | ",
        "state              | /r/td-one/state?at=16&path=vms/vm0/type | .tree .node          | ",
        "shape              | /r/td-one/shape                         | .bars a              | ",
        "shape-in-time      | /r/td-one/shape                         | .bars a              | o",
        "diff               | /diff/td-one/td-two                     | diff-call tr.differs | ",
        "diff-rules         | /diff/td-one/td-two?view=all            | diff-call tr.differs | i",
        "diff-same          | /diff/td-one/td-one                     | .same                | ",
        "diff-missing       | /diff/td-one/missing                    | h2                   | ",
        "damaged            | /r/broken                               | code                 | ",
        "damaged-state      | /r/broken/state                         | code                 | ",
        "missing            | /r/missing                              | h2                   | ",
        "no-page            | /nowhere                                | .missing a           | ",
        "login              | guarded                                 | #token               | ",
        "login-wrong        | guarded                                 | #token               | not-the-token-at-all Enter",
      })
  void everyPageIsFitToBeSeen(String name, String path, String seen, String keys) {
    show(path, seen);
    double jumped = ((Number) page.evaluate("jumped")).doubleValue();
    if (keys != null) {
      for (String key : keys.split(" ")) {
        press(key);
      }
      settle(12);
    }
    page.evaluate(axe);
    for (String theme : SOAK ? THEMES : THEMES.subList(0, name.contains("-") ? 1 : 2)) {
      wear(theme);
      picture(name + "-" + theme);
      assertEquals(List.of(), page.evaluate(AXE, theme.equals("light")), name + " " + theme);
    }
    page.setViewportSize(390, 844);
    settle(5);
    for (String theme : SOAK ? THEMES : THEMES.subList(0, 1)) {
      wear(theme);
      picture(name + "-phone-" + theme);
    }
    int wide = (Integer) page.evaluate("document.documentElement.scrollWidth");
    assertTrue(wide <= 390, name + " is " + wide + " px wide on a phone");
    assertTrue(jumped < STILL, name + " jumps: " + jumped);
    assertEquals(List.of(), complaints, name);
  }

  private static void show(String path, String seen) {
    page.setViewportSize(1280, 720);
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    page.navigate(address(path));
    PlaywrightAssertions.assertThat(page.locator(seen).first()).isVisible();
    settle(8);
  }

  /**
   * So many frames: answers to what was typed, and what is laid out anew by them, are in the
   * picture.
   */
  private static void settle(int frames) {
    page.evaluate(
        "frames => new Promise(done => { const next = () => frames-- > 0"
            + " ? requestAnimationFrame(next) : done(); next(); })",
        frames);
  }

  private static String address(String path) {
    return switch (path) {
      case "none" -> none.uri().toString();
      case "guarded" -> guarded.uri().resolve("/r/td-one").toString();
      default -> server.uri().resolve(path).toString();
    };
  }

  private static void press(String key) {
    boolean named = key.length() == 1 || key.equals("Enter") || key.startsWith("Control+");
    if (named) {
      page.keyboard().press(key);
    } else {
      page.keyboard().type(key);
    }
  }

  private static void wear(String theme) {
    boolean dark = theme.contains("dark");
    page.emulateMedia(
        new Page.EmulateMediaOptions().setColorScheme(dark ? ColorScheme.DARK : ColorScheme.LIGHT));
    page.evaluate(
        "name => new Promise(done => { document.documentElement.dataset.theme = name;"
            + " dispatchEvent(new Event('theme'));"
            + " requestAnimationFrame(() => requestAnimationFrame(done)); })",
        theme.replace("-dark", ""));
  }

  private static void picture(String name) {
    page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
  }

  /** A page that comes without the answers that it asks for first. */
  private static void withoutFirstAnswers() {
    page.route(
        "**/r/*",
        route -> {
          APIResponse answer = route.fetch();
          String bare = answer.text().replace("id=\"answers\"", "id=\"none\"");
          route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(bare));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "loading-recordings, /",
    "loading-explorer, /r/unopened-a",
    "loading-state, /r/qemu/state?at=5",
    "loading-shape, /r/qemu/shape",
    "loading-diff, /diff/td-one/td-two",
  })
  void aPageThatWaitsForItsServerSaysSo(String name, String path) {
    page.setViewportSize(1280, 720);
    withoutFirstAnswers();
    page.route("**/api/v1/**", route -> {});
    try {
      page.navigate(address(path));
      PlaywrightAssertions.assertThat(page.locator(".state").first()).containsText("…");
      picture(name);
    } finally {
      page.unrouteAll();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "error-recordings, /, Trying again",
    "error-explorer, /r/unopened-b, Try again",
    "error-state, /r/qemu/state?at=5, Try again",
    "error-shape, /r/qemu/shape, Try again",
    "error-diff, /diff/td-one/td-two, Try again",
  })
  void aPageWithoutItsServerSaysSoAndWhatToDo(String name, String path, String next) {
    page.setViewportSize(1280, 720);
    withoutFirstAnswers();
    page.route("**/api/v1/**", route -> route.abort());
    try {
      page.navigate(address(path));
      PlaywrightAssertions.assertThat(page.locator(".state").first())
          .containsText("the server does not answer");
      PlaywrightAssertions.assertThat(page.locator(".state").first()).containsText(next);
      picture(name);
    } finally {
      page.unrouteAll();
    }
  }

  @Test
  void aRecordingDamagedInTheMiddleShowsAllThatIsLeft() {
    page.setViewportSize(1280, 720);
    page.navigate(address("/r/cut"));
    PlaywrightAssertions.assertThat(page.locator(".band.bad")).containsText("checksum is wrong");
    PlaywrightAssertions.assertThat(page.locator(".band.bad code"))
        .containsText("recover cut.tape");
    PlaywrightAssertions.assertThat(page.locator("header.bar .where")).containsText("damaged");
    page.keyboard().press("End");
    PlaywrightAssertions.assertThat(page.locator("call-list .row.selected .name"))
        .containsText("KVM");
    page.keyboard().press("g");
    page.keyboard().type("50%");
    page.keyboard().press("Enter");
    PlaywrightAssertions.assertThat(page.locator("call-dialog .fault")).containsText("damaged");
  }
}
