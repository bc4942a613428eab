package seamtape.replayer.diff;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A comparison as one HTML file that needs nothing else: for a review, a bug report, an archive.
 * Causes stand in the order of the first recording, what follows from one is folded beneath it.
 */
public final class DiffPage {
  private static final String STYLE = "diff-page.css";

  private final StringBuilder html = new StringBuilder();

  private DiffPage() {}

  /**
   * @param nameA of the first recording, as the reader knows it
   */
  public static String of(DiffReport report, String nameA, String nameB) {
    DiffPage page = new DiffPage();
    page.head(report, nameA, nameB);
    page.changes(report.changes());
    page.foot(report);
    return page.html.toString();
  }

  private void head(DiffReport report, String nameA, String nameB) {
    String title = nameA + " and " + nameB;
    html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
        .append(text(title))
        .append("</title>\n<style>\n")
        .append(style())
        .append("</style></head><body>\n<h1>")
        .append(text(title))
        .append("</h1>\n<p class=\"sum\">")
        .append(text(sentence(report)))
        .append("</p>\n");
    between(report.between());
  }

  /** What a comparison came to, in one sentence. */
  public static String sentence(DiffReport report) {
    if (report.same()) {
      return String.format(Locale.ROOT, "Same: %,d calls matched", report.matched());
    }
    return String.format(
        Locale.ROOT,
        "%,d calls matched, %,d changed, %,d only in A, %,d only in B; %,d causes",
        report.matched(),
        report.changed(),
        report.onlyA(),
        report.onlyB(),
        report.roots());
  }

  private void between(List<Between> found) {
    if (found.isEmpty()) {
      return;
    }
    html.append("<table><caption>The recordings themselves differ in</caption>")
        .append("<tr><th></th><th>A</th><th>B</th></tr>\n");
    for (Between one : found) {
      row(one.what(), one.a(), one.b());
    }
    html.append("</table>\n");
  }

  private void row(String name, Object a, Object b) {
    html.append("<tr><th>")
        .append(text(name))
        .append("</th><td class=\"a\">")
        .append(text(a))
        .append("</td><td class=\"b\">")
        .append(text(b))
        .append("</td></tr>\n");
  }

  /** A run of consequences is folded behind the cause before it. */
  private void changes(List<Change> changes) {
    int i = 0;
    while (i < changes.size()) {
      int end = i;
      while (end < changes.size() && !changes.get(end).root()) {
        end++;
      }
      if (end == i) {
        change(changes.get(i++));
        continue;
      }
      html.append("<details><summary>")
          .append(end - i)
          .append(end - i == 1 ? " change that follows" : " changes that follow")
          .append("</summary>\n");
      changes.subList(i, end).forEach(this::change);
      html.append("</details>\n");
      i = end;
    }
  }

  private void change(Change change) {
    html.append("<section class=\"")
        .append(change.kind().name().toLowerCase(Locale.ROOT))
        .append("\"><h2><code>")
        .append(text(change.call() + change.about()))
        .append("</code> <small>")
        .append(text(change.actor() + place("a", change.a()) + place("b", change.b())))
        .append("</small></h2>\n");
    if (!change.fields().isEmpty()) {
      html.append("<table>");
      change.fields().forEach(field -> row(field.field(), field.valueA(), field.valueB()));
      html.append("</table>\n");
    }
    html.append("</section>\n");
  }

  private static String place(String side, long event) {
    return event == 0 ? "" : ", " + side + ":" + event;
  }

  private void foot(DiffReport report) {
    long all = report.changed() + report.onlyA() + report.onlyB();
    long left = all - report.changes().size();
    if (left > 0) {
      html.append("<p>").append(left).append(" more changes are counted but not listed.</p>\n");
    }
    html.append("</body></html>\n");
  }

  /** What a recording says is text, never markup. */
  private static String text(Object value) {
    if (value == null) {
      return "–";
    }
    StringBuilder safe = new StringBuilder();
    String.valueOf(value)
        .chars()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                default -> safe.append(c < ' ' ? '\ufffd' : (char) c);
              }
            });
    return safe.toString();
  }

  private static String style() {
    try (InputStream css = DiffPage.class.getResourceAsStream(STYLE)) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
