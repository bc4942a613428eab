package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.cli.Command.Result;

/** Signatures, durability, signals and exit codes of the command. */
class SafetyOptionsTest {
  @TempDir Path dir;

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private void keys(String name) throws Exception {
    keys(dir, name);
  }

  static void keys(Path dir, String name) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    pem(dir.resolve(name + ".pem"), "PRIVATE KEY", pair.getPrivate().getEncoded());
    pem(dir.resolve(name + ".pub"), "PUBLIC KEY", pair.getPublic().getEncoded());
  }

  private static void pem(Path file, String kind, byte[] key) throws Exception {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }

  @Test
  void aSignedRecordingIsProvenByItsKeyAndNoOther() throws Exception {
    keys("own");
    keys("other");
    String tape = path("signed.tape");
    Result made = Command.run("record", "minimal", "-o", tape, "--sign", path("own.pem"));
    assertEquals(Exit.DONE, made.exit(), made.err());
    Result own = Command.run("verify", tape, "--key", path("own.pub"));
    assertEquals(Exit.DONE, own.exit());
    assertTrue(own.out().contains("; signed by the owner of " + path("own.pub")), own.out());
    Result other = Command.run("verify", tape, "--key", path("other.pub"));
    assertEquals(Exit.DIFFERENT, other.exit());
    assertTrue(other.out().contains("damage: signature: " + path("other.pub")), other.out());
    Path trimmed = dir.resolve("trimmed.tape");
    Command.run("trim", tape, "--to", "20", "-o", trimmed.toString());
    assertEquals(
        Exit.DIFFERENT,
        Command.run("verify", trimmed.toString(), "--key", path("own.pub")).exit(),
        "nobody has signed the trimmed one");
  }

  @Test
  void anUnsignedOrRenamedSealIsNotProven() throws Exception {
    keys("own");
    String tape = path("plain.tape");
    Command.run("record", "minimal", "-o", tape);
    Result unsigned = Command.run("verify", tape, "--key", path("own.pub"));
    assertEquals(Exit.DIFFERENT, unsigned.exit());
    assertTrue(unsigned.out().contains("signature: nobody has signed it"), unsigned.out());
    Result wrong =
        Command.run("record", "minimal", "-o", path("x.tape"), "--sign", path("own.pub"));
    assertEquals(Exit.USAGE, wrong.exit());
    assertTrue(wrong.err().contains("openssl genpkey"), wrong.err());
    assertFalse(Files.exists(dir.resolve("x.tape")));
    assertEquals(Exit.USAGE, Command.run("verify", tape, "--key", path("own.pem")).exit());
    assertEquals(Exit.USAGE, Command.run("verify", tape, "--key", path("none")).exit());
  }

  /** A key file is read from outside, too: whatever it holds, it is a key or it is refused. */
  @Test
  void noKeyFileIsAFaultOfOurs() throws Exception {
    keys("own");
    Random random = new Random(4);
    for (String name : List.of("own.pem", "own.pub")) {
      byte[] good = Files.readAllBytes(dir.resolve(name));
      for (int round = 0; round < 300; round++) {
        byte[] bad = good.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          bad[random.nextInt(bad.length)] = (byte) random.nextInt(128);
        }
        Path file = Files.write(dir.resolve("bad"), bad);
        try {
          Object key = name.endsWith("pem") ? PemKeys.secret(file) : PemKeys.open(file);
          assertNotNull(key);
        } catch (UsageException e) {
          assertTrue(e.getMessage().contains("bad is no Ed25519"), e.getMessage());
        }
      }
    }
  }

  @Test
  void keysThatOpensslMakesAreRead() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
    openssl("genpkey", "-algorithm", "ed25519", "-out", path("o.pem"));
    openssl("pkey", "-in", path("o.pem"), "-pubout", "-out", path("o.pub"));
    String tape = path("o.tape");
    assertEquals(
        Exit.DONE, Command.run("record", "minimal", "-o", tape, "--sign", path("o.pem")).exit());
    assertEquals(Exit.DONE, Command.run("verify", tape, "--key", path("o.pub")).exit());
  }

  private static void openssl(String... arguments) throws Exception {
    String[] line = new String[arguments.length + 1];
    line[0] = "/usr/bin/openssl";
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    assertEquals(0, new ProcessBuilder(line).start().waitFor());
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "interval", "block"})
  void everyLevelOfDurabilityGivesTheSameRecording(String level) throws Exception {
    String tape = path(level + ".tape");
    Result made = Command.run("record", "two-vms", "-o", tape, "--durability", level, "--json");
    assertEquals(Exit.DONE, made.exit(), made.err());
    assertEquals(
        Command.run("record", "two-vms", "-o", path("plain.tape"), "--json").json().get("digest"),
        made.json().get("digest"));
    assertEquals(Exit.DONE, Command.run("verify", tape).exit());
    assertTrue(Command.run("record", "--help").out().contains(level + ":"));
  }

  /** At the level none, where nothing but the seal is forced to the disk. */
  @ParameterizedTest
  @ValueSource(strings = {"journal/19700101F.cq4 1", "manifest.json.new 2"})
  void anFsyncThatFailsAtTheSealIsOneLineAndLeavesAnOpenRecording(String place) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "no strace to make fsync fail");
    Path tape = dir.toRealPath().resolve("f.tape");
    String[] words = place.split(" ");
    List<String> line = new ArrayList<>();
    line.addAll(List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync"));
    line.addAll(List.of("-P", tape.resolve(words[0]).toString()));
    line.addAll(List.of("-e", "inject=fsync:error=EIO:when=" + words[1]));
    line.addAll(Command.line("record", "minimal", "-o", tape.toString()));
    Process process = new ProcessBuilder(line).start();
    String err = Command.messages(process);
    assertEquals(Exit.USAGE, process.waitFor(), err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.contains("f.tape: cannot ") && err.contains("Input/output error"), err);
    assertTrue(err.contains("seamtape recover"), err);
    assertEquals("open", Command.run("verify", tape.toString(), "--json").json().get("state"));
    Result sealed = Command.run("recover", tape.toString(), "-o", path("s.tape"), "--json");
    Result whole = Command.run("record", "minimal", "-o", path("w.tape"), "--json");
    assertEquals(whole.json().get("digest"), sealed.json().get("digest"));
  }

  @Test
  void aSecondWriterIsToldNotToTouchTheFirstOnesRecording() throws Exception {
    Path tape = dir.resolve("first.tape");
    Process first = Command.recording(tape, 2_000_000_000);
    try {
      Result second = Command.run("record", "minimal", "-o", tape.toString());
      assertEquals(Exit.USAGE, second.exit());
      assertTrue(second.err().contains("another process records here"), second.err());
      assertTrue(first.isAlive());
    } finally {
      first.destroyForcibly().waitFor();
    }
    Result third = Command.run("record", "minimal", "-o", tape.toString());
    assertTrue(third.err().contains("exists already"), third.err());
  }

  @Test
  void aSignalSaysWhatIsLeftAndItCanBeRecovered() throws Exception {
    Path tape = dir.resolve("stopped.tape");
    Process recording = Command.recording(tape, 2_000_000_000);
    try {
      recording.toHandle().destroy(); // Process.destroy would close its streams
      assertTrue(Command.ends(recording));
      String err = Command.messages(recording);
      assertTrue(err.contains("is an open recording") && err.contains("seamtape recover"), err);
    } finally {
      recording.destroyForcibly();
    }
    assertEquals("open", Command.run("verify", tape.toString(), "--json").json().get("state"));
    Result recovered = Command.run("recover", tape.toString(), "-o", path("r.tape"), "--json");
    assertEquals(Exit.DONE, recovered.exit(), recovered.err());
    assertEquals(List.of(), recovered.json().get("gaps"));
  }

  @Test
  void aFaultOfOursIsNeverCalledBadUsage() {
    assertEquals(Exit.FAULT, Main.codeOf(new IllegalArgumentException("events are numbered")));
    assertEquals(Exit.FAULT, Main.codeOf(new IllegalStateException("promised")));
    assertEquals(Exit.USAGE, Main.codeOf(new UsageException("use another")));
  }
}
