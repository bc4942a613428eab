package seamtape.workload.tdvf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import seamtape.workload.tdvf.TdvfSection.Type;

class TdvfImageTest {
  private static final long RAM = 0x100_0000;

  @Test
  void sectionsComeInTheOrderOfTheMetadataWithTheirFlags() throws Exception {
    TdvfImage image = TdvfImage.of(new SmallFirmware().bytes());
    assertEquals(4, image.sections().size());
    TdvfSection code = image.sections().get(0);
    assertEquals(
        new TdvfSection(Type.BFV, 0x1000, 0x3000, 0xffff_d000L, 0x3000, true, false), code);
    assertEquals(3, code.pages());
    assertEquals(Type.TD_HOB, image.sections().get(2).type());
    assertEquals(0x80_9000L, image.hobAddress().orElseThrow());
    assertEquals(0xffff_c000L, image.base());
    assertEquals(image.bytes()[0x2003], image.content(code, RAM)[0x1003]);
    assertArrayEquals(new byte[0x1000], image.content(image.sections().get(3), RAM));
  }

  @Test
  void anImageWithoutMetadataIsRefusedInOneLine() {
    assertRefused(new byte[10], "no TDX metadata");
    assertRefused(new byte[4096], "no TDX metadata");
    SmallFirmware other = new SmallFirmware();
    other.guid(SmallFirmware.SIZE - 48 - 2 - 22 - 16, 1, 2, 3, 4);
    assertRefused(other.bytes(), "has no entry e47a6535");
  }

  @Test
  void sectionsOutsideTheImageAreRefused() {
    assertRefused(
        f -> f.section(0, 0x2000, 0x3000, 0xffff_d000L, 0x3000, 0, 1), "outside the image");
  }

  @Test
  void whatQemuRefusesIsRefused() {
    for (int type : new int[] {4, 5, 6, 7, -1}) {
      String unsupported = "unsupported type " + type;
      assertRefused(f -> f.section(3, 0, 0, 0x81_0000L, 0x1000, type, 0), unsupported);
    }
    assertRefused(f -> f.section(2, 0, 0x10, 0x80_9000L, 0x1000, 2, 0), "has raw size 16");
    assertRefused(f -> f.section(3, 0, 0, 0x81_0000L, 0x1010, 3, 0), "whole pages");
    assertRefused(f -> f.section(3, 0, 0x10, 0x81_0000L, 0x1000, 3, 0), "has raw size 16");
    assertRefused(f -> f.section(1, 0, 0, 0xffff_c000L, 0x1000, 1, 0), "has raw size 0");
    assertRefused(f -> f.section(3, 0, 0, 0x81_0010L, 0x1000, 3, 0), "whole pages");
    assertRefused(
        f -> f.section(1, 0, 0x2000, 0xffff_c000L, 0x1000, 1, 0), "more data than memory");
    assertRefused(f -> f.descriptor(1), "does not hold 1 sections");
    int at = SmallFirmware.SIZE - SmallFirmware.DESCRIPTOR_FROM_END;
    assertRefused(f -> f.image.putInt(at, 1), "signature");
    assertRefused(f -> f.image.putInt(at + 8, 2), "version 2");
    assertRefused(f -> f.image.putInt(at + 12, 5), "does not hold 5 sections");
    assertRefused(f -> f.image.putInt(at + 4, 17), "of 17 bytes does not hold 4 sections");
    int fromEnd = SmallFirmware.SIZE - 48 - 2 - 22 - 22;
    for (int outside : new int[] {SmallFirmware.SIZE + 1, 15, -1}) {
      assertRefused(f -> f.image.putInt(fromEnd, outside), "outside the image");
    }
    assertRefused(TdvfImageTest::cutOff, "beyond the end");
  }

  @Test
  void sectionsAwayFromTheirPlaceAreRefused() {
    assertMisplaced(f -> f.section(0, 0x1000, 0x3000, 0xffff_e000L, 0x3000, 0, 1), "the image");
    assertMisplaced(f -> f.section(1, 0, 0x1000, 0xffff_b000L, 0x1000, 1, 0), "the image");
    assertMisplaced(
        f -> f.section(3, 0, 0, RAM, 0x1000, 3, 0), "is not in the 0x1000000 bytes of RAM");
    assertMisplaced(f -> f.section(3, 0, 0, 0x80_a000L, 0x1000, 3, 0), "in use");
    assertMisplaced(TdvfImageTest::manySections, "too small for the list of RAM");
  }

