package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** Copies and changes kept of a pass, against folding from the first event. */
class StateIndexTest {
  @TempDir Path dir;

  private static StateIndex index(Tape tape, long weight, long interval) throws Exception {
    StateIndex index = new StateIndex(weight, interval);
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        index.take(cursor.event());
      }
    }
    return index;
  }

  private static MachineState moved(Tape tape, MachineState from, long event) throws Exception {
    try (Cursor cursor = tape.cursor()) {
      cursor.seek(from.event() + 1);
      while (from.event() < event && cursor.next()) {
        from.apply(cursor.event());
      }
    }
    return from;
  }

  @ParameterizedTest
  @ValueSource(strings = {"td-teardown", "td-errors", "vcpu-state", "sev-launch", "many-vms"})
  void aCopyMovedOnIsTheStateFoldedFromTheFirstEvent(String workload) throws Exception {
    try (Tape tape = Recordings.bundled(dir, workload, "linux-7.3")) {
      StateIndex index = index(tape, 1L << 30, 64);
      SplittableRandom random = new SplittableRandom(workload.hashCode());
      for (int i = 0; i < 20; i++) {
        long event = random.nextLong(tape.eventCount() + 1);
        MachineState near = index.from(event);
        assertTrue(event - near.event() < 64, "a copy is near");
        assertEquals(
            StateView.document(MachineState.at(tape, event), null),
            StateView.document(moved(tape, near, event), null));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "boot-td",
        "td-teardown",
        "td-errors",
        "vcpu-state",
        "irqchip-and-routing",
        "sev-launch",
        "snp-launch",
        "many-vms"
      })
  void whatIsReadFromAFileGoesOnAsWhatWasWritten(String workload) throws Exception {
    try (Tape tape = Recordings.bundled(dir, workload, "linux-7.3")) {
      StateIndex index = index(tape, 1L << 30, 64);
      NumberWriter to = new NumberWriter();
      assertTrue(index.write(to, 1));
      byte[] once = Arrays.copyOf(to.bytes(), to.length());
      StateIndex read = new StateIndex(1L << 30, 64);
      assertTrue(read.recall(new NumberReader(once)));
      assertEquals(index.reached(), read.reached());
      assertEquals(index.copies(), read.copies());
      NumberWriter again = new NumberWriter();
      read.write(again, 1);
      assertArrayEquals(once, Arrays.copyOf(again.bytes(), again.length()));
      SplittableRandom random = new SplittableRandom(workload.hashCode());
      for (int i = 0; i < 12; i++) {
        long from = random.nextLong(tape.eventCount() + 1);
        long end = Math.min(tape.eventCount(), from + random.nextLong(4000));
        assertEquals(
            StateView.document(moved(tape, index.from(from), end), null),
            StateView.document(moved(tape, read.from(from), end), null));
      }
    }
  }

  @Test
  void aFileHoldsFewerCopiesWhenItMustBeSmaller() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "td-teardown", "linux-7.3")) {
      StateIndex index = index(tape, 1L << 30, 64);
      NumberWriter to = new NumberWriter();
      assertTrue(index.write(to, 4));
      StateIndex read = new StateIndex();
      assertTrue(read.recall(new NumberReader(Arrays.copyOf(to.bytes(), to.length()))));
      assertEquals((index.copies() + 3) / 4, read.copies());
    }
  }

  @Test
  void copiesThatWeighTooMuchAreThinned() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "td-teardown", "linux-7.3")) {
      int all = index(tape, 1L << 30, 64).copies();
      StateIndex bounded = index(tape, 100_000, 64);
      assertTrue(bounded.copies() < all / 2 && bounded.copies() > 1, all + " " + bounded.copies());
      long half = tape.eventCount() / 2;
      assertEquals(
          StateView.document(MachineState.at(tape, half), null),
          StateView.document(moved(tape, bounded.from(half), half), null));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"td-teardown", "td-errors", "vcpu-state", "irqchip-and-routing"})
  void nothingChangesButInThePartsThatAreTold(String workload) throws Exception {
    try (Tape tape = Recordings.bundled(dir, workload, "linux-7.3");
        Cursor cursor = tape.cursor()) {
      MachineState state = new MachineState();
      Map<String, Object> before = leaves(StateView.settled(state));
      while (cursor.next() && state.event() < 2500) {
        MachineState old = state.copy();
        state.apply(cursor.event());
        Map<String, Object> after = leaves(StateView.settled(state));
        Map<String, Object> told = new TreeMap<>();
        for (StatePart part : state.touched()) {
          told.putAll(leaves(StateView.part(old, part)));
          told.putAll(leaves(StateView.part(state, part)));
        }
        for (String path : union(before, after)) {
          assertTrue(
              Objects.equals(before.get(path), after.get(path)) || told.containsKey(path),
              () -> cursor.event().number + " " + cursor.event().call.label() + " " + path);
        }
        before = after;
      }
    }
  }

  private static List<String> union(Map<String, Object> a, Map<String, Object> b) {
    List<String> keys = new ArrayList<>(a.keySet());
    keys.addAll(b.keySet());
    return keys;
  }

  /** Leaves by path; elements of lists by the number or name that is theirs. */
  private static Map<String, Object> leaves(Object document) {
    Map<String, Object> leaves = new TreeMap<>();
    put("", document, leaves);
    return leaves;
  }

  private static void put(String path, Object node, Map<String, Object> leaves) {
    if (node instanceof Map<?, ?> map) {
      map.forEach((key, value) -> put(path + "/" + key, value, leaves));
    } else if (node instanceof List<?> list) {
      for (Object one : list) {
        Object name = one instanceof Map<?, ?> map ? map.values().iterator().next() : one;
        put(path + "/" + name, one, leaves);
      }
    } else {
      leaves.put(path, node);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 700, 1265, 1_000_000})
  void theHistoryFoundByTheIndexIsThatOfAWalkOverAllEvents(long from) throws Exception {
    try (Tape tape = Recordings.bundled(dir, "td-teardown", "linux-7.3");
        Cursor cursor = tape.cursor()) {
      StateIndex index = index(tape, 1L << 30, 64);
      for (StatePart part : parts(tape)) {
        List<PartHistory.Hit> all = walk(tape, part);
        PartHistory on = history(tape, index, cursor, part);
        assertTrue(on.forwards(0, Integer.MAX_VALUE, Long.MAX_VALUE));
        assertEquals(all, on.hits());
        List<PartHistory.Hit> older = new ArrayList<>();
        for (long next = from; next > 0; ) {
          PartHistory back = history(tape, index, cursor, part);
          back.backwards(next, 3, Long.MAX_VALUE);
          older.addAll(back.hits());
          next = back.next();
        }
        Collections.reverse(older);
        assertEquals(upTo(all, older.size()), older);
        assertTrue(from < tape.eventCount() || older.size() == all.size());
      }
    }
  }

  private static List<PartHistory.Hit> upTo(List<PartHistory.Hit> all, int count) {
    return all.subList(0, Math.min(all.size(), count));
  }

  private static List<StatePart> parts(Tape tape) throws Exception {
    MachineState state = MachineState.at(tape, 1265);
    TdState td = state.tds().values().iterator().next();
    long page = td.pages().keySet().iterator().next();
    long key = td.entries().keySet().iterator().next();
    return List.of(
        new StatePart(StatePart.Kind.PAGE, td.tdr(), page),
        new StatePart(StatePart.Kind.SEPT, td.tdr(), key),
        StatePart.of(StatePart.Kind.TD, td.tdr()),
        StatePart.of(StatePart.Kind.VM, 0),
        StatePart.of(StatePart.Kind.FD, 3));
  }

  private static String value(MachineState state, StatePart part) {
    return StateView.part(state, part).toString();
  }

  private static PartHistory history(Tape tape, StateIndex index, Cursor cursor, StatePart part) {
    StatePart.Kind life =
        part.kind() == StatePart.Kind.VM ? StatePart.Kind.VM_LIFE : StatePart.Kind.TD_LIFE;
    List<StatePart> parts =
        part.kind() == StatePart.Kind.FD
            ? List.of(part)
            : List.of(StatePart.of(life, part.of()), part);
    return new PartHistory(
        index,
        (event, deadline) -> {
          try {
            return moved(tape, index.from(event), event);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        cursor,
        parts,
        state -> value(state, part));
  }

  private static List<PartHistory.Hit> walk(Tape tape, StatePart part) throws Exception {
    List<PartHistory.Hit> hits = new ArrayList<>();
    MachineState state = new MachineState();
    String known = value(state, part);
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        state.apply(cursor.event());
        String now = value(state, part);
        if (!now.equals(known)) {
          boolean returns = cursor.event().phase == seamtape.event.Phase.RETURN;
          long enter = cursor.event().number - (returns ? cursor.event().link : 0);
          hits.add(new PartHistory.Hit(enter, cursor.event().call.label(), known, now));
        }
        known = now;
      }
    }
    return hits;
  }
}
