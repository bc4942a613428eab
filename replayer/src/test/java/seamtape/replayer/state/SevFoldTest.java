package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.replay.Reexecution;
import seamtape.sim.Simulator;

/** S7: what the state of an encrypted VM reads at an event, of the events alone. */
class SevFoldTest {
  @TempDir Path dir;

  /** Event of the n-th return of a command, from 1. */
  private static long returned(Tape tape, SevCommand command, int n) throws Exception {
    int left = n;
    boolean asked = false;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.call != KvmIoctl.KVM_MEMORY_ENCRYPT_OP) {
          continue;
        }
        if (event.phase == Phase.ENTER) {
          asked = StructBytes.of(event).number(0, 4).orElse(-1) == command.id();
        } else if (asked && event.fields[0] == 0 && --left == 0) {
          return event.number;
        }
      }
    }
    throw new AssertionError("no " + command);
  }

  private static Map<String, Object> sev(Tape tape, int vm, long event) throws Exception {
    return MachineState.at(tape, event).vms().get(vm).sev().document();
  }

  /** The reverse map table of the state document, after an event. */
  private static Map<?, ?> rmp(Tape tape, long event, Reexecution machine) throws Exception {
    MachineState state = MachineState.at(tape, event);
    MachineReading reading = null;
    if (machine != null) {
      machine.advanceTo(event);
      reading = new MachineReading(state, machine);
    }
    Map<?, ?> document = (Map<?, ?>) StateView.document(state, reading).get("machine");
    Map<?, ?> vm = (Map<?, ?>) ((List<?>) document.get("vms")).get(0);
    return (Map<?, ?>) ((Map<?, ?>) vm.get("sev")).get("rmp");
  }

  /** Until the guest runs the events tell all of the table; then the machine does. */
  @Test
  void s7WhatAGuestMakesOfItsPagesIsInTheRmpOfTheMachine() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "snp-launch", "linux-7.3");
        Reexecution machine = new Reexecution(tape, new Simulator())) {
      long finish = returned(tape, SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, 1);
      Map<?, ?> launched = rmp(tape, finish, machine);
      assertFalse(launched.containsKey("text"));
      String ranges = launched.get("reexecuted").toString();
      String alone = "asid=1, validated=true, vmpl0=rwus, vmpl1=----, vmpl2=----, vmpl3=----}";
      assertTrue(ranges.startsWith("[{gpa=0x1000, pages=8, page_size=4K, " + alone), ranges);
      assertTrue(ranges.endsWith("{gpa=0xe000, pages=2, page_size=4K, " + alone + "]"), ranges);
      Map<?, ?> after = rmp(tape, tape.eventCount(), machine);
      assertTrue(after.get("text").toString().matches("PVALIDATE and .* since event [0-9]+"));
      String changed = after.get("reexecuted").toString();
      assertTrue(changed.contains("{gpa=0xc000, pages=1, page_size=4K, asid=1, validated=false"));
    }
  }

  /** What the fold says at every event is what the machine says, and it says something. */
  @ParameterizedTest
  @CsvSource({
    "sev-launch, 'LSECRET, LUPDATE, RUNNING'",
    "sev-es, 'LSECRET, LUPDATE, RUNNING'",
    "snp-launch, ''"
  })
  void s7FoldAndMachineAgreeAtEveryEvent(String workload, String states) throws Exception {
    TreeSet<String> compared = new TreeSet<>();
    try (Tape tape = Recordings.bundled(dir, workload, "linux-7.3");
        Reexecution machine = new Reexecution(tape, new Simulator());
        Cursor cursor = tape.cursor()) {
      MachineState state = new MachineState();
      MachineReading reading = new MachineReading(state, machine);
      while (cursor.next()) {
        state.apply(cursor.event());
        machine.advanceTo(state.event());
        assertEquals(List.of(), reading.disagreements());
        state.vms().values().stream()
            .map(vm -> vm.sev().told().get("state"))
            .filter(told -> told != null)
            .forEach(told -> compared.add((String) told));
      }
    }
    assertEquals(states, String.join(", ", compared));
  }

  @Test
  void s7TheDigestOfAnSevGuestIsThatOfTheStoredPlaintext() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "sev-launch", "linux-7.3")) {
      long first = returned(tape, SevCommand.KVM_SEV_LAUNCH_UPDATE_DATA, 1);
      HexFormat hex = HexFormat.of();
      Object digest = sev(tape, 0, first).get("digest");
      assertEquals(64, digest.toString().length());
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(stored(tape));
      assertEquals(hex.formatHex(((MessageDigest) sha.clone()).digest()), digest);
      long second = returned(tape, SevCommand.KVM_SEV_LAUNCH_UPDATE_DATA, 2);
      sha.update(new byte[0x20]);
      assertEquals(hex.formatHex(sha.digest()), sev(tape, 0, second).get("digest"));
      Map<String, Object> finished =
          sev(tape, 0, returned(tape, SevCommand.KVM_SEV_LAUNCH_FINISH, 1));
      assertEquals("RUNNING", finished.get("state"));
      assertEquals("0x0", finished.get("policy"));
      assertEquals(96, finished.get("measurement").toString().length());
    }
  }

  /** The page of code: the longest store of the recording. */
  private static byte[] stored(Tape tape) throws Exception {
    byte[] page = new byte[0x1000];
    int longest = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        for (int i = 0; event.phase == Phase.INPUT && i < event.copyCount(); i++) {
          byte[] bytes = event.copied(i);
          if (bytes.length > longest && bytes[0] == (byte) 0xa1) {
            longest = bytes.length;
            System.arraycopy(bytes, 0, page, 0, bytes.length);
          }
        }
      }
    }
    assertTrue(longest > 0);
    return page;
  }

  @Test
  void s7SaveAreasMakeTheDigestUnknownAndAMoveTakesAllAlong() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "sev-es", "linux-7.3")) {
      long data = returned(tape, SevCommand.KVM_SEV_LAUNCH_UPDATE_DATA, 1);
      assertEquals(64, sev(tape, 0, data).get("digest").toString().length());
      long vmsa = returned(tape, SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA, 1);
      String unknown = "unknown since event " + (vmsa - 1);
      assertEquals(unknown, sev(tape, 0, vmsa).get("digest"));
      Map<String, Object> moved = sev(tape, 1, tape.eventCount());
      assertEquals("sev-es", moved.get("mode"));
      assertEquals("RUNNING", moved.get("state"));
      assertEquals("0x4", moved.get("policy"));
    }
  }

  @Test
  void s7PagesOfAnSnpLaunchAreInTheRmpAndInTheDigest() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "snp-launch", "linux-7.3")) {
      long zero = returned(tape, SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, 2);
      Map<String, Object> before = sev(tape, 0, zero - 1);
      Map<String, Object> after = sev(tape, 0, zero);
      assertEquals("LAUNCH", after.get("state"));
      assertEquals("0x30000", after.get("policy"));
      HexFormat hex = HexFormat.of();
      ByteBuffer info = ByteBuffer.allocate(112).order(ByteOrder.LITTLE_ENDIAN);
      info.put(hex.parseHex((String) before.get("digest"))).put(new byte[48]);
      info.putShort((short) 112).put((byte) 3).putLong(104, 0x8000);
      byte[] chained = MessageDigest.getInstance("SHA-384").digest(info.array());
      assertEquals(hex.formatHex(chained), after.get("digest"));
      long finish = returned(tape, SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, 1);
      assertEquals("unknown since event " + (finish - 1), sev(tape, 0, finish).get("digest"));
      String rmp = rmp(tape, tape.eventCount(), null).get("launched").toString();
      assertTrue(rmp.startsWith("[{gpa=0x1000, pages=7, type=NORMAL, "), rmp);
      assertTrue(rmp.contains("{gpa=0x8000, pages=1, type=ZERO, "), rmp);
      assertTrue(rmp.contains("type=SECRETS") && rmp.contains("type=CPUID"), rmp);
      assertFalse(rmp.contains("VMSA"));
    }
  }

  /** /dev/sev is no file of KVM's. */
  @Test
  void aFileThatIsNotKvmsIsToldApartFromTheSystemFd() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "sev-launch", "linux-7.3")) {
      MachineState state = MachineState.at(tape, tape.eventCount());
      Map<?, ?> machine = (Map<?, ?>) StateView.document(state, null).get("machine");
      List<?> fds = (List<?>) machine.get("fds");
      assertEquals("system", ((Map<?, ?>) fds.get(0)).get("kind"));
      assertEquals("other", ((Map<?, ?>) fds.get(1)).get("kind"));
    }
  }
}
