package seamtape.replayer.td;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadException;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.Recordings;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StateView;
import seamtape.replayer.stats.Stats;
import seamtape.workload.tdvf.TdvfImage;
import seamtape.workload.tdvf.TdvfSection;

/** {@code record boot-td --set firmware=FILE}: a firmware with TDVF metadata built into a TD. */
class FirmwareTest {
  private static final Path OVMF = Path.of("/usr/share/ovmf/OVMF.fd");
  private static final long RAM = 0x100_0000;

  @TempDir private Path dir;

  private Path file(TestFirmware firmware) throws Exception {
    return Files.write(dir.resolve("firmware.fd"), firmware.image.array());
  }

  private Tape boot(Path firmware) throws Exception {
    return Recordings.bundled(dir, "boot-td", "linux-7.3", Map.of("firmware", firmware.toString()));
  }

  private static Map<?, ?> td(Tape tape) throws Exception {
    Map<?, ?> document = StateView.document(MachineState.at(tape, tape.eventCount()), null);
    Map<?, ?> machine = (Map<?, ?>) document.get("machine");
    return (Map<?, ?>) ((List<?>) machine.get("tds")).get(0);
  }

  private static String mrtd(byte[] image) throws Exception {
    TdvfImage read = TdvfImage.of(image);
    Mrtd mrtd = new Mrtd();
    for (TdvfSection section : read.sections()) {
      byte[] content = new byte[(int) section.memorySize()];
      System.arraycopy(image, section.dataOffset(), content, 0, section.rawSize());
      mrtd.add(section.address(), content, section.measured());
    }
    return mrtd.hex();
  }

  private static long count(Tape tape, String call) throws Exception {
    return Stats.of(tape, n -> {}).byCall().stream()
        .filter(row -> row.call().equals(call))
        .mapToLong(Stats.PerCall::count)
        .sum();
  }

  @Test
  void mrtdOfASmallImageIsWhatTheRulesGive() throws Exception {
    byte[] image = new TestFirmware().image.array();
    Mrtd mrtd = new Mrtd();
    mrtd.add(0xffff_d000L, Arrays.copyOfRange(image, 0x1000, 0x4000), true);
    mrtd.add(0xffff_c000L, new byte[0x1000], false);
    mrtd.add(0x80_9000L, new byte[0x1000], false).add(0x81_0000L, new byte[0x1000], false);
    try (Tape tape = boot(file(new TestFirmware()))) {
      assertEquals(mrtd.hex(), td(tape).get("mrtd"));
      assertEquals(true, td(tape).get("mrtd_final"));
      assertEquals(6, count(tape, Seamcall.TDH_MEM_PAGE_ADD.label()));
      assertEquals(3 * 16, count(tape, Seamcall.TDH_MR_EXTEND.label()));
    }
  }

  /** Order of sections is order of measurement. */
  @Test
  void anotherOrderOfTheMetadataIsAnotherMrtd() throws Exception {
    TestFirmware other = new TestFirmware();
    other.section(0, 0, 0x1000, 0xffff_c000L, 1, 0);
    other.section(1, 0x1000, 0x3000, 0xffff_d000L, 0, 1);
    try (Tape tape = boot(file(other))) {
      assertEquals(mrtd(other.image.array()), td(tape).get("mrtd"));
      assertTrue(!mrtd(new TestFirmware().image.array()).equals(td(tape).get("mrtd")));
    }
  }

  @Test
  void anImageThatNoTdCanBeBuiltFromIsRefusedInOneLine() throws Exception {
    assertRefused(Files.write(dir.resolve("none.fd"), new byte[8192]), "no TDX metadata");
    TestFirmware outside = new TestFirmware();
    outside.section(0, 0x2000, 0x3000, 0xffff_d000L, 0, 1);
    assertRefused(file(outside), "ends at 0x5000, outside the image of 0x4000 bytes");
    TestFirmware misplaced = new TestFirmware();
    misplaced.section(3, 0, 0, RAM, 3, 0);
    assertRefused(file(misplaced), "is not in the 0x1000000 bytes of RAM");
    assertRefused(dir.resolve("nothing.fd"), "no such file");
    assertRefused(dir, "it is no regular file");
  }

  private static void assertRefused(Path firmware, String because) {
    WorkloadException refused =
        assertThrows(
            WorkloadException.class,
            () -> WorkloadFile.read("boot-td", Map.of("firmware", firmware.toString())));
    assertTrue(refused.getMessage().contains(because), refused::getMessage);
    assertTrue(!refused.getMessage().contains("\n"));
  }

  /**
   * The firmware finds the TD HOB by RCX, and accepts all RAM that its list calls unaccepted; then
   * it exposes RBP in a TDVMCALL, which TDX module and KVM (NO_RBP_MOD) no longer let pass.
   */
  @Test
  void debiansOvmfIsMeasuredAndAcceptsItsRam() throws Exception {
    Assumptions.assumeTrue(Files.exists(OVMF), "Debian's package ovmf is not installed");
    try (Tape tape = boot(OVMF)) {
      assertEquals(mrtd(Files.readAllBytes(OVMF)), td(tape).get("mrtd"));
      TdvfImage image = TdvfImage.of(Files.readAllBytes(OVMF));
      long added = 0;
      long measured = 0;
      long inRam = 0;
      for (TdvfSection section : image.sections()) {
        added += section.pages();
        measured += section.measured() ? section.pages() : 0;
        inRam += section.type().inImage() ? 0 : section.pages();
      }
      assertEquals(added, count(tape, Seamcall.TDH_MEM_PAGE_ADD.label()));
      assertEquals(16 * measured, count(tape, Seamcall.TDH_MR_EXTEND.label()));
      assertEquals(RAM / 0x1000 - inRam, count(tape, Seamcall.TDH_MEM_PAGE_AUG.label()));
      assertTrue(count(tape, Tdcall.TDG_VP_VMCALL.label()) > 0);
    }
  }
}
