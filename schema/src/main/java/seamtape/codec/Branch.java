package seamtape.codec;

import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.event.Phase;

/**
 * One record of the union: a row of the catalog in one phase.
 *
 * @param link name of the field of {@code Event.link}; null for an input
 * @param fieldCount how many fields the row has in this phase
 * @param written how many fields of the row its writer wrote
 * @param target where each written field goes in {@code Event.fields}; null when in order
 * @param copies true when the record ends in copied bytes
 */
record Branch(
    Phase phase,
    Call call,
    String link,
    int fieldCount,
    int written,
    int[] target,
    boolean copies) {

  /** As this build writes it. */
  static Branch of(Phase phase, Call call) {
    int count = fields(phase, call).size();
    return new Branch(phase, call, link(phase, call), count, count, null, call.copies());
  }

  static List<Field> fields(Phase phase, Call call) {
    return phase == Phase.RETURN ? call.out() : call.in();
  }

  private static String link(Phase phase, Call call) {
    return switch (phase) {
      case ENTER -> call.family().nests() ? "parent" : "subject";
      case RETURN -> "enter";
      case INPUT -> null;
    };
  }

  /** Full name of the record. */
  String name() {
    return switch (phase) {
      case ENTER -> "seamtape.enter." + call.name();
      case RETURN -> "seamtape.return." + call.name();
      case INPUT -> "seamtape.input." + call.name();
    };
  }

  List<Field> fields() {
    return fields(phase, call);
  }

  /** The phases of a row, in the order of its branches. */
  static List<Phase> phases(Family family) {
    return family == Family.INPUT ? List.of(Phase.INPUT) : List.of(Phase.ENTER, Phase.RETURN);
  }
}
