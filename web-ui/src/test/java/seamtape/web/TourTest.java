package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows docs/TOUR.md to the letter; its pictures are made anew under -Dgolden=update. */
class TourTest {
  private static final Path DOCS = Path.of(System.getProperty("seamtape.root"), "docs");
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path dir;
  private static TraceServer server;
  private static String tour;

  private Page page;

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
    Path served = Files.createDirectory(dir.resolve("tour"));
    SampleTapes.imported(served.resolve("qemu.tape"), "qemu-pc-seabios");
    server = TraceServer.start(new ServerOptions(served, "127.0.0.1", 0));
    record("td-errors", "linux-7.3", "td-errors");
    record("td-teardown", "linux-7.3", "td-teardown");
    record("tdx-shm", "linux-6.2+tdx-shm", "tdx-shm");
    record("tdx-shm", "linux-6.2", "without");
    tour = Files.readString(DOCS.resolve("TOUR.md")).replaceAll("\\s+", " ");
  }

  private static void record(String workload, String profile, String name) throws Exception {
    JsonObject json =
        new JsonObject().put("workload", workload).put("profile", profile).put("name", name);
    HttpRequest.Builder start =
        HttpRequest.newBuilder(server.uri().resolve("/api/v1/recordings"))
            .header(Guard.MARK, "1")
            .POST(HttpRequest.BodyPublishers.ofString(json.encode()));
    String job = send(start).headers().firstValue("location").orElseThrow();
    Patience.until(
        () -> new JsonObject(send(HttpRequest.newBuilder(server.uri().resolve(job))).body()),
        answer -> answer.getString("state").equals("done"));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void close() {
    page.context().close();
  }

  private void open(String recording) {
    page =
        TestChromium.context(new Browser.NewContextOptions().setViewportSize(1280, 720)).newPage();
    page.navigate(server.uri().toString());
    that(page.locator("tbody a.name").first()).isVisible();
    if (!recording.isEmpty()) {
      page.locator("tbody a.name", new Page.LocatorOptions().setHasText(recording)).first().click();
      that(page.locator("call-list .row:visible").first()).isVisible();
      that(page.locator(".errors .n")).containsText("error");
    }
  }

  private static LocatorAssertions that(Locator locator) {
    return PlaywrightAssertions.assertThat(locator);
  }

  private void press(String... keys) {
    for (String key : keys) {
      page.keyboard().press(key);
    }
  }

  private Locator selected(String part) {
    return page.locator("call-list .row.selected " + part);
  }

  private void picture(String name) {
    boolean update = "update".equals(System.getProperty("golden"));
    Path target = update ? DOCS.resolve("tour") : Path.of("target/screens");
    page.screenshot(new Page.ScreenshotOptions().setPath(target.resolve(name + ".png")));
  }

  private static void told(String... words) {
    for (String word : words) {
      assertTrue(tour.contains(word), "docs/TOUR.md does not say " + word);
    }
  }

  @Test
  void whichCallFailedFirst() {
    open("qemu");
    press("e");
    that(selected(".error")).isVisible();
    that(page.locator("call-details h2")).containsText("✕");
    told("event " + selected(".event").textContent(), "E2BIG", selected(".name").textContent());
    that(page.locator(".why li")).containsText("E2BIG with count filled");
    that(selected(".error")).hasText("E2BIG");
    picture("first-failure");
  }

  @Test
  void whyTheThirdRefusal() {
    open("td-errors");
    press("/");
    page.keyboard().type("ioctl and error");
    press("Enter");
    that(page.locator("filter-box [role=status]")).hasText(Pattern.compile("^\\d+ of [\\d,]+$"));
    press("Home", "j", "j");
    that(page.locator("call-list .row.selected")).hasAttribute("aria-rowindex", "4");
    that(page.locator("call-details h2")).containsText("✕");
    String event = selected(".event").textContent();
    told(selected(".error").textContent());
    told(selected(".arguments").textContent().replaceAll("(?s).*?id=(\\w+).*", "$1"));
    that(page.locator(".why summary")).containsText("checks of KVM_TDX_INIT_VM");
    String beneath = page.locator(".why .beneath .l").textContent();
    press("Escape");
    that(page.locator("filter-box [role=status]")).hasCount(0);
    that(selected(".event")).hasText(event);
    press("e");
    that(selected(".name")).hasText(Pattern.compile("^TDH\\..*"));
    String seamcall = selected(".name").textContent();
    that(page.locator("call-details .node.here")).containsText(seamcall);
    assertTrue(beneath.startsWith(seamcall), beneath);
    that(page.locator(".why")).containsText("Operand XFAM");
    told(seamcall + " answered " + selected(".error").textContent(), "KVM_TDX_INIT_VM");
    picture("td-errors");
  }

  @Test
  void whatChangedInAPagesOwnership() {
    open("td-teardown");
    press("/");
    page.keyboard().type("call == TDH.MEM.PAGE.ADD");
    press("Enter");
    that(page.locator("filter-box [role=status]")).hasText(Pattern.compile("^\\d+ of [\\d,]+$"));
    press("Home");
    that(selected(".name")).hasText("TDH.MEM.PAGE.ADD");
    that(page.locator("call-details h2")).containsText("TDH.MEM.PAGE.ADD");
    press("t");
    that(page.locator(".call")).hasText("TDH.MEM.PAGE.ADD");
    Locator type = page.locator("td button.plain", new Page.LocatorOptions().setHasText("type"));
    that(type).hasCount(1);
    that(page.locator("td.new", new Page.LocatorOptions().setHasText("PT_REG"))).isVisible();
    that(page.locator("td.new", new Page.LocatorOptions().setHasText("TDX_SEPT_PRESENT")))
        .isVisible();
    type.click();
    that(page.getByText("Last changed by")).containsText("TDH.MEM.PAGE.ADD");
    told("PT_REG", "TDX_SEPT_PRESENT", "MRTD");
    picture("page-ownership");
  }

  @Test
  void whereTwoProfilesPart() {
    open("");
    page.getByLabel("Select tdx-shm for comparing").check();
    page.getByLabel("Select without for comparing").check();
    press("d");
    Locator first = page.locator("diff-list .row.selected");
    that(first).containsText("KVM_TDX_SHM");
    that(page.locator("diff-call tr.differs").first()).isVisible();
    that(page.getByText("ENOTTY").first()).isVisible();
    that(first).containsText("ENOTTY");
    told("KVM_TDX_SHM", "ENOTTY", "event 14", "linux-6.2 -o tour/without.tape");
    that(first).containsText("14");
    picture("tdx-shm-diff");
  }

  @Test
  void theOtherProfileIsRunFromTheDiff() {
    open("");
    page.navigate(server.uri().resolve("/diff/tdx-shm/tdx-shm").toString());
    that(page.locator(".same")).isVisible();
    page.getByLabel("Replay the left recording on another profile").selectOption("linux-6.2");
    told("**Replay left on…**", "**Replay**");
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Replay").setExact(true))
        .click();
    page.waitForURL(Pattern.compile(".*/diff/tdx-shm/tdx-shm-on-linux-6-2.*"));
    that(page.locator("diff-list .row.selected")).containsText("KVM_TDX_SHM");
    that(page.locator("diff-list .row.selected")).containsText("ENOTTY");
  }
}
