package seamtape.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that pages are made of, read once from the class path: our own under {@code
 * /assets/HASH/}, so that a new build is a new address, and lit's modules under {@code /lib/}. What
 * is not listed here is not served.
 */
final class Assets {
  /** Our own files; a page's module imports the others by relative path. */
  static final List<String> OWN =
      List.of(
          "app.css",
          "theme.js",
          "icon.svg",
          "app.js",
          "api.js",
          "base.js",
          "format.js",
          "keys.js",
          "recordings-page.js",
          "explorer-page.js",
          "explorer-frame.js",
          "places.js",
          "split-bar.js",
          "virtual-rows.js",
          "call-source.js",
          "call-list.js",
          "call-details.js",
          "hex-view.js",
          "filter-box.js",
          "dialogs.js",
          "diff-page.js",
          "diff-list.js",
          "diff-call.js",
          "palette.js",
          "time-line.js",
          "state-page.js",
          "shape-page.js",
          "live.js",
          "notes-dialog.js",
          "make-dialog.js",
          "login.js");

  /** Scripts that the pages' modules do not import. */
  private static final Set<String> ALONE = Set.of("theme.js", "login.js");

  /** Modules of lit, by the name they are imported under; the value is their place in its jars. */
  static final Map<String, String> MODULES = new LinkedHashMap<>();

  /** Files that lit's modules import from beside themselves. */
  static final List<String> COMPANIONS =
      List.of(
          "reactive-element/2.1.2/css-tag.js",
          "lit-html/3.3.3/directive.js",
          "lit-html/3.3.3/directive-helpers.js");

  static {
    MODULES.put("lit", "lit/3.3.3/index.js");
    MODULES.put("lit-html", "lit-html/3.3.3/lit-html.js");
    MODULES.put("lit-html/is-server.js", "lit-html/3.3.3/is-server.js");
    MODULES.put("lit-html/directives/repeat.js", "lit-html/3.3.3/directives/repeat.js");
    MODULES.put("lit-element/lit-element.js", "lit-element/4.2.2/lit-element.js");
    MODULES.put("@lit/reactive-element", "reactive-element/2.1.2/reactive-element.js");
  }

  private static final String OWN_PLACE = "/seamtape/web/";
  private static final String LIBRARY_PLACE = "/META-INF/resources/_static/";
  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  /** A file as it is sent. */
  record Asset(Buffer bytes, String type) {}

  private final Map<String, Asset> byPath = new LinkedHashMap<>();
  private final String version;
  private final String importMap;

  private Assets() {
    MessageDigest hash = sha256();
    Map<String, byte[]> own = new LinkedHashMap<>();
    for (String name : OWN) {
      byte[] bytes = read(OWN_PLACE + name);
      own.put(name, bytes);
      hash.update(bytes);
    }
    version = HexFormat.of().formatHex(hash.digest(), 0, 6);
    own.forEach((name, bytes) -> add("/assets/" + version + "/" + name, bytes));
    JsonObject imports = new JsonObject();
    MODULES.forEach((name, file) -> imports.put(name, "/lib/" + file));
    MODULES.values().forEach(file -> add("/lib/" + file, read(LIBRARY_PLACE + file)));
    COMPANIONS.forEach(file -> add("/lib/" + file, read(LIBRARY_PLACE + file)));
    importMap = new JsonObject().put("imports", imports).encode();
  }

  /**
   * @throws IllegalStateException when a file is missing: a broken build
   */
  static Assets load() {
    return new Assets();
  }

  private void add(String path, byte[] bytes) {
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    byPath.put(path, new Asset(Buffer.buffer(bytes), type));
  }

  private static byte[] read(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null for a path that is not served. */
  Asset find(String path) {
    return byPath.get(path);
  }

  /** Changes with every file of ours. */
  String version() {
    return version;
  }

  String importMap() {
    return importMap;
  }

  /** The import map as a source of a content security policy. */
  String importMapHash() {
    byte[] hash = sha256().digest(importMap.getBytes(StandardCharsets.UTF_8));
    return "sha256-" + Base64.getEncoder().encodeToString(hash);
  }

  /** The one document of all pages; {@code app.js} fills it by the address. */
  String page() {
    String own = "/assets/" + version + "/";
    StringBuilder preload = new StringBuilder();
    MODULES.values().forEach(file -> link(preload, "/lib/" + file));
    OWN.stream()
        .filter(name -> name.endsWith(".js") && !ALONE.contains(name))
        .forEach(name -> link(preload, own + name));
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Seamtape</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="%1$sicon.svg">
        <link rel="stylesheet" href="%1$sapp.css">
        <script src="%1$stheme.js"></script>
        <script type="importmap">%2$s</script>
        %3$s<script type="module" src="%1$sapp.js"></script>
        </head>
        <body></body>
        </html>
        """
        .formatted(own, importMap, preload);
  }

  /** What a browser without a session sees. */
  String loginPage() {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Seamtape: token</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="%1$sicon.svg">
        <link rel="stylesheet" href="%1$sapp.css">
        <script src="%1$stheme.js"></script>
        <script type="module" src="%1$slogin.js"></script>
        </head>
        <body>
        <main class="login"><h1>Seamtape</h1>
        <form><label for="token">The token of this server</label>
        <input id="token" type="password" autocomplete="current-password" required autofocus>
        <button>Open</button><p role="alert"></p>
        <p>It stands in the file that was given to <code>serve</code> as <code>--token-file</code>.</p></form></main>
        </body>
        </html>
        """
        .formatted("/assets/" + version + "/");
  }

  private static void link(StringBuilder into, String path) {
    into.append("<link rel=\"modulepreload\" href=\"").append(path).append("\">\n");
  }
}
