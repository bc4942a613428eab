package seamtape.web;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * What pages are made of, read once from the class path. A page is one script: its modules, ours
 * and lit's, joined by {@link Bundle}. Everything lies under {@code /assets/HASH/}, so that a new
 * build is a new address. What is not listed here is not served.
 */
final class Assets {
  /** Our own files; a module imports others by relative path. */
  static final List<String> OWN =
      List.of(
          "app.css",
          "icon.svg",
          "app.js",
          "first.js",
          "look.js",
          "call-row.js",
          "api.js",
          "base.js",
          "format.js",
          "keys.js",
          "key-listener.js",
          "recordings-page.js",
          "explorer-page.js",
          "explorer-frame.js",
          "places.js",
          "turns.js",
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
          "time-picture.js",
          "state-page.js",
          "shape-page.js",
          "live.js",
          "notes-dialog.js",
          "make-dialog.js",
          "login.js");

  /** Files that are served as they are. */
  private static final List<String> ALONE = List.of("icon.svg", "login.js");

  /** In the page itself: it is not painted without them. */
  private static final String STYLE = "app.css";

  /** Draws the first rows, in the page itself: they need not wait for its script. */
  private static final String FIRST = "first.js";

  /** Each page's, where what a person has chosen is put in. */
  static final String OPENING = "<html lang=\"en\">";

  /** The modules that a kind of page begins with, by the name of its script. */
  static final Map<String, List<String>> PAGES =
      Map.of(
          "recordings", List.of("recordings-page.js", "app.js"),
          "explorer", List.of("explorer-page.js", "app.js"),
          "state", List.of("state-page.js", "app.js"),
          "shape", List.of("shape-page.js", "app.js"),
          "diff", List.of("diff-page.js", "app.js"),
          "missing", List.of("app.js"));

  /** Modules of lit, by the name they are imported under; the value is their place in its jars. */
  static final Map<String, String> MODULES =
      Map.of(
          "lit", "lit/3.3.3/index.js",
          "lit-html", "lit-html/3.3.3/lit-html.js",
          "lit-html/is-server.js", "lit-html/3.3.3/is-server.js",
          "lit-element/lit-element.js", "lit-element/4.2.2/lit-element.js",
          "@lit/reactive-element", "reactive-element/2.1.2/reactive-element.js");

  private static final String OWN_PLACE = "/seamtape/web/";
  private static final String LIBRARY_PLACE = "/META-INF/resources/_static/";
  private static final Map<String, String> TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /**
   * A file as it is sent.
   *
   * @param packed the same with gzip
   */
  record Asset(Buffer bytes, Buffer packed, String type) {}

  private final Map<String, Asset> byPath = new LinkedHashMap<>();
  private final String version;
  private final String style = text(STYLE);
  private final String first = "{\n" + script(List.of(FIRST)) + "}\n";

  private Assets() {
    Map<String, String> files = new LinkedHashMap<>();
    ALONE.forEach(name -> files.put(name, text(name)));
    new TreeMap<>(PAGES).forEach((page, modules) -> files.put(script(page), script(modules)));
    MessageDigest hash = sha256();
    hash.update((style + first).getBytes(StandardCharsets.UTF_8));
    files.values().forEach(text -> hash.update(text.getBytes(StandardCharsets.UTF_8)));
    version = HexFormat.of().formatHex(hash.digest(), 0, 6);
    files.forEach((name, text) -> add("/assets/" + version + "/" + name, text));
  }

  /**
   * @throws IllegalStateException when a file is missing: a broken build
   */
  static Assets load() {
    return new Assets();
  }

  private static String script(String page) {
    return page + ".page.js";
  }

  private static String script(List<String> modules) {
    return Bundle.of(modules, Assets::resolve, Assets::text);
  }

  /** Our modules and those of lit import their neighbours by path, others by name. */
  static String resolve(String wanted, String from) {
    if (!wanted.startsWith(".")) {
      return String.valueOf(MODULES.get(wanted));
    }
    return URI.create(from).resolve(wanted).toString();
  }

  private void add(String path, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    byPath.put(path, new Asset(Buffer.buffer(bytes), Buffer.buffer(packed(bytes)), type));
  }

  private static byte[] packed(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** A file of ours, or of lit. */
  static String text(String name) {
    String resource = (OWN.contains(name) ? OWN_PLACE : LIBRARY_PLACE) + name;
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
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

  /** The one inline script, as a source of a content security policy. */
  String scriptHash() {
    return hash(first);
  }

  /** The one inline style, likewise. */
  String styleHash() {
    return hash(style);
  }

  private static String hash(String text) {
    byte[] hash = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
  }

  /** A page of a kind, without what it shows. */
  String page(String kind) {
    return document("Seamtape", script(kind), "");
  }

  /** The begin of the explorer, which can be sent before its recording is open. */
  String explorerHead() {
    String place = "/assets/" + version + "/" + script("explorer");
    return head("Seamtape", "<link rel=\"modulepreload\" href=\"" + place + "\">");
  }

  /**
   * The rest of it, whose script runs the one that is loaded already.
   *
   * @param answers of the API that its modules need not ask for
   */
  String explorerBody(String answers) {
    return """
        <body><script type="application/json" id="answers">%s</script>
        <script>%s</script></body>
        </html>
        """
        .formatted(answers, first);
  }

  /** What a browser without a session sees. */
  String loginPage() {
    return document(
        "Seamtape: token",
        "login.js",
        """
        <main class="login"><h1>Seamtape</h1>
        <form><label for="token">The token of this server</label>
        <input id="token" type="password" autocomplete="current-password" required autofocus>
        <button>Open</button><p role="alert"></p>
        <p>It stands in the file that was given to <code>serve</code> as <code>--token-file</code>.</p></form></main>
        """);
  }

  private String document(String title, String script, String body) {
    String place = "/assets/" + version + "/" + script;
    return head(title, "<script type=\"module\" src=\"" + place + "\"></script>")
        + "<body>"
        + body
        + "</body>\n</html>\n";
  }

  private String head(String title, String script) {
    return """
        <!doctype html>
        %1$s
        <head>
        <meta charset="utf-8">
        <title>%2$s</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="%3$sicon.svg">
        %4$s
        <style>%5$s</style>
        </head>
        """
        .formatted(OPENING, title, "/assets/" + version + "/", script, style);
  }
}
