package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the pages do with their server: jobs, files sent to it, a restart, its token. */
class BrowserServerTest {
  private static final String TOKEN = "a-token-for-the-browser";

  @TempDir static Path dir;
  private static TraceServer server;

  private BrowserContext context;
  private Page page;

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
    Path served = Files.createDirectory(dir.resolve("served"));
    SampleTapes.nested(served.resolve("td-one.tape"), 60, false);
    SampleTapes.nested(served.resolve("td-two.tape"), 60, true);
    server = TraceServer.start(new ServerOptions(served, "127.0.0.1", 0));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void close() {
    context.close();
  }

  private void open(TraceServer of, String path) {
    context =
        TestChromium.context(
            new Browser.NewContextOptions().setViewportSize(1280, 720).setIgnoreHTTPSErrors(true));
    page = context.newPage();
    page.navigate(of.uri().resolve(path).toString());
  }

  private static LocatorAssertions that(Locator locator) {
    return PlaywrightAssertions.assertThat(locator);
  }

  private Locator job(String name) {
    return page.locator(".job", new Page.LocatorOptions().setHasText(name));
  }

  @Test
  void aWorkloadOfOnesOwnIsRecordedAndALogImported() {
    open(server, "/");
    page.keyboard().press("n");
    page.getByText("Workload file").click();
    String yaml = "name: own\ndoc: of a test\nsteps:\n  - kvm: open /dev/kvm\n";
    page.locator("make-dialog #yaml").setInputFiles(file("own.yaml", yaml));
    page.locator("make-dialog button.primary").click();
    that(job("own")).containsText("done");
    page.keyboard().press("n");
    page.getByText("Import a log").click();
    String log = "1 ioctl(3, KVM_GET_API_VERSION, 0) = 12\n".repeat(50);
    page.locator("make-dialog #log").setInputFiles(file("vmm.strace", log));
    page.locator("make-dialog button.primary").click();
    that(job("vmm")).containsText("done");
    page.keyboard().press("n");
    page.getByText("Workload file").click();
    page.locator("make-dialog #yaml").setInputFiles(file("bad.yaml", "steps: 7"));
    page.locator("make-dialog button.primary").click();
    that(page.locator("make-dialog .fault")).isVisible();
  }

  private static FilePayload file(String name, String text) {
    return new FilePayload(name, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aLongJobShowsItsProgressAndIsCancelled() {
    open(server, "/");
    page.keyboard().press("n");
    page.locator("make-dialog #workload").selectOption("pio-storm");
    page.locator("make-dialog #name").fill("long");
    page.locator("make-dialog #set").fill("count=100000000");
    page.locator("make-dialog button.primary").click();
    that(job("long").locator("progress")).isVisible();
    that(job("long").locator(".rest")).hasText(Pattern.compile("\\s*[1-9][\\d,]* events\\s*"));
    job("long").getByText("Cancel").click();
    that(job("long")).containsText("cancelled");
    that(page.locator("tbody a.name", new Page.LocatorOptions().setHasText("long"))).hasCount(0);
  }

  @Test
  void aJobStartedWhileAnOlderListOfJobsIsOnItsWayIsShown() {
    context = TestChromium.context(new Browser.NewContextOptions());
    page = context.newPage();
    List<Runnable> older = new ArrayList<>();
    page.route(
        "**/api/v1/jobs",
        route -> {
          if (older.isEmpty()) {
            APIResponse answer = route.fetch();
            older.add(() -> route.fulfill(new Route.FulfillOptions().setResponse(answer)));
          } else {
            route.resume();
          }
        });
    page.navigate(server.uri().toString());
    that(page.locator("tbody tr").first()).isVisible();
    page.keyboard().press("n");
    page.locator("make-dialog #workload").selectOption("pio-echo");
    page.locator("make-dialog #name").fill("unseen");
    page.locator("make-dialog button.primary").click();
    that(page.locator("make-dialog dialog")).isHidden();
    older.get(0).run();
    that(job("unseen")).containsText("done");
  }

  @Test
  void aLivePageGoesOnWhenItsServerComesBack() throws Exception {
    Path other = Files.createDirectory(dir.resolve("live"));
    try (SampleTapes.Growing growing = SampleTapes.growing(other.resolve("growing.tape"))) {
      growing.add(500);
      TraceServer first = TraceServer.start(new ServerOptions(other, "127.0.0.1", 0));
      int port = first.uri().getPort();
      open(first, "/r/growing");
      that(page.locator("button.live.on")).isVisible();
      that(last()).hasText("999");
      first.close();
      growing.add(100);
      try (TraceServer again = TraceServer.start(new ServerOptions(other, "127.0.0.1", port))) {
        that(last()).hasText("1,199");
        growing.add(100);
        that(last()).hasText("1,399");
        assertEquals(port, again.uri().getPort());
        context.close();
      }
    }
  }

  private Locator last() {
    return page.locator("call-list .row:visible").last().locator(".event");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/r/td-one?sel=19&t=2000-9000&ab=2500-3000&pin=vm0%2Fvcpu1|time-line .ab|500 cycles",
        "/r/td-one?f=error&mode=dim&sel=13|call-list .row.selected .error|EEXIST",
        "/r/td-one/state?at=16&when=before&path=vms%2Fvm0%2Ftype|section.pane h2|History of vms/vm0/type",
        "/r/td-one/shape?call=TDG.VP.VMCALL&sort=max|tr.on|TDG.VP.VMCALL",
        "/r/td-one/shape?wide=calls&d=00000000|.band|another digest",
        "/r/td-one?axis=event&t=2-30|time-line button[aria-pressed=true]|#",
        "/diff/td-one/td-two?hunk=3&view=all|diff-list .row.selected|KVM_HC_KICK_CPU",
      })
  void everyViewComesBackByItsAddress(String address, String where, String text) {
    open(server, address);
    Locator shown = page.locator(where, new Page.LocatorOptions().setHasText(text)).first();
    that(shown).isVisible();
    String own = page.url();
    page.reload();
    that(shown).isVisible();
    page.navigate("about:blank");
    page.goBack();
    that(shown).isVisible();
    assertEquals(own.replaceAll("[?].*", ""), page.url().replaceAll("[?].*", ""));
  }

  @Test
  void asksForTheTokenOnce() throws Exception {
    TestCertificate certificate = TestCertificate.in(Files.createDirectory(dir.resolve("tls")));
    Access access = new Access(TOKEN, certificate.certificate(), certificate.key());
    Path served = dir.resolve("served");
    try (TraceServer guarded =
        TraceServer.start(new ServerOptions(served, "localhost", 0, access))) {
      open(guarded, "/r/td-one?sel=5");
      page.locator("#token").fill("not-the-token-at-all");
      page.keyboard().press("Enter");
      that(page.locator("[role=alert]")).hasText("this is not the token");
      page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screens/login.png")));
      page.locator("#token").fill(TOKEN);
      page.keyboard().press("Enter");
      that(page.locator("call-list .row.selected .name")).hasText("KVM_CREATE_VM");
      page.navigate(guarded.uri().toString());
      that(page.locator("tbody a.name").first()).isVisible();
      context.close();
    }
  }
}
