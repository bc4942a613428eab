package seamtape.replayer.td;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Tdcall;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.Recordings;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StateView;
import seamtape.sim.Simulator;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** The workload td-attest: run-time measurement and the report, against rules alone. */
class AttestTest {
  private static final int REPORT = 1024;

  @TempDir private Path dir;

  private static String rtmrs(Tape tape, long event) throws Exception {
    Map<?, ?> document = StateView.document(MachineState.at(tape, event), null);
    Map<?, ?> machine = (Map<?, ?>) document.get("machine");
    return ((Map<?, ?>) ((List<?>) machine.get("tds")).get(0)).get("rtmr").toString();
  }

  /** SHA-384(old || data), over and over. */
  private static byte[] extended(byte[]... data) throws Exception {
    byte[] value = new byte[48];
    for (byte[] next : data) {
      MessageDigest digest = MessageDigest.getInstance("SHA-384");
      digest.update(value);
      value = digest.digest(next);
    }
    return value;
  }

  private static byte[] data(int first) {
    byte[] data = new byte[48];
    Arrays.fill(data, (byte) 0x5a);
    data[0] = (byte) first;
    return data;
  }

  private static String list(byte[] rtmr2, byte[] rtmr3) {
    HexFormat hex = HexFormat.of();
    String zero = hex.formatHex(new byte[48]);
    return List.of(zero, zero, hex.formatHex(rtmr2), hex.formatHex(rtmr3)).toString();
  }

  @Test
  void stateTellsRtmrsAtEveryEvent() throws Exception {
    byte[] none = new byte[48];
    byte[] once = extended(data(0x5a));
    byte[] twice = extended(data(0x5a), data(0x5b));
    List<String> expected =
        List.of(
            list(once, none),
            list(twice, none),
            list(twice, extended(data(0x5b))),
            list(twice, extended(data(0x5b))));
    try (Tape tape = Recordings.bundled(dir, "td-attest", "linux-7.3");
        Cursor cursor = tape.cursor()) {
      int returned = 0;
      while (cursor.next()) {
        Event event = cursor.event();
        boolean extend = event.call == Tdcall.TDG_MR_RTMR_EXTEND;
        if (extend && event.phase == Phase.RETURN) {
          assertEquals(expected.get(returned++), rtmrs(tape, event.number));
        } else if (extend && returned == 0) {
          assertEquals(list(none, none), rtmrs(tape, event.number));
        }
      }
      assertEquals(expected.size(), returned);
      assertEquals(expected.get(3), rtmrs(tape, tape.eventCount()));
    }
  }

  /** What the TD has put into its request for a quote; the VMM's answer goes elsewhere here. */
  private byte[] report() throws Exception {
    String text = Files.readString(Path.of("../fixtures/workloads/td-attest.yaml"));
    Path file = dir.resolve("report.yaml");
    Files.writeString(file, text.replace("{at: quote + 24, text", "{at: quote + 2048, text"));
    Workload workload = WorkloadFile.read(file, Map.of());
    long[] quote = new long[1];
    MachineSpec spec = new MachineSpec("linux-7.3", "intel", "1.5", "bare", 1, false);
    try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), spec, event -> slot(event, quote))) {
      new WorkloadRunner(workload, vmm, 1, "linux-7.3").run();
      byte[] report = new byte[REPORT];
      vmm.memory().read(quote[0] + 24, report, 0, REPORT);
      return report;
    }
  }

  /** The address behind slot 2, whose memory the TD shares. */
  private static long slot(Event event, long[] address) {
    boolean set = event.call == KvmIoctl.KVM_SET_USER_MEMORY_REGION;
    if (set && event.phase == Phase.ENTER) {
      ByteBuffer region = ByteBuffer.wrap(event.copied(0)).order(ByteOrder.LITTLE_ENDIAN);
      address[0] = region.getLong(24);
    }
    return event.number + 1;
  }

  /** abi/tdx-structs.md, section 2. */
  @Test
  void theReportHasItsLayoutAndTheMeasurementsOfTheTd() throws Exception {
    byte[] report = report();
    byte[] image = WorkloadFile.read("td-attest", Map.of()).guest().get("code").bytes();
    MessageDigest sha = MessageDigest.getInstance("SHA-384");
    assertEquals((byte) 0x81, report[0]);
    assertArrayEquals(sha.digest(slice(report, 256, 239)), slice(report, 32, 48), "TEE_TCB_INFO");
    assertArrayEquals(sha.digest(slice(report, 512, 512)), slice(report, 80, 48), "TDINFO");
    assertArrayEquals("portdata".repeat(8).getBytes(), slice(report, 128, 64));
    String mrtd = new Mrtd().add((1L << 32) - image.length, image, true).hex();
    assertEquals(mrtd, HexFormat.of().formatHex(slice(report, 528, 48)));
    assertArrayEquals(new byte[96], slice(report, 720, 96), "RTMR0 and 1");
    assertArrayEquals(extended(data(0x5a), data(0x5b)), slice(report, 816, 48), "RTMR2");
    assertArrayEquals(extended(data(0x5b)), slice(report, 864, 48), "RTMR3");
  }

  private static byte[] slice(byte[] bytes, int from, int length) {
    return Arrays.copyOfRange(bytes, from, from + length);
  }
}
