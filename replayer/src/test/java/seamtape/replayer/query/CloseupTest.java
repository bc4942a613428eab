package seamtape.replayer.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.shape.Closeup;
import seamtape.replayer.shape.Item;
import seamtape.replayer.shape.TapeShape;

class CloseupTest {
  @TempDir Path dir;

  /** Start, end and enter event of the calls entered in a stretch, by lane and depth. */
  private static Map<String, List<String>> oneByOne(CallReader reader, TapeShape.Reach reach)
      throws Exception {
    Map<String, List<String>> found = new TreeMap<>();
    long first = reader.callIndexOf(reach.firstEvent());
    long last = reader.callIndexOf(reach.lastEvent());
    for (long at = first; at <= last; at++) {
      RecordedCall call = reader.window(at, 1).get(0);
      if (call.event() >= reach.firstEvent() && call.hasReturn()) {
        List<RecordedCall> parents = reader.parents(call);
        RecordedCall outer = parents.isEmpty() ? call : parents.get(parents.size() - 1);
        String key = Closeup.key(TapeShape.lane(outer), parents.size());
        found
            .computeIfAbsent(key, name -> new ArrayList<>())
            .add(call.enter().time + " " + call.returned().time + " " + call.event());
      }
    }
    found.values().forEach(list -> list.sort(null));
    return found;
  }

  private static Map<String, List<String>> texts(Map<String, List<Item>> items) {
    Map<String, List<String>> texts = new TreeMap<>();
    items.forEach(
        (key, list) ->
            texts.put(
                key,
                list.stream()
                    .sorted(Comparator.comparingLong(Item::event))
                    .map(item -> item.start() + " " + item.end() + " " + item.event())
                    .sorted()
                    .toList()));
    return texts;
  }

  @Test
  void tellsEachCallOfAStretchAsTheReaderDoes() throws Exception {
    Path path = dir.resolve("random.tape");
    try (CallTape to = new CallTape(path)) {
      to.random(4, 30_000, KvmIoctl.KVM_RUN, Seamcall.TDH_VP_ENTER);
      to.seal();
    }
    try (Tape tape = Tape.open(path);
        CallReader reader = new CallReader(tape)) {
      reader.use(BlockContentsTest.summary(tape));
      SplittableRandom random = new SplittableRandom(6);
      int calls = 0;
      for (int i = 0; i < 30; i++) {
        long first = random.nextLong(1, 29_000);
        TapeShape.Reach reach =
            new TapeShape.Reach(first, first + random.nextLong(900), random.nextLong(900));
        Map<String, List<String>> expected = oneByOne(reader, reach);
        assertEquals(expected, texts(Closeup.of(tape, reader, true, reach)), reach.toString());
        calls += expected.values().stream().mapToInt(List::size).sum();
      }
      assertTrue(calls > 1000, calls + " calls compared");
    }
  }
}
