package seamtape.recorder.workload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import seamtape.workload.asm.Assembler.Program;
import seamtape.workload.tdvf.TdvfException;
import seamtape.workload.tdvf.TdvfImage;
import seamtape.workload.tdvf.TdvfSection;

/**
 * The initial memory of a TD, section by section in the order in which it is added: assembly is one
 * measured section, a firmware image has the sections of its metadata.
 *
 * @param hob address of the TD HOB, which vCPUs get in RCX; 0 without one
 */
record TdImage(Program program, long hob, boolean firmware, List<Section> sections) {
  /** Largest firmware image; OVMF's have 2 and 4 MiB. */
  static final int MAX_FIRMWARE = 16 << 20;

  private static final int PAGE = 0x1000;

  /**
   * A range of guest memory.
   *
   * @param measured extended into MRTD
   */
  record Section(long address, byte[] content, boolean measured) {
    long pages() {
      return content.length / PAGE;
    }
  }

  static TdImage assembled(Program program) {
    Section all = new Section(program.origin(), program.bytes(), true);
    return new TdImage(program, 0, false, List.of(all));
  }

  /**
   * An image with TDVF metadata.
   *
   * @param at what asks for it, for messages
   * @param ram bytes of RAM from address 0, told by the TD HOB
   */
  static TdImage firmware(YamlNode at, String file, long ram) throws WorkloadException {
    try {
      TdvfImage image = TdvfImage.of(content(file));
      List<Section> sections = new ArrayList<>();
      for (TdvfSection section : image.sections()) {
        byte[] content = image.content(section, ram);
        sections.add(new Section(section.address(), content, section.measured()));
      }
      Program program = new Program(image.bytes(), image.base(), Map.of());
      return new TdImage(program, image.hobAddress().orElse(0), true, sections);
    } catch (TdvfException e) {
      throw at.error("firmware " + file + ": " + e.getMessage());
    } catch (IOException | InvalidPathException e) {
      throw at.error("firmware " + file + ": cannot be read: " + e.getMessage());
    }
  }

  private static byte[] content(String file) throws IOException {
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      throw new IOException(Files.exists(path) ? "it is no regular file" : "no such file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_FIRMWARE + 1);
      if (bytes.length > MAX_FIRMWARE) {
        throw new IOException("an image has at most " + MAX_FIRMWARE + " bytes");
      }
      return bytes;
    }
  }
}
