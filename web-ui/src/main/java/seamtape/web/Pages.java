package seamtape.web;

import io.vertx.core.Handler;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Pattern;

/** The pages and the files they are made of. */
final class Pages {
  private static final List<String> CHOICES = List.of("theme", "columns");

  /** Names with points between them. */
  private static final Pattern CHOSEN = Pattern.compile("[a-z.]{1,100}");

  private final Assets assets;
  private final FirstView first;

  Pages(Assets assets, FirstView first) {
    this.assets = assets;
    this.first = first;
  }

  void mount(Router router) {
    Api.get(router, "/").handler(page("recordings"));
    Api.get(router, "/r/:id").handler(this::explorer);
    Api.get(router, "/r/:id/state").handler(page("state"));
    Api.get(router, "/r/:id/shape").handler(page("shape"));
    Api.get(router, "/diff/:a/:b").handler(page("diff"));
    Api.get(router, "/assets/*").handler(this::asset);
  }

  /** Answers a browser that asks for an address without a page; false for any other request. */
  boolean missing(RoutingContext context) {
    String accept = context.request().getHeader("accept");
    boolean browser = accept != null && accept.contains("text/html");
    if (browser && !context.request().path().startsWith("/api/")) {
      context.response().setStatusCode(404);
      page("missing").handle(context);
      return true;
    }
    return false;
  }

  private Handler<RoutingContext> page(String kind) {
    String page = assets.page(kind);
    return context -> send(context, page);
  }

  /** Its head goes out at once, so that a browser has the script when the first rows come. */
  private void explorer(RoutingContext context) {
    HttpServerResponse response = context.response();
    response.putHeader("content-type", "text/html; charset=utf-8");
    if (context.request().method() == HttpMethod.HEAD) {
      response.end();
      return;
    }
    response.setChunked(true).write(dressed(assets.explorerHead(), context));
    first.of(context).onSuccess(answers -> response.end(assets.explorerBody(answers)));
  }

  private static void send(RoutingContext context, String page) {
    context
        .response()
        .putHeader("content-type", "text/html; charset=utf-8")
        .end(dressed(page, context));
  }

  /** With the theme and the columns that a person has chosen; a cookie holds them. */
  private static String dressed(String page, RoutingContext context) {
    StringBuilder chosen = new StringBuilder(Assets.OPENING);
    for (String what : CHOICES) {
      Cookie cookie = context.request().getCookie("seamtape_" + what);
      if (cookie != null && CHOSEN.matcher(cookie.getValue()).matches()) {
        chosen.insert(chosen.length() - 1, " data-%s=\"%s\"".formatted(what, cookie.getValue()));
      }
    }
    return page.replace(Assets.OPENING, chosen);
  }

  private void asset(RoutingContext context) {
    Assets.Asset asset = assets.find(context.request().path());
    if (asset == null) {
      throw Problem.notFound("no such file");
    }
    String encodings = context.request().getHeader("accept-encoding");
    boolean packed = encodings != null && encodings.contains("gzip");
    HttpServerResponse response =
        context
            .response()
            .putHeader("content-type", asset.type())
            .putHeader("vary", "accept-encoding")
            .putHeader("cache-control", "public, max-age=31536000, immutable");
    if (packed) {
      response.putHeader("content-encoding", "gzip");
    }
    response.end(packed ? asset.packed() : asset.bytes());
  }
}
