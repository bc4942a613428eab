package seamtape.replayer.td;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Call;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;
import seamtape.replayer.stats.Stats;

/** The workload boot-td: a TD that boots, on the kernel line and with the seeds' layout patch. */
class BootTdTest {
  private static final int COPIED_REGISTERS = 13;

  @TempDir private Path dir;

  private Tape boot(String profile, int vcpus) throws Exception {
    return Recordings.bundled(dir, "boot-td", profile, Map.of("vcpus", String.valueOf(vcpus)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void s16BootsAlikeWithTheRegisterIndexLayoutAndCopiesNothing(int vcpus) throws Exception {
    try (Tape copied = boot("linux-7.3", vcpus);
        Tape asItIs = boot("linux-7.3+regindex", vcpus)) {
      DiffReport report =
          Diff.compare(copied, asItIs, new DiffOptions(Set.of(), 1000, events -> {}));
      assertTrue(report.same(), () -> report.changes().toString());
      assertEquals(report.matched(), Stats.of(copied, n -> {}).calls());
      Stats.PerCall entries = entries(copied);
      long registers = COPIED_REGISTERS * entries.count();
      assertEquals(Map.of("copied_in", registers, "copied_out", registers), entries.costs());
      assertEquals(Map.of("copied_in", 0L, "copied_out", 0L), entries(asItIs).costs());
      assertEquals(entries.count(), entries(asItIs).count());
    }
  }

  private static Stats.PerCall entries(Tape tape) throws Exception {
    return Stats.of(tape, n -> {}).byCall().stream()
        .filter(call -> call.call().equals(Seamcall.TDH_VP_ENTER.label()))
        .findFirst()
        .orElseThrow();
  }

  /** The calls of a recording, each as the names from the outermost to itself. */
  private static List<List<Call>> paths(Tape tape) throws Exception {
    List<List<Call>> paths = new ArrayList<>();
    Map<Long, List<Call>> open = new HashMap<>();
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.phase != Phase.ENTER) {
          continue;
        }
        List<Call> path = new ArrayList<>(open.getOrDefault(event.number - event.link, List.of()));
        path.add(event.call);
        open.put(event.number, path);
        paths.add(path);
      }
    }
    return paths;
  }

  @Test
  void everyCallOfTheGuestStandsBeneathTheRunThatMadeIt() throws Exception {
    try (Tape tape = boot("linux-7.3", 4)) {
      Map<Call, Integer> made = new HashMap<>();
      for (List<Call> path : paths(tape)) {
        Call last = path.get(path.size() - 1);
        made.merge(last, 1, Integer::sum);
        if (last instanceof Tdcall) {
          assertEquals(
              List.of(KvmIoctl.KVM_RUN, Seamcall.TDH_VP_ENTER, last), path, "a TDCALL's place");
        } else if (last instanceof Tdvmcall) {
          Deque<Call> outwards = new ArrayDeque<>(path);
          outwards.removeLast();
          assertEquals(Tdcall.TDG_VP_VMCALL, outwards.removeLast(), "a TDVMCALL's place");
          assertEquals(Seamcall.TDH_VP_ENTER, outwards.removeLast());
        }
      }
      assertEquals(4, made.get(Tdcall.TDG_VP_INFO));
      assertEquals(4, made.get(Seamcall.TDH_MEM_PAGE_AUG), "a page on demand per vCPU");
      assertEquals(2 * 4, made.get(Tdcall.TDG_MEM_PAGE_ACCEPT), "before the page, and with it");
      assertEquals(2 * 4, made.get(Tdvmcall.TDVMCALL_REQUEST_MMIO));
      assertEquals(4, made.get(Tdvmcall.TDVMCALL_CPUID));
      assertEquals(4, made.get(Tdvmcall.TDVMCALL_RDMSR));
      assertEquals(4, made.get(Tdvmcall.TDVMCALL_WRMSR));
    }
  }
}
