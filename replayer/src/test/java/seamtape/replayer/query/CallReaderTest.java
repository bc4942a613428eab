package seamtape.replayer.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.event.Subject;
import seamtape.recorder.tape.Tape;

class CallReaderTest {
  private static final int EVENTS = 20_000;

  @TempDir Path dir;

  private CallTape written(long seed) throws IOException {
    try (CallTape tape = new CallTape(dir.resolve("r" + seed + ".tape"))) {
      tape.random(seed, EVENTS, KvmIoctl.KVM_RUN, Seamcall.TDH_VP_ENTER);
      tape.seal();
      return tape;
    }
  }

  private static TapeSummary summary(Tape tape) {
    try (TapeSummary.Scan scan = new TapeSummary.Scan(tape)) {
      while (scan.advance(1000)) {
        // to the end
      }
      return scan.summary();
    }
  }

  private static void same(CallTape.Expected expected, RecordedCall call) {
    assertEquals(expected.event, call.event());
    assertEquals(expected.call, call.call());
    assertEquals(expected.depth, call.depth());
    assertEquals(expected.parent, call.parent());
    assertEquals(expected.returned, call.hasReturn() ? call.returned().number : 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void readsAnyWindowAsItWasWritten(long seed) throws Exception {
    CallTape expected = written(seed);
    try (Tape tape = Tape.open(dir.resolve("r" + seed + ".tape"));
        CallReader reader = new CallReader(tape)) {
      reader.use(summary(tape));
      assertEquals(expected.calls.size(), reader.callCount());
      Random random = new Random(seed);
      for (int round = 0; round < 100; round++) {
        int from = random.nextInt(expected.calls.size());
        int count = 1 + random.nextInt(300);
        List<RecordedCall> window = reader.window(from, count);
        assertEquals(Math.min(count, expected.calls.size() - from), window.size());
        for (int i = 0; i < window.size(); i++) {
          assertEquals(from + i, window.get(i).index());
          same(expected.calls.get(from + i), window.get(i));
        }
      }
    }
  }

  @Test
  void scansTheSameCallsInOnePass() throws Exception {
    CallTape expected = written(9);
    try (Tape tape = Tape.open(dir.resolve("r9.tape"));
        CallReader reader = new CallReader(tape)) {
      reader.use(summary(tape));
      try (CallScan scan = reader.scan(Filter.parse("depth >= 0"))) {
        for (CallTape.Expected call : expected.calls) {
          same(call, scan.next());
        }
        assertEquals(null, scan.next());
      }
    }
  }

  @Test
  void findsTheCallOfEveryEventAndTheCallsAroundIt() throws Exception {
    CallTape expected = written(4);
    try (Tape tape = Tape.open(dir.resolve("r4.tape"));
        CallReader reader = new CallReader(tape)) {
      reader.use(summary(tape));
      for (CallTape.Expected call : expected.calls.subList(0, 400)) {
        same(call, reader.at(call.event).orElseThrow());
        if (call.returned != 0) {
          assertEquals(call.event, reader.at(call.returned).orElseThrow().event());
        }
        RecordedCall read = reader.at(call.event).orElseThrow();
        List<RecordedCall> parents = reader.parents(read);
        assertEquals(call.depth, parents.size());
        assertEquals(children(expected, call), children(reader, read));
      }
      assertTrue(reader.at(EVENTS * 2L).isEmpty());
    }
  }

  private static List<Long> children(CallTape tape, CallTape.Expected of) {
    return tape.calls.stream().filter(c -> c.parent == of.event).map(c -> c.event).toList();
  }

  private static List<Long> children(CallReader reader, RecordedCall call) throws Exception {
    List<Long> events = new ArrayList<>();
    CallReader.Children page = new CallReader.Children(List.of(), call.event() + 1);
    while (page.next() != 0) {
      page = reader.children(call, page.next(), 3, 500);
      page.calls().forEach(child -> events.add(child.event()));
    }
    return events;
  }

  @Test
  void countsErrorsAndWalksThem() throws Exception {
    try (CallTape written = new CallTape(dir.resolve("errors.tape"))) {
      for (int i = 0; i < 100; i++) {
        written.call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), i % 10 == 9 ? -17 : 0, 4, i);
      }
      written.seal();
    }
    try (Tape tape = Tape.open(dir.resolve("errors.tape"))) {
      TapeSummary summary = summary(tape);
      assertEquals(10, summary.errorCount());
      assertEquals(19, summary.errorAfter(0));
      assertEquals(39, summary.errorAfter(19));
      assertEquals(19, summary.errorBefore(39));
      assertEquals(0, summary.errorBefore(19));
      assertEquals(0, summary.errorAfter(199));
      assertEquals(10, summary.tallies().get(0).errors());
    }
  }

  @Test
  void findsACallByTime() throws Exception {
    CallTape expected = written(5);
    try (Tape tape = Tape.open(dir.resolve("r5.tape"));
        CallReader reader = new CallReader(tape)) {
      assertEquals(0, reader.callAtTime(0));
      RecordedCall call = reader.window(777, 1).get(0);
      assertEquals(777, reader.callAtTime(call.enter().time));
      assertEquals(expected.calls.size(), reader.callAtTime(Long.MAX_VALUE));
      assertFalse(reader.window(expected.calls.size(), 1).iterator().hasNext());
    }
  }
}
