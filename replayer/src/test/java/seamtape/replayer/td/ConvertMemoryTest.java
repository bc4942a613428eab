package seamtape.replayer.td;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.Call;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;

/** The workload td-convert-memory: what KVM does beneath a conversion. */
class ConvertMemoryTest {
  @TempDir private Path dir;

  @Test
  void aPrivatePageIsZappedByBlockTrackRemoveBeneathTheChangeOfItsAttribute() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "td-convert-memory", "linux-7.3")) {
      List<List<Call>> paths = CallPaths.of(tape);
      List<Call> zapped =
          paths.stream()
              .filter(path -> path.size() == 2)
              .filter(path -> path.get(0) == KvmIoctl.KVM_SET_MEMORY_ATTRIBUTES)
              .map(path -> path.get(1))
              .toList();
      List<Call> one =
          List.of(
              Seamcall.TDH_MEM_RANGE_BLOCK,
              Seamcall.TDH_MEM_TRACK,
              Seamcall.TDH_MEM_PAGE_REMOVE,
              Seamcall.TDH_PHYMEM_PAGE_WBINVD);
      assertEquals(one, zapped.subList(0, one.size()), "0x400000 becomes shared");
      assertEquals(Collections.nCopies(2, one).stream().flatMap(List::stream).toList(), zapped);
      List<Call> demand = List.of(KvmIoctl.KVM_RUN, Seamcall.TDH_MEM_PAGE_AUG);
      assertEquals(4, Collections.frequency(paths, demand), "stack, and three pages accepted");
      List<Call> accept =
          List.of(KvmIoctl.KVM_RUN, Seamcall.TDH_VP_ENTER, Tdcall.TDG_MEM_PAGE_ACCEPT);
      assertTrue(Collections.frequency(paths, accept) >= 2 * 4);
    }
  }
}
