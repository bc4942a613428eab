package seamtape.web;

import io.vertx.core.json.JsonObject;

/** An answer other than the one asked for (RFC 9457); thrown by handlers, without stack trace. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String title;
  private final transient JsonObject more = new JsonObject();

  Problem(int status, String title, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.title = title;
  }

  static Problem badRequest(String detail) {
    return new Problem(400, "Bad request", detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, "Not found", detail);
  }

  Problem with(String key, Object value) {
    more.put(key, value);
    return this;
  }

  int status() {
    return status;
  }

  JsonObject json() {
    return new JsonObject()
        .put("type", "about:blank")
        .put("title", title)
        .put("status", status)
        .put("detail", getMessage())
        .mergeIn(more);
  }
}
