package seamtape.codec;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.event.Phase;

/**
 * One record of the union: a row of the catalog in one phase, with all its fields or, brief,
 * without those that are seldom anything but 0.
 *
 * @param link name of the field of {@code Event.link}; null for an input
 * @param fieldCount how many fields the row has in this phase
 * @param written how many fields of the row its writer wrote
 * @param target where each written field goes in {@code Event.fields}; null when in order
 * @param copies true when the record ends in copied bytes
 * @param raw true when actors and subjects are written as they are, which was so before format 3
 */
record Branch(
    Phase phase,
    Call call,
    boolean brief,
    String link,
    int fieldCount,
    int written,
    int[] target,
    boolean copies,
    boolean raw) {
  /** Leaving out fewer fields is not worth a record. */
  private static final int LEAST_LEFT_OUT = 2;

  /** All fields, as this build writes them. */
  static Branch full(Phase phase, Call call) {
    int count = fields(phase, call).size();
    String link = link(phase, call);
    return new Branch(phase, call, false, link, count, count, null, call.copies(), false);
  }

  /** Without the fields that are seldom not 0, as this build writes them. */
  static Branch brief(Phase phase, Call call) {
    int[] often = places(phase, call, false);
    int count = fields(phase, call).size();
    String link = link(phase, call);
    return new Branch(phase, call, true, link, count, often.length, often, call.copies(), false);
  }

  /** True when a row's events in a phase have a brief record too. */
  static boolean hasBrief(Phase phase, Call call) {
    return seldom(phase, call).length >= LEAST_LEFT_OUT;
  }

  /** The places of the fields that a brief record has not. */
  static int[] seldom(Phase phase, Call call) {
    return places(phase, call, true);
  }

  private static int[] places(Phase phase, Call call, boolean seldom) {
    List<Field> fields = fields(phase, call);
    List<String> names = phase == Phase.RETURN ? call.seldomOut() : call.seldomIn();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      if (names.contains(fields.get(i).name()) == seldom) {
        places.add(i);
      }
    }
    return places.stream().mapToInt(Integer::intValue).toArray();
  }

  static List<Field> fields(Phase phase, Call call) {
    return phase == Phase.RETURN ? call.out() : call.in();
  }

  private static String link(Phase phase, Call call) {
    return switch (phase) {
      case ENTER -> call.family().nests() ? "parent" : "on";
      case RETURN -> "enter";
      case INPUT -> null;
    };
  }

  /** True when {@link #link} is a subject. */
  boolean hasSubject() {
    return phase == Phase.ENTER && !call.family().nests();
  }

  /** Full name of the record. */
  String name() {
    String space =
        switch (phase) {
          case ENTER -> "seamtape.enter.";
          case RETURN -> "seamtape.return.";
          case INPUT -> "seamtape.input.";
        };
    return space + (brief ? "brief." : "") + call.name();
  }

  /** Those that are written, in order. */
  List<Field> fields() {
    List<Field> all = fields(phase, call);
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < written; i++) {
      fields.add(all.get(target == null ? i : target[i]));
    }
    return fields;
  }

  /** The phases of a row, in the order of its branches. */
  static List<Phase> phases(Family family) {
    return family == Family.INPUT ? List.of(Phase.INPUT) : List.of(Phase.ENTER, Phase.RETURN);
  }
}
