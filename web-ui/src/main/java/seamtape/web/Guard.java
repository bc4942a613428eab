package seamtape.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Stands before every route: the Host header must name this server, so that no foreign page reaches
 * it through a name of its own (DNS rebinding); what changes something must come from our own
 * pages; answers carry the headers that keep a browser from doing anything but show them.
 */
final class Guard implements Handler<RoutingContext> {
  /** Largest body that is read past and ignored. */
  private static final long MAX_BODY = 64 << 10;

  private static final Set<HttpMethod> CHANGING =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE);

  /** Custom header of requests that change something. */
  static final String MARK = "x-seamtape";

  /**
   * How a browser comes to a page that no window of another site has opened: by an address that a
   * person typed or kept, or from a page of ours.
   */
  private static final Set<String> OWN_WAYS = Set.of("none", "same-origin");

  private static final Set<String> LOOPBACK_NAMES =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  /**
   * What this server may be called.
   *
   * @param all in lower case: loopback's, the address it is bound to, those of its certificate
   * @param any true when it is bound to every address: then the one a client reached is a name too
   */
  record Names(Set<String> all, boolean any) {
    static Names of(ServerOptions options) throws IOException {
      Set<String> names = new HashSet<>(LOOPBACK_NAMES);
      String host = options.host().toLowerCase(Locale.ROOT);
      names.add(host);
      names.add("[" + host + "]");
      if (options.access() != null) {
        names.addAll(ofCertificate(options.access().certificate()));
      }
      return new Names(names, host.equals("0.0.0.0") || host.equals("::"));
    }

    private static List<String> ofCertificate(Path file) throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        X509Certificate certificate =
            (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names == null
            ? List.of()
            : names.stream()
                .filter(name -> name.get(1) instanceof String)
                .map(name -> ((String) name.get(1)).toLowerCase(Locale.ROOT))
                .toList();
      } catch (CertificateException e) {
        throw new IOException(file + " is not a certificate in PEM: " + e.getMessage(), e);
      }
    }
  }

  private final String policy;
  private final Names names;
  private final boolean encrypted;

  /**
   * @param script hash of the one inline script
   * @param style hash of the one inline style
   */
  Guard(String script, String style, Names names, boolean encrypted) {
    this.names = names;
    this.encrypted = encrypted;
    policy =
        "default-src 'none'; script-src 'self' "
            + script
            + "; style-src "
            + style
            + "; img-src 'self'; connect-src 'self'; font-src 'self'; "
            + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    headers(request, context.response());
    if (!known(request)) {
      throw new Problem(
          421,
          "Misdirected request",
          "this server answers to its own names only: open it as it was told to listen"
              + " (localhost, 127.0.0.1), or as its certificate calls it");
    }
    if (CHANGING.contains(request.method())) {
      refuseForeign(request);
    } else if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
      refuseBody(context);
    } else {
      context.response().putHeader("allow", "GET, HEAD, POST, PUT, DELETE");
      context.response().putHeader("connection", "close");
      throw new Problem(405, "Method not allowed", "GET, HEAD, POST, PUT and DELETE are served");
    }
    context.next();
  }

  /**
   * A request that changes something must come from a page of this server: a foreign page cannot
   * set the header without asking first, which no one grants it, and its Origin tells it.
   */
  private static void refuseForeign(HttpServerRequest request) {
    String origin = request.getHeader("origin");
    String own = request.scheme() + "://" + request.authority();
    boolean marked = request.getHeader(MARK) != null;
    if (!marked || (origin != null && !origin.equalsIgnoreCase(own))) {
      throw new Problem(
          403, "Forbidden", "what changes something needs the header " + MARK + " and our origin");
    }
  }

  private static void refuseBody(RoutingContext context) {
    String length = context.request().getHeader("content-length");
    boolean chunked = context.request().getHeader("transfer-encoding") != null;
    if (chunked || (length != null && !small(length))) {
      context.response().putHeader("connection", "close");
      throw new Problem(413, "Content too large", "a GET request needs no body");
    }
  }

  private static boolean small(String length) {
    try {
      return Long.parseLong(length) <= MAX_BODY;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private boolean known(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    if (authority == null) {
      return false;
    }
    int port = request.localAddress().port();
    boolean usual = authority.port() < 0 && port == (encrypted ? 443 : 80);
    String host = authority.host().toLowerCase(Locale.ROOT);
    boolean reached = names.any() && host.equals(request.localAddress().hostAddress());
    return (authority.port() == port || usual) && (reached || names.all().contains(host));
  }

  /**
   * Windows of other sites lose their hold of our pages. Only where there may be one: a browser
   * starts a process for such a page, which its first rows would wait for.
   */
  private static void cutOpeners(HttpServerRequest request, HttpServerResponse response) {
    String way = request.getHeader("sec-fetch-site");
    if (way == null || !OWN_WAYS.contains(way)) {
      response.putHeader("cross-origin-opener-policy", "same-origin");
    }
  }

  private void headers(HttpServerRequest request, HttpServerResponse response) {
    response
        .putHeader("content-security-policy", policy)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("x-frame-options", "DENY")
        .putHeader("cross-origin-resource-policy", "same-origin")
        .putHeader("cache-control", "no-cache");
    cutOpeners(request, response);
    if (encrypted) {
      response.putHeader("strict-transport-security", "max-age=31536000");
    }
  }
}