  /** Two HOBs for each of them are more than a page. */
  private static void manySections(SmallFirmware firmware) {
    firmware.descriptor(52);
    firmware.section(2, 0, 0, 0x80_9000L, 0x1000, 2, 0);
    for (int i = 3; i < 52; i++) {
      firmware.section(i, 0, 0, 0x81_0000L + i * 0x2000L, 0x1000, 3, 0);
    }
  }

  /** A descriptor so near to the end that its sections are not all in the image. */
  private static void cutOff(SmallFirmware firmware) {
    int near = 0x700;
    byte[] descriptor = new byte[16];
    firmware.image.get(SmallFirmware.SIZE - SmallFirmware.DESCRIPTOR_FROM_END, descriptor);
    firmware.image.put(SmallFirmware.SIZE - near, descriptor);
    firmware.image.putInt(SmallFirmware.SIZE - near + 4, 16 + 32 * 56);
    firmware.image.putInt(SmallFirmware.SIZE - near + 12, 56);
    firmware.image.putInt(SmallFirmware.SIZE - 48 - 2 - 22 - 22, near);
  }

  private static void assertMisplaced(Consumer<SmallFirmware> damage, String because) {
    SmallFirmware firmware = new SmallFirmware();
    damage.accept(firmware);
    TdvfException refused =
        assertThrows(
            TdvfException.class,
            () -> {
              TdvfImage image = TdvfImage.of(firmware.bytes());
              for (TdvfSection section : image.sections()) {
                image.content(section, RAM);
              }
            });
    assertTrue(refused.getMessage().contains(because), refused.getMessage());
  }

  /** PI specification: handoff, a resource per range of RAM, end; each range once. */
  @Test
  void theTdHobTellsWhichRamIsAccepted() throws Exception {
    TdvfImage image = TdvfImage.of(new SmallFirmware().bytes());
    ByteBuffer hob =
        ByteBuffer.wrap(image.content(image.sections().get(2), RAM)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(1, hob.getShort(0));
    assertEquals(56, hob.getShort(2));
    assertEquals(9, hob.getInt(8));
    assertEquals(0x80_9000L + 56 + 5 * 48 + 8, hob.getLong(48));
    assertResource(hob, 0, 7, 0, 0x80_9000);
    assertResource(hob, 1, 0, 0x80_9000, 0x2000);
    assertResource(hob, 2, 7, 0x80_b000, 0x5000);
    assertResource(hob, 3, 0, 0x81_0000, 0x1000);
    assertResource(hob, 4, 7, 0x81_1000, RAM - 0x81_1000);
    assertEquals(0x8_ffff, hob.getInt(56 + 5 * 48));
  }

  private static void assertResource(ByteBuffer hob, int n, int type, long start, long length) {
    int at = 56 + 48 * n;
    assertEquals(3 | 48 << 16, hob.getInt(at));
    assertEquals(type, hob.getInt(at + 24));
    assertEquals(7, hob.getInt(at + 28));
    assertEquals(start, hob.getLong(at + 32));
    assertEquals(length, hob.getLong(at + 40));
  }

  @Test
  void randomDamageIsRefusedOrRead() {
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      SmallFirmware firmware = new SmallFirmware();
      int from = SmallFirmware.SIZE - SmallFirmware.DESCRIPTOR_FROM_END;
      for (int n = random.nextInt(3); n >= 0; n--) {
        int near =
            random.nextBoolean()
                ? from + random.nextInt(160)
                : SmallFirmware.SIZE - random.nextInt(120) - 1;
        firmware.image.put(near, (byte) random.nextInt());
      }
      try {
        TdvfImage image = TdvfImage.of(firmware.bytes());
        for (TdvfSection section : image.sections()) {
          image.content(section, RAM);
        }
      } catch (TdvfException refused) {
        assertTrue(!refused.getMessage().contains("\n"));
      }
    }
  }

  @Test
  void thePackagesOvmfHasSixSectionsAnd538Pages() throws Exception {
    Path ovmf = Path.of("/usr/share/ovmf/OVMF.fd");
    Assumptions.assumeTrue(Files.exists(ovmf), "Debian's package ovmf is not installed");
    TdvfImage image = TdvfImage.of(Files.readAllBytes(ovmf));
    assertEquals(Type.BFV, image.sections().get(0).type());
    assertTrue(image.sections().stream().mapToInt(TdvfSection::pages).sum() >= 538);
  }

  private static void assertRefused(Consumer<SmallFirmware> damage, String because) {
    SmallFirmware firmware = new SmallFirmware();
    damage.accept(firmware);
    assertRefused(firmware.bytes(), because);
  }

  private static void assertRefused(byte[] image, String because) {
    TdvfException refused = assertThrows(TdvfException.class, () -> TdvfImage.of(image));
    assertTrue(refused.getMessage().contains(because), refused.getMessage());
  }
}
