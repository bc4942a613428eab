package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssetsTest {
  private static final Pattern IMPORT =
      Pattern.compile("(?:\\bfrom|\\bimport)\\s*\\(?[\"']([^\"']+)[\"']");

  private final Assets assets = Assets.load();

  @Test
  void listsEveryFileOfOursAndNoOther() throws IOException {
    Path folder = Path.of(System.getProperty("seamtape.root"));
    try (Stream<Path> files =
        Files.list(folder.resolve("web-ui/src/main/resources/seamtape/web"))) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      names.remove("openapi.json"); // the contract, which the API serves
      assertEquals(names, new TreeSet<>(Assets.OWN));
    }
  }

  private static String joined(Map<String, String> modules, String first) {
    return Bundle.of(List.of(first), Assets::resolve, modules::get);
  }

  @Test
  void aPageIsOneScriptWithEachModuleOnce() {
    for (String page : Assets.PAGES.keySet()) {
      String text = served("/" + page + ".page.js").toString();
      List<String> modules =
          Pattern.compile("(?m)^// (\\S+\\.js)$")
              .matcher(text)
              .results()
              .map(found -> found.group(1))
              .toList();
      assertEquals(modules.size(), new TreeSet<>(modules).size(), page + " " + modules);
      assertTrue(modules.containsAll(Assets.PAGES.get(page)), page + " " + modules);
      assertFalse(IMPORT.matcher(text).find(), page);
    }
  }

  @Test
  void everyModuleOfOursIsInAPage() {
    Set<String> unused = new TreeSet<>(Assets.OWN);
    for (String page : Assets.PAGES.keySet()) {
      String text = served("/" + page + ".page.js").toString();
      unused.removeIf(name -> text.contains("// " + name + "\nconst "));
    }
    assertEquals(Set.of("app.css", "icon.svg", "login.js", "first.js"), unused);
  }

  @Test
  void modulesAreJoinedInTheOrderInWhichTheyRun() {
    Map<String, String> modules =
        Map.of(
            "a.js", "import {one as first} from './b.js';\nimport './c.js';\nfirst();\n",
            "b.js", "import * as c from './c.js';\nexport const one = () => c.two;\n",
            "c.js", "const n = 2;\nexport {n as two};\n");
    assertEquals(
        """
        // c.js
        const module_c_js = (() => {

        const n = 2;
        return {two: n};
        })();
        // b.js
        const module_b_js = (() => {
        const c = module_c_js;
        const one = () => c.two;
        return {one: one};
        })();
        // a.js
        const module_a_js = (() => {
        const {one : first} = module_b_js;
        first();
        return {};
        })();
        """,
        joined(modules, "a.js"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "import './b.js';              | import './a.js';      | import each other",
        "import {two} from './b.js';   | export const one = 1; | imports two",
        "const later = import('b.js'); | export const one = 1; | cannot join a.js",
        "export default 7;             | export const one = 1; | cannot join a.js",
        "export const a = 1, b = 2;    | export const one = 1; | cannot join a.js",
      })
  void whatCannotBeJoinedIsRefused(String a, String b, String why) {
    Map<String, String> modules = Map.of("a.js", a, "b.js", b);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> joined(modules, "a.js"));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  /** The script within the page ends where it should. */
  @Test
  void theInlineScriptHasNoMarkup() {
    String body = assets.explorerBody("{}");
    assertEquals(2, body.split("</script", -1).length - 1);
    assertFalse(body.contains("<!--"));
  }

  private Buffer served(String name) {
    return assets.find("/assets/" + assets.version() + name).bytes();
  }

  @Test
  void servesNothingElse() {
    for (String path :
        List.of(
            "/assets/" + assets.version() + "/keys.js",
            "/assets/" + assets.version() + "/app.css",
            "/assets/" + assets.version() + "/../x",
            "/assets/" + assets.version() + "/",
            "/lib/lit/3.3.3/index.js")) {
      assertNull(assets.find(path), path);
    }
  }

  @Test
  void staysSmall() {
    int own = Assets.OWN.stream().mapToInt(file -> Assets.text(file).length()).sum();
    assertTrue(own < 256 << 10, own + " bytes");
    for (String page : Assets.PAGES.keySet()) {
      String path = "/assets/" + assets.version() + "/" + page + ".page.js";
      int packed = assets.find(path).packed().length();
      assertTrue(packed < 64 << 10, page + ": " + packed + " bytes with gzip");
    }
  }

  /** Trace text reaches the page as text nodes and properties only. */
  @Test
  void noModuleMakesMarkupOfText() {
    Pattern markup =
        Pattern.compile(
            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|unsafe|\\beval\\b");
    for (String file : Assets.OWN) {
      String text = Assets.text(file);
      assertTrue(!markup.matcher(text).find(), file);
    }
  }
}
