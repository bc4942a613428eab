package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state page of a machine with more descriptors than are sent at once. */
class LongStateTest {
  @TempDir static Path dir;
  private static TraceServer server;

  private final List<String> complaints = new ArrayList<>();
  private Page page;
  private Locator descriptors;

  @BeforeAll
  static void start() throws Exception {
    TestChromium.assumeInstalled();
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
    page = TestChromium.context(new Browser.NewContextOptions()).newPage();
    page.onPageError(complaints::add);
    descriptors = page.locator(".tree .node[aria-level='2']");
  }

  @AfterEach
  void nothingWasComplainedOf() {
    page.context().close();
    assertEquals(List.of(), complaints);
  }

  private void open() {
    page.navigate(server.uri().resolve("/r/files/state?at=899").toString());
  }

  private static LocatorAssertions that(Locator locator) {
    return PlaywrightAssertions.assertThat(locator);
  }

  @Test
  void aLongListIsReadOnAndSearched() {
    open();
    that(page.locator(".tree .node.changed").first()).isVisible();
    that(descriptors).hasCount(200 + 1 + 1);
    page.getByText("200 more of 250").click();
    that(descriptors).hasCount(400 + 1 + 1);
    page.getByText("50 more of 50").click();
    that(descriptors).hasCount(450);
    page.locator("input.find").fill("fd333");
    that(descriptors).hasCount(1);
    page.locator("input.find").fill("");
    that(page.getByText("200 more of 250")).isVisible();
  }

  @Test
  void whatWasReadOnStaysWhenReexecutionAnswersLate() {
    List<Route> held = new ArrayList<>();
    page.route(url -> url.contains("machine=true"), held::add);
    open();
    page.getByText("200 more of 250").click();
    that(descriptors).hasCount(400 + 1 + 1);
    page.waitForCondition(() -> !held.isEmpty());
    Response again =
        page.waitForResponse(
            response -> response.url().contains("under="),
            () -> {
              page.unrouteAll();
              held.forEach(Route::resume);
            });
    assertEquals(200, again.status());
    page.getByText("50 more of 50").click();
    that(descriptors).hasCount(450);
  }
}
