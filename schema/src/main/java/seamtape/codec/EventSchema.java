package seamtape.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.event.Phase;

/**
 * The Avro schema of events: a union of a record for each row and phase, and of a brief one where a
 * row has fields that are seldom not 0; {@link Frequent} rows first, then in the order of the
 * catalog. A recording carries its writer's schema; {@link #parse} reads an older or newer one by
 * names.
 */
public final class EventSchema {
  /** Characters of a schema text that {@link #parse} takes. */
  public static final int MAX_CHARS = 8 << 20;

  private static final EventSchema CURRENT = derive(Catalog.calls());

  private final String text;
  private final long fingerprint;
  private final Branch[] branches;

  EventSchema(String text, long fingerprint, List<Branch> branches) {
    this.text = text;
    this.fingerprint = fingerprint;
    this.branches = branches.toArray(Branch[]::new);
  }

  /** The schema of this build's catalog. */
  public static EventSchema current() {
    return CURRENT;
  }

  /**
   * The schema of another build. Records of unknown names, or with fields that the row of that name
   * has not, become rows of their own ({@link WriterCall}), so that nothing is lost.
   *
   * @throws MalformedEventException when the text is no Avro schema of events
   */
  public static EventSchema parse(String text) throws MalformedEventException {
    return text.equals(CURRENT.text) ? CURRENT : WriterSchema.parse(text);
  }

  static EventSchema derive(List<? extends Call> calls) {
    List<Branch> branches = new ArrayList<>();
    for (Call call : Frequent.first(calls)) {
      for (Phase phase : Branch.phases(call.family())) {
        branches.add(Branch.full(phase, call));
        if (Branch.hasBrief(phase, call)) {
          branches.add(Branch.brief(phase, call));
        }
      }
    }
    String canonical = SchemaText.canonical(branches);
    return new EventSchema(SchemaText.full(branches), Fingerprint.of(canonical), branches);
  }

  /** The schema as JSON, with labels, formats and one-sentence docs; the same for every run. */
  public String text() {
    return text;
  }

  /** CRC-64-AVRO of the schema's parsing canonical form. */
  public long fingerprint() {
    return fingerprint;
  }

  /** All rows that occur in the schema, those of unknown names included. */
  public List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    for (Branch branch : branches) {
      if (branch.phase() != Phase.RETURN && !branch.brief()) {
        calls.add(branch.call());
      }
    }
    return calls;
  }

  /** Those of the schema's rows and phases that pass. */
  public Selection select(BiPredicate<Phase, Call> wanted) {
    return Selection.of(this, wanted);
  }

  int branchCount() {
    return branches.length;
  }

  Branch branch(int index) {
    return branches[index];
  }
}
