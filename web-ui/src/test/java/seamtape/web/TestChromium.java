package seamtape.web;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Debian's Chromium, driven by Playwright with the system's node. */
record TestChromium(Playwright playwright, Browser browser) implements AutoCloseable {
  private static final List<Path> CHROMIUM =
      List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));
  private static final List<Path> NODE =
      List.of(Path.of("/usr/bin/node"), Path.of("/usr/local/bin/node"));

  /** What waits, waits as long as a machine may need that has much else to do. */
  private static final double PATIENCE_MILLIS = Patience.SECONDS * 1000;

  private static TestChromium shared;

  /** Skips the tests of a class where one of the two is missing. */
  static void assumeInstalled() {
    assumeTrue(
        existing(CHROMIUM) != null, "no Chromium: apt-get install chromium runs the browser tests");
    assumeTrue(existing(NODE) != null, "no node: apt-get install nodejs runs the browser tests");
  }

  /** One for all classes of this JVM: to start a browser costs more than most tests do. */
  private static synchronized Browser shared() {
    if (shared == null) {
      shared = launch();
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared.browser;
  }

  /** A window of its own, in the browser for all. */
  static BrowserContext context(Browser.NewContextOptions options) {
    BrowserContext context = shared().newContext(options);
    context.setDefaultTimeout(PATIENCE_MILLIS);
    return context;
  }

  static TestChromium launch() {
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    environment.put("PLAYWRIGHT_NODEJS_PATH", existing(NODE).toString());
    Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    Browser browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(existing(CHROMIUM))
                    .setHeadless(true)
                    .setTimeout(2 * PATIENCE_MILLIS)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
    return new TestChromium(playwright, browser);
  }

  private static Path existing(List<Path> candidates) {
    return candidates.stream().filter(Files::isExecutable).findFirst().orElse(null);
  }

  @Override
  public void close() {
    playwright.close();
  }
}
