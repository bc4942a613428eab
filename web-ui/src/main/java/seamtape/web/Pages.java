package seamtape.web;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The pages and the files they are made of. */
final class Pages {
  private final Assets assets;
  private final String page;

  Pages(Assets assets) {
    this.assets = assets;
    page = assets.page();
  }

  void mount(Router router) {
    Api.get(router, "/").handler(this::page);
    Api.get(router, "/r/:id").handler(this::page);
    Api.get(router, "/r/:id/state").handler(this::page);
    Api.get(router, "/r/:id/shape").handler(this::page);
    Api.get(router, "/diff/:a/:b").handler(this::page);
    Api.get(router, "/assets/*").handler(this::asset);
    Api.get(router, "/lib/*").handler(this::asset);
  }

  /** Answers a browser that asks for an address without a page; false for any other request. */
  boolean missing(RoutingContext context) {
    String accept = context.request().getHeader("accept");
    boolean browser = accept != null && accept.contains("text/html");
    if (browser && !context.request().path().startsWith("/api/")) {
      context.response().setStatusCode(404);
      page(context);
      return true;
    }
    return false;
  }

  private void page(RoutingContext context) {
    context.response().putHeader("content-type", "text/html; charset=utf-8").end(page);
  }

  private void asset(RoutingContext context) {
    Assets.Asset asset = assets.find(context.request().path());
    if (asset == null) {
      throw Problem.notFound("no such file");
    }
    context
        .response()
        .putHeader("content-type", asset.type())
        .putHeader("cache-control", "public, max-age=31536000, immutable")
        .end(asset.bytes());
  }
}
