package seamtape.replayer.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.log.LogSources;
import seamtape.recorder.workload.WorkloadException;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.oracle.Oracle;
import seamtape.replayer.oracle.OracleException;
import seamtape.replayer.symbols.IgnoreRules;
import seamtape.sim.Simulator;
import seamtape.workload.tdvf.TdvfException;
import seamtape.workload.tdvf.TdvfImage;
import seamtape.workload.tdvf.TdvfSection;

/** Bytes as the other files that a command line can name. */
final class FuzzedFiles {
  static final String A_CASE =
      """
      {"id":"version","steps":[{"op":"open","path":"/dev/kvm","flags":["O_RDWR"],"as":"kvm"},\
      {"op":"ioctl","fd":"kvm","nr":"0xae00","arg":{"imm":0}}],"call":1,\
      "expect":{"ret":12,"errno":null,"out":{}},"host_specific":false}
      """;

  static final String A_WORKLOAD =
      """
      memory: {ram: 0x1000}
      guest:
        code:
          org: 0x1000
          asm: |
            mov al, 0x41
            out 0x80, al
            hlt
      steps:
        - kvm: open /dev/kvm
        - vm: KVM_CREATE_VM {type: 0}
        - store: {at: ram, code: code}
      """;

  private static final long RAM = 64 << 20;

  /** An image is read from its end; sections that are its own are whole pages. */
  private static final int IMAGE_BYTES = 8192;

  private static Path file;

  private FuzzedFiles() {}

  private static synchronized Path file(byte[] bytes) throws IOException {
    if (file == null) {
      file = Files.createTempFile("seamtape-fuzz", ".file");
      file.toFile().deleteOnExit();
    }
    return Files.write(file, bytes);
  }

  /** Code is assembled; nothing runs. */
  static void workload(byte[] bytes) throws IOException {
    try {
      WorkloadFile.read(file(bytes), Map.of());
    } catch (WorkloadException e) {
      return; // its own word for it
    }
  }

  /** Cases that can be read are run, each on a machine of its own. */
  static void oracle(byte[] bytes) throws IOException {
    try {
      Oracle.run(file(bytes), new Simulator(), "linux-7.3", cases -> {});
    } catch (OracleException e) {
      return; // its own word for it
    }
  }

  static void rules(byte[] bytes) {
    try {
      IgnoreRules.parse(new String(bytes, StandardCharsets.UTF_8).lines().toList(), "file");
    } catch (IllegalArgumentException e) {
      if (!e.getMessage().startsWith("file, line ")) {
        throw e;
      }
    }
  }

  static void firmware(byte[] bytes) {
    byte[] image = new byte[IMAGE_BYTES];
    int length = Math.min(bytes.length, image.length);
    System.arraycopy(bytes, bytes.length - length, image, image.length - length, length);
    try {
      TdvfImage read = TdvfImage.of(image);
      for (TdvfSection section : read.sections()) {
        byte[] content = read.content(section, RAM);
        if (content.length != section.memorySize()) {
          throw new IllegalStateException(section + " has " + content.length + " bytes");
        }
      }
    } catch (TdvfException e) {
      return; // its own word for it
    }
  }

  /** Logs in gzip and tar, read to their ends. */
  static void archive(byte[] bytes) throws IOException {
    try (LogSources logs =
        LogSources.open(List.of(Path.of("-")), new ByteArrayInputStream(bytes))) {
      for (LogSource log : logs.sources()) {
        log.in().transferTo(java.io.OutputStream.nullOutputStream());
      }
    } catch (ImportException e) {
      return; // its own word for it
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      return; // importers put the log's name and line before it
    }
  }
}
