package seamtape.replayer.td;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
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
import seamtape.catalog.Field;
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

  @Test
  void everyCallOfTheGuestStandsBeneathTheRunThatMadeIt() throws Exception {
    try (Tape tape = boot("linux-7.3", 4)) {
      Map<Call, Integer> made = new HashMap<>();
      for (List<Call> path : CallPaths.of(tape)) {
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

  /**
   * A TDVMCALL stands, with its answer, in the TDH.VP.ENTER that brings the answer; the one before,
   * which it left by, shows what it asked in its exposed registers, R10 to R15.
   */
  @Test
  void theEntryThatATdvmcallLeavesByShowsWhatItAsks() throws Exception {
    List<String> exposed = List.of("r11", "r12", "r13", "r14", "r15");
    int compared = 0;
    try (Tape tape = boot("linux-7.3", 4);
        Cursor cursor = tape.cursor()) {
      Map<Long, Long> vcpuOfEnter = new HashMap<>();
      Map<Long, Map<String, Long>> left = new HashMap<>();
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.call == Seamcall.TDH_VP_ENTER && event.phase == Phase.ENTER) {
          vcpuOfEnter.put(event.number, fields(event).get("rcx"));
        } else if (event.call == Seamcall.TDH_VP_ENTER) {
          long tdvpr = vcpuOfEnter.get(event.number - event.link);
          left.put(tdvpr, fields(event));
        } else if (event.call == Tdcall.TDG_VP_VMCALL && event.phase == Phase.ENTER) {
          long tdvpr = vcpuOfEnter.get(event.number - event.link);
          Map<String, Long> asks = fields(event);
          for (String register : exposed) {
            assertEquals(asks.get(register), left.get(tdvpr).get(register), register);
          }
          assertEquals(77, left.get(tdvpr).get("ret") & 0xffff);
          compared++;
        }
      }
    }
    assertTrue(compared >= 4 * 6, "TDVMCALLs: " + compared);
  }

  private static Map<String, Long> fields(Event event) {
    Map<String, Long> fields = new HashMap<>();
    List<Field> row = event.phase == Phase.ENTER ? event.call.in() : event.call.out();
    for (int i = 0; i < row.size(); i++) {
      fields.put(row.get(i).name(), event.fields[i]);
    }
    return fields;
  }
}
