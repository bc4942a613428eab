package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Catalog;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.recorder.tape.TapeIndex;

/**
 * Notes what each block holds while a recording is read in order; and which calls are in flight.
 */
final class ContentsScan {
  /** Subjects of a block that are told apart; one with more may hold any. */
  private static final int MAX_SUBJECTS = 64;

  /** A block some of whose calls may be in flight. */
  private static final class Draft {
    final int block;
    final BitSet made = new BitSet();
    final BitSet failed = new BitSet();
    final BitSet over = new BitSet();
    final BitSet beneath = new BitSet();
    final List<Long> subjects = new ArrayList<>();
    boolean whole = true;
    int inFlight;

    Draft(int block) {
      this.block = block;
    }

    void addSubject(long subject) {
      if (subjects.isEmpty()
          || subjects.get(subjects.size() - 1) != subject && !subjects.contains(subject)) {
        subjects.add(subject);
        whole &= subjects.size() <= MAX_SUBJECTS;
      }
    }

    Contents contents() {
      List<Long> ordered = subjects.stream().sorted().toList();
      return whole ? new Contents(true, made, failed, over, beneath, ordered) : Contents.ANY;
    }
  }

  /** A call in flight. */
  private record InFlight(Draft draft, int row, InFlight parent) {}

  private final List<TapeIndex.Block> blocks;
  private final LongMap<InFlight> open = new LongMap<>();
  private final Map<Contents, Integer> known = new HashMap<>();
  private final List<Contents> kinds = new ArrayList<>();
  private final int[] ofBlock;
  private Draft draft;
  private long firstOfNext;

  /**
   * @param blocks that will not change, else none: then no contents are told
   */
  ContentsScan(List<TapeIndex.Block> blocks) {
    this.blocks = blocks;
    ofBlock = new int[blocks.size()];
    kind(Contents.ANY);
    draft = new Draft(-1);
    firstOfNext = blocks.isEmpty() ? Long.MAX_VALUE : blocks.get(0).firstEvent();
  }

  /** Before the first event that is told, and each after it, in order. */
  private void at(long event) {
    while (event >= firstOfNext) {
      Draft last = draft;
      int block = last.block + 1;
      draft = new Draft(block);
      boolean more = block + 1 < blocks.size();
      firstOfNext = more ? blocks.get(block + 1).firstEvent() : Long.MAX_VALUE;
      closeWhenDone(last);
    }
  }

  private void closeWhenDone(Draft of) {
    if (of.inFlight == 0 && of != draft && of.block >= 0) {
      ofBlock[of.block] = kind(of.contents());
    }
  }

  private int kind(Contents contents) {
    Integer number = known.putIfAbsent(contents, kinds.size());
    if (number == null) {
      kinds.add(contents);
      return kinds.size() - 1;
    }
    return number;
  }

  void enter(Event event) {
    at(event.number);
    int row = Catalog.id(event.call);
    boolean nests = event.call.family().nests();
    InFlight parent = null;
    if (nests && event.link > 0) {
      parent = open.get(event.number - event.link);
      draft.whole &= parent != null;
    }
    draft.made.set(row);
    draft.addSubject(nests ? Actor.subject(event.actor) : event.link);
    for (InFlight over = parent; over != null; over = over.parent) {
      draft.over.set(over.row);
      over.draft.beneath.set(row);
    }
    draft.inFlight++;
    open.put(event.number, new InFlight(draft, row, parent));
  }

  void returned(Event event, boolean failed) {
    at(event.number);
    InFlight call = open.remove(event.number - event.link);
    if (call != null) {
      if (failed) {
        call.draft.failed.set(call.row);
      }
      call.draft.inFlight--;
      closeWhenDone(call.draft);
    }
  }

  /** Enter events of the calls in flight, ascending. */
  long[] inFlight() {
    return open.keys();
  }

  /** As of the events told so far; more may follow. */
  BlockContents contents() {
    int[] numbers = ofBlock.clone();
    List<Contents> all = new ArrayList<>(kinds);
    Map<Draft, Integer> unfinished = new HashMap<>();
    if (draft.block >= 0 && draft.inFlight == 0) {
      unfinished.put(draft, all.size());
      numbers[draft.block] = all.size();
      all.add(draft.contents());
    }
    for (long enter : open.keys()) {
      Draft of = open.get(enter).draft;
      if (of.block >= 0 && unfinished.putIfAbsent(of, all.size()) == null) {
        numbers[of.block] = all.size();
        all.add(of.contents());
      }
    }
    return new BlockContents(numbers, List.copyOf(all));
  }
}
