package seamtape.replayer.td;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdxStatus;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;

/** The workload td-errors shows the state matrix, cell by cell. */
class TdErrorsTest {
  private static final Path MATRIX =
      Path.of(System.getProperty("seamtape.root"), "fixtures", "abi", "tdx-op-state-matrix.csv");

  /** The states that calls lead to without migration. */
  private static final List<TdOpState> REACHED =
      List.of(TdOpState.UNINITIALIZED, TdOpState.INITIALIZED, TdOpState.RUNNABLE);

  /** Leaves whose RCX or RDX is the TDVPR of a vCPU, which TDH.MNG.INIT must come before. */
  private static final Set<Seamcall> OF_A_VCPU =
      EnumSet.of(
          Seamcall.TDH_VP_ENTER,
          Seamcall.TDH_VP_ADDCX,
          Seamcall.TDH_VP_INIT,
          Seamcall.TDH_VP_RD,
          Seamcall.TDH_VP_WR,
          Seamcall.TDH_EXPORT_STATE_VP,
          Seamcall.TDH_IMPORT_STATE_VP);

  @TempDir private Path dir;

  @Test
  void everyRefusalOfTheStateMatrixThatCallsLeadToIsInTheRecording() throws Exception {
    Map<Seamcall, Long> refused = new TreeMap<>();
    try (Tape tape = Recordings.bundled(dir, "td-errors", "linux-7.3", Map.of());
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        boolean status = event.phase == Phase.RETURN && event.call instanceof Seamcall;
        if (status && event.fields[0] == TdxStatus.TDX_OP_STATE_INCORRECT.value()) {
          refused.merge((Seamcall) event.call, 1L, Long::sum);
        }
      }
    }
    assertEquals(refusals(), refused);
  }

  /** The zeros of the matrix by leaf. */
  private static Map<Seamcall, Long> refusals() throws Exception {
    List<String> lines = Files.readAllLines(MATRIX);
    List<String> columns = Arrays.asList(lines.get(0).split(","));
    Map<Seamcall, Long> refusals = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = new ArrayList<>(Arrays.asList(line.split(",")));
      if (cells.get(0).equals("SEAMCALL")) {
        Seamcall leaf = Seamcall.of(Long.parseLong(cells.get(1)));
        long zeros =
            REACHED.stream()
                .filter(state -> state != TdOpState.UNINITIALIZED || !OF_A_VCPU.contains(leaf))
                .filter(state -> cells.get(columns.indexOf(state.name())).equals("0"))
                .count();
        if (zeros > 0) {
          refusals.put(leaf, zeros);
        }
      }
    }
    assertEquals(79, refusals.values().stream().mapToLong(Long::longValue).sum());
    return refusals;
  }
}
