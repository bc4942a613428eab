package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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

  @Test
  void everyTargetOfTheImportMapExists() {
    JsonObject imports = new JsonObject(assets.importMap()).getJsonObject("imports");
    for (String name : imports.fieldNames()) {
      assertNotNull(assets.find(imports.getString(name)), name);
    }
  }

  @Test
  void everyImportOfEveryModuleIsServed() {
    JsonObject imports = new JsonObject(assets.importMap()).getJsonObject("imports");
    for (String file : Assets.OWN) {
      follow(imports, "/assets/" + assets.version() + "/" + file);
    }
    Assets.MODULES.values().forEach(file -> follow(imports, "/lib/" + file));
    Assets.COMPANIONS.forEach(file -> follow(imports, "/lib/" + file));
  }

  private void follow(JsonObject imports, String path) {
    if (!path.endsWith(".js")) {
      return;
    }
    Matcher found = IMPORT.matcher(assets.find(path).bytes().toString());
    while (found.find()) {
      String name = found.group(1);
      String target =
          name.startsWith(".")
              ? Path.of(path).getParent().resolve(name).normalize().toString()
              : imports.getString(name);
      assertNotNull(target, path + " imports " + name);
      assertNotNull(assets.find(target), path + " imports " + name);
    }
  }

  @Test
  void servesNothingElse() {
    for (String path :
        List.of(
            "/lib/lit/3.3.3/../../../importmap.json",
            "/assets/" + assets.version() + "/../x",
            "/assets/" + assets.version() + "/",
            "/lib/",
            "/lib/lit/3.3.3/package.json")) {
      assertNull(assets.find(path), path);
    }
  }

  @Test
  void staysSmall() {
    int own = 0;
    for (String file : Assets.OWN) {
      own += assets.find("/assets/" + assets.version() + "/" + file).bytes().length();
    }
    assertTrue(own < 256 << 10, own + " bytes");
  }

  /** Trace text reaches the page as text nodes and properties only. */
  @Test
  void noModuleMakesMarkupOfText() {
    Pattern markup =
        Pattern.compile(
            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|unsafe|\\beval\\b");
    for (String file : Assets.OWN) {
      String text = assets.find("/assets/" + assets.version() + "/" + file).bytes().toString();
      assertTrue(!markup.matcher(text).find(), file);
    }
  }
}
