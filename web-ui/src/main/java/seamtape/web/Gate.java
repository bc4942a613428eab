package seamtape.web;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Lets in who knows the token: programs by {@code Authorization: Bearer}, pages by a cookie that
 * {@code POST /api/v1/login} gives for it. The cookie says until when and is signed with the token,
 * so that it outlives a restart of the server and ends with the token. The pages' own files are
 * open: they tell nothing of the recordings, and the page that asks for the token needs them.
 */
final class Gate implements Handler<RoutingContext> {
  static final String COOKIE = "__Host-seamtape";
  private static final String LOGIN = "/api/v1/login";
  private static final String BEARER = "Bearer ";
  private static final long SESSION_SECONDS = 12 * 3600;

  /** Before a wrong token is refused, so that guessing is slow. */
  private static final long PAUSE_MILLIS = 400;

  private static final int MAX_BODY = 2048;

  private final Vertx vertx;
  private final byte[] token;
  private final String page;

  /**
   * @param token null for a server without: everybody on this machine is let in
   * @param page what a browser without a session is shown
   */
  Gate(Vertx vertx, String token, String page) {
    this.vertx = vertx;
    this.token = token == null ? null : token.getBytes(StandardCharsets.ISO_8859_1);
    this.page = page;
  }

  void mount(Router router) {
    if (token != null) {
      router.route().handler(this);
    }
    router
        .route(HttpMethod.POST, LOGIN)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
        .handler(this::login);
    router.route(HttpMethod.POST, "/api/v1/logout").handler(Gate::logout);
  }

  @Override
  public void handle(RoutingContext context) {
    String path = context.request().path();
    boolean open = path.equals(LOGIN) || path.startsWith("/assets/");
    if (open || bearer(context.request().getHeader("authorization")) || session(context)) {
      context.next();
      return;
    }
    context.response().putHeader("www-authenticate", "Bearer realm=\"seamtape\"");
    String accept = context.request().getHeader("accept");
    if (accept != null && accept.contains("text/html") && !path.startsWith("/api/")) {
      context
          .response()
          .setStatusCode(401)
          .putHeader("content-type", "text/html; charset=utf-8")
          .putHeader("cache-control", "no-store")
          .end(page);
      return;
    }
    throw new Problem(401, "Unauthorized", "this server wants its token: Authorization: Bearer …");
  }

  private boolean bearer(String header) {
    return header != null
        && header.startsWith(BEARER)
        && isToken(header.substring(BEARER.length()).strip());
  }

  private boolean isToken(String given) {
    return MessageDigest.isEqual(given.getBytes(StandardCharsets.ISO_8859_1), token);
  }

  private boolean session(RoutingContext context) {
    Cookie cookie = context.request().getCookie(COOKIE);
    String value = cookie == null ? "" : cookie.getValue();
    int dot = value.indexOf('.');
    if (dot < 0) {
      return false;
    }
    byte[] expected = signed(now(value.substring(0, dot))).getBytes(StandardCharsets.US_ASCII);
    byte[] given = value.getBytes(StandardCharsets.ISO_8859_1);
    return MessageDigest.isEqual(expected, given);
  }

  /** The second a session ends, 0 when that is over or no number. */
  private static long now(String until) {
    try {
      long second = Long.parseLong(until);
      return second * 1000 > System.currentTimeMillis() ? second : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private String signed(long until) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token, mac.getAlgorithm()));
      byte[] sum = mac.doFinal(("session until " + until).getBytes(StandardCharsets.US_ASCII));
      return until == 0 ? "" : until + "." + HexFormat.of().formatHex(sum);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private void login(RoutingContext context) {
    if (token == null) {
      throw Problem.notFound("this server needs no token");
    }
    if (!isToken(MakeApi.text(MakeApi.json(context), "token", ""))) {
      vertx.setTimer(
          PAUSE_MILLIS,
          done -> context.fail(new Problem(401, "Unauthorized", "this is not the token")));
      return;
    }
    long until = System.currentTimeMillis() / 1000 + SESSION_SECONDS;
    context.response().addCookie(cookie(signed(until), SESSION_SECONDS)).setStatusCode(204).end();
  }

  private static void logout(RoutingContext context) {
    context.response().addCookie(cookie("", 0)).setStatusCode(204).end();
  }

  private static Cookie cookie(String value, long seconds) {
    return Cookie.cookie(COOKIE, value)
        .setPath("/")
        .setHttpOnly(true)
        .setSecure(true)
        .setSameSite(CookieSameSite.STRICT)
        .setMaxAge(seconds);
  }
}
