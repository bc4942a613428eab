package seamtape.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The pages and the files they are made of. */
final class Pages {
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

  private void explorer(RoutingContext context) {
    first.of(context).onSuccess(answers -> send(context, assets.page("explorer", answers)));
  }

  private static void send(RoutingContext context, String page) {
    context.response().putHeader("content-type", "text/html; charset=utf-8").end(page);
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
