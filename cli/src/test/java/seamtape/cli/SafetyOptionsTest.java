package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
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
    assertEquals(Exit.DONE, Command.run("verify", tape, "--key", path("own.pub")).exit());
    Result other = Command.run("verify", tape, "--key", path("other.pub"));
    assertEquals(Exit.DIFFERENT, other.exit());
    assertTrue(other.out().contains("damage: signature"), other.out());
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
    assertEquals(Exit.DIFFERENT, Command.run("verify", tape, "--key", path("own.pub")).exit());
    Result wrong =
        Command.run("record", "minimal", "-o", path("x.tape"), "--sign", path("own.pub"));
    assertEquals(Exit.USAGE, wrong.exit());
    assertTrue(wrong.err().contains("openssl genpkey"), wrong.err());
    assertFalse(Files.exists(dir.resolve("x.tape")));
    assertEquals(Exit.USAGE, Command.run("verify", tape, "--key", path("own.pem")).exit());
    assertEquals(Exit.USAGE, Command.run("verify", tape, "--key", path("none")).exit());
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

  @Test
  void aSignalSaysWhatIsLeftAndItCanBeRecovered() throws Exception {
    Path tape = dir.resolve("stopped.tape");
    Process recording =
        Command.start("record", "pio-storm", "--set", "count=2000000000", "-o", tape.toString());
    try {
      for (int i = 0; i < 600 && !Files.exists(tape.resolve("manifest.json")); i++) {
        Thread.sleep(50);
      }
      Thread.sleep(200);
      recording.toHandle().destroy(); // Process.destroy would close its streams
      assertTrue(recording.waitFor(20, TimeUnit.SECONDS));
      String err = Command.messages(recording);
      assertTrue(err.contains("is an open recording") && err.contains("seamtape recover"), err);
    } finally {
      recording.destroyForcibly();
    }
    assertEquals("open", Command.run("verify", tape.toString(), "--json").json().get("state"));
    Result recovered = Command.run("recover", tape.toString(), "-o", path("r.tape"), "--json");
    assertEquals(Exit.DONE, recovered.exit(), recovered.err());
    assertEquals(java.util.List.of(), recovered.json().get("gaps"));
  }

  @Test
  void aFaultOfOursIsNeverCalledBadUsage() {
    assertEquals(Exit.FAULT, Main.codeOf(new IllegalArgumentException("events are numbered")));
    assertEquals(Exit.FAULT, Main.codeOf(new IllegalStateException("promised")));
    assertEquals(Exit.USAGE, Main.codeOf(new UsageException("use another")));
  }
}
