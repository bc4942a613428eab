package seamtape.replayer.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Call;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.event.Subject;
import seamtape.recorder.tape.Tape;

/** What blocks hold never hides a call from a filter. */
class BlockContentsTest {
  private static final byte[] NONE = {};
  private static final long BUSY = 0x8000_0200_0000_0001L;
  private static final Call[] IOCTLS = {
    KvmIoctl.KVM_CHECK_EXTENSION,
    KvmIoctl.KVM_CREATE_VCPU,
    KvmIoctl.KVM_IOEVENTFD,
    KvmIoctl.KVM_CREATE_VM
  };

  static final List<String> FILTERS =
      List.of(
          "error",
          "not error",
          "errno == EEXIST",
          "errno != 0 and vm == 1",
          "errno in {17, 22}",
          "KVM_CREATE_VM",
          "vm == 1",
          "not (vm == 0)",
          "on == \"vm1/vcpu1\" or KVM_IOEVENTFD",
          "under(KVM_RUN)",
          "under(KVM_RUN and errno == EEXIST)",
          "under(TDH.VP.ENTER) and error",
          "has(TDG.VP.VMCALL)",
          "has(error)",
          "not has(TDH.VP.ENTER) and KVM_RUN",
          "has(under(KVM_RUN)) xor error",
          "depth > 1 and ret != 0",
          "KVM_RUN and phase == enter");

  @TempDir Path dir;

  /** Stretches of one or two kinds of calls, longer than a block, so that blocks differ. */
  private static void write(Path path, SplittableRandom random, int stretches) throws Exception {
    try (CallTape to = new CallTape(path)) {
      List<CallTape.Expected> left = new ArrayList<>();
      for (int i = 0; i < stretches; i++) {
        long subject = random.nextInt(3) == 0 ? Subject.vcpu(1, 1) : Subject.vm(random.nextInt(2));
        Call call = IOCTLS[random.nextInt(IOCTLS.length)];
        boolean runs = random.nextInt(3) == 0;
        int errors = random.nextInt(4) == 0 ? 50 : Integer.MAX_VALUE;
        if (random.nextInt(4) == 0) {
          left.add(to.enter(KvmIoctl.KVM_RUN, Subject.vcpu(0, 0), NONE, 5, 0));
        }
        for (int n = 0; n < 1500 + random.nextInt(2000); n++) {
          if (runs) {
            run(to, random, errors);
          } else {
            to.call(call, subject, n % errors == errors - 1 ? -17 : 0, 4, n);
          }
        }
        if (!left.isEmpty() && random.nextBoolean()) {
          CallTape.Expected run = left.remove(0);
          to.returns(to.nested(Seamcall.TDH_MNG_RD, run, 0), NONE, BUSY);
          to.returns(run, NONE, random.nextBoolean() ? 0 : -17, 2);
        }
      }
      to.seal();
    }
  }

  private static void run(CallTape to, SplittableRandom random, int errors) throws Exception {
    CallTape.Expected run = to.enter(KvmIoctl.KVM_RUN, Subject.vcpu(0, 1), NONE, 5, 0);
    CallTape.Expected seamcall = to.nested(Seamcall.TDH_VP_ENTER, run, 0);
    to.returns(to.nested(Tdcall.TDG_VP_VMCALL, seamcall, 0), NONE, 0);
    to.returns(seamcall, NONE, random.nextInt() % errors == 1 ? BUSY : 0);
    to.returns(run, NONE, 0, 2);
  }

  static TapeSummary summary(Tape tape) {
    try (TapeSummary.Scan scan = new TapeSummary.Scan(tape)) {
      while (scan.advance(1000)) {
        continue;
      }
      return scan.summary();
    }
  }

  private static List<Long> byBlocks(CallReader reader, String filter) throws Exception {
    Matches matches = new Matches(Filter.parse(filter));
    while (!matches.complete()) {
      matches.advance(reader, System.nanoTime());
    }
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < matches.count(); i++) {
      found.add(matches.position(i));
    }
    return found;
  }

  private static List<Long> oneByOne(CallReader reader, String text) throws Exception {
    Filter filter = Filter.parse(text);
    List<Long> found = new ArrayList<>();
    for (long at = 0; at < reader.callCount(); at += 500) {
      for (RecordedCall call : reader.window(at, 500)) {
        if (filter.matches(call, reader)) {
          found.add(call.index());
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void findsWhatALookAtEveryCallFinds(long seed) throws Exception {
    Path path = dir.resolve("random.tape");
    write(path, new SplittableRandom(seed), 14);
    try (Tape tape = Tape.open(path);
        CallReader reader = new CallReader(tape)) {
      reader.use(summary(tape));
      assertTrue(tape.index().blocks().size() > 8, "several blocks");
      for (String filter : FILTERS) {
        assertEquals(oneByOne(reader, filter), byBlocks(reader, filter), filter);
      }
    }
  }

  @Test
  void namesFewBlocksForARareCallAndForItsCallers() throws Exception {
    Path path = dir.resolve("rare.tape");
    try (CallTape to = new CallTape(path)) {
      for (int i = 0; i < 40_000; i++) {
        to.call(KvmIoctl.KVM_IOEVENTFD, Subject.vm(0), 0, 4, i);
        if (i == 30_000) {
          run(to, new SplittableRandom(1), Integer.MAX_VALUE);
          to.call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(1), -17, 4, 1);
        }
      }
      to.seal();
    }
    try (Tape tape = Tape.open(path)) {
      BlockContents contents = summary(tape).contents();
      for (String filter :
          List.of("KVM_CREATE_VCPU", "error", "vm == 1", "has(TDG.VP.VMCALL)", "under(KVM_RUN)")) {
        int passing = 0;
        for (boolean passes : contents.mayPass(Filter.parse(filter))) {
          passing += passes ? 1 : 0;
        }
        assertTrue(passing >= 1 && passing <= 2, filter + " passes in " + passing + " blocks");
      }
      assertTrue(contents.kinds().size() <= 5, "blocks alike share what they hold");
    }
  }
}
