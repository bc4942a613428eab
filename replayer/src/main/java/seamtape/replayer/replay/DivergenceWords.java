package seamtape.replayer.replay;

import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.replayer.symbols.Arguments;

/** A divergence as a kernel developer would say it. */
final class DivergenceWords {
  private DivergenceWords() {}

  static String of(Event enter, Outcomes.Difference found) {
    Call call = enter.call;
    String where = enter.link == Subject.SYSTEM ? "" : " on " + Subject.text(enter.link);
    String head =
        "event "
            + enter.number
            + ": "
            + Actor.text(enter.actor)
            + " "
            + call.label()
            + Arguments.of(enter)
            + where;
    if (found.field().equals("ret")) {
      return head + " returned " + words(found.recorded()) + ", replay: " + words(found.replayed());
    }
    if (found.field().equals("calls")) {
      return head + " made " + found.recorded() + " inside it, replay: " + found.replayed();
    }
    return head
        + " gave "
        + found.field()
        + " = "
        + value(found.recorded())
        + ", replay: "
        + value(found.replayed());
  }

  private static String words(Object ret) {
    if (ret instanceof String name) {
      return Errno.byName(name).map(e -> "-1 " + name + " (" + e.meaning() + ")").orElse(name);
    }
    return String.valueOf(ret);
  }

  private static String value(Object value) {
    return value == null ? "nothing" : String.valueOf(value);
  }
}
