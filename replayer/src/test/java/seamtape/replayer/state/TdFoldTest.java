package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.PamtPageType;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;

/** The fold of SEAMCALLs over a recording of td-teardown. */
class TdFoldTest {
  @TempDir Path dir;

  private Tape tape() throws Exception {
    return Recordings.edited(
        dir,
        "td-teardown",
        "  - kvm: open /dev/kvm\n",
        "  - kvm: open /dev/kvm\n  - store: {at: source + 0x1000, bytes: \"a1a2a3a4a5a6a7a8\"}\n");
  }

  private static long returned(Tape tape, Seamcall leaf) throws Exception {
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.phase == Phase.RETURN && event.call == leaf) {
          return event.number;
        }
      }
    }
    throw new AssertionError("no " + leaf);
  }

  private static TdState td(Tape tape, Seamcall after) throws Exception {
    return MachineState.at(tape, returned(tape, after)).tds().values().iterator().next();
  }

  @Test
  void aTdGoesThroughItsLifeAsItsSeamcallsReturn() throws Exception {
    try (Tape tape = tape()) {
      TdState created = td(tape, Seamcall.TDH_MNG_CREATE);
      assertEquals(TdLifecycleState.TD_HKID_ASSIGNED, created.lifecycle());
      TdState ready = td(tape, Seamcall.TDH_MR_FINALIZE);
      assertEquals(TdLifecycleState.TD_KEYS_CONFIGURED, ready.lifecycle());
      assertEquals(TdOpState.RUNNABLE, ready.opState());
      assertEquals(2, ready.vcpus().size());
      assertTrue(ready.vcpus().get(0).pages >= 6);
      assertEquals(TdLifecycleState.TD_TEARDOWN, td(tape, Seamcall.TDH_MNG_KEY_FREEID).lifecycle());
      assertTrue(MachineState.at(tape, tape.eventCount()).tds().isEmpty(), "all is reclaimed");
    }
  }

  @Test
  void everyEntryOfTheSecureEptPointsToAPageThatTheTdOwns() throws Exception {
    try (Tape tape = tape()) {
      TdState ready = td(tape, Seamcall.TDH_MR_FINALIZE);
      assertEquals(4, ready.entries().values().stream().filter(TdState.Entry::leaf).count());
      TreeSet<Long> seen = new TreeSet<>();
      for (TdState.Entry entry : ready.entries().values()) {
        assertTrue(seen.add(entry.hpa()));
        PamtPageType type = entry.leaf() ? PamtPageType.PT_REG : PamtPageType.PT_EPT;
        assertEquals(type, ready.pages().get(entry.hpa()).type());
      }
    }
  }

  @Test
  void mrtdIsWhatTheRulesGiveForTheStoredMemory() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (long page = 0; page < 4; page++) {
      stream.writeBytes(record("MEM.PAGE.ADD", page << 12));
      for (int chunk = 0; chunk < 16; chunk++) {
        stream.writeBytes(record("MR.EXTEND", (page << 12) + 256 * chunk));
        byte[] bytes = new byte[256];
        for (int i = 0; page == 1 && chunk == 0 && i < 8; i++) {
          bytes[i] = (byte) (0xa1 + i);
        }
        stream.writeBytes(bytes);
      }
    }
    byte[] expected = MessageDigest.getInstance("SHA-384").digest(stream.toByteArray());
    try (Tape tape = tape()) {
      TdState ready = td(tape, Seamcall.TDH_MR_FINALIZE);
      assertEquals(HexFormat.of().formatHex(expected), ready.measurement().mrtd());
      assertTrue(ready.measurement().complete());
      assertFalse(td(tape, Seamcall.TDH_MNG_INIT).measurement().complete());
      long at = returned(tape, Seamcall.TDH_MR_FINALIZE);
      Map<?, ?> machine =
          (Map<?, ?>) StateView.document(MachineState.at(tape, at), null).get("machine");
      assertTrue(machine.toString().contains(HexFormat.of().formatHex(expected)));
    }
  }

  private static byte[] record(String name, long gpa) {
    ByteBuffer block = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    block.put(name.getBytes(StandardCharsets.US_ASCII));
    return block.putLong(16, gpa).array();
  }
}
