package seamtape.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Damage;
import seamtape.recorder.tape.SealSignature;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.Verification;

/** {@code seamtape verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Prove a recording whole: every block and event in sequence, checksums, hash chain, seal.",
      "Reads the files itself and changes nothing.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape verify qemu.tape",
      "  seamtape verify qemu.tape --json",
      "  seamtape verify qemu.tape --key key.pub",
      "",
      "Checksums find accidents, the hash chain finds edits, a signature says who sealed it.",
    })
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Option(
      names = "--key",
      paramLabel = "K",
      description = "Also check that the owner of this Ed25519 key (PEM) has signed the seal.")
  private Path key;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    Path path = Recordings.find(recording);
    PublicKey owner = key == null ? null : PemKeys.open(key);
    try {
      return print(owner == null ? Verification.of(path) : Verification.of(path, owner), path);
    } catch (TapeException e) {
      if (isOfARecording(e, path)) {
        return unproven(e);
      }
      throw e;
    }
  }

  private static boolean isOfARecording(TapeException e, Path path) {
    return switch (e.kind()) {
      case CHECKSUM, SCHEMA_UNKNOWN -> true;
      case NOT_A_RECORDING -> Files.isDirectory(path.resolve("journal"));
      default -> false;
    };
  }

  /** Without its manifest or schema nothing of a recording can be proven. */
  private int unproven(TapeException e) {
    output.line("damage: " + Failures.words(e));
    output.line(recording + ": damaged");
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("state", Verification.State.DAMAGED.label());
    document.put("calls", 0);
    document.put("events", 0);
    document.put("blocks", 0);
    document.put("digest", "");
    Map<String, Object> damage = new LinkedHashMap<>();
    damage.put("kind", Failures.withoutPath(e).contains("schema.avsc") ? "schema" : "manifest");
    damage.put("block", -1);
    damage.put("fromEvent", 0);
    damage.put("toEvent", 0);
    document.put("damage", List.of(damage));
    output.document(document);
    return Exit.DIFFERENT;
  }

  private int print(Verification found, Path path) throws TapeException {
    String state = found.state().label();
    for (Damage damage : found.damage()) {
      output.line("damage: " + damage.text() + why(damage, path));
    }
    output.line(
        String.format(
            "%s: %s; %,d calls, %,d events, %,d blocks%s",
            recording, state, found.calls(), found.events(), found.blocks(), signed(found)));
    output.document(document(found, state));
    return found.damage().isEmpty() ? Exit.DONE : Exit.DIFFERENT;
  }

  private String why(Damage damage, Path path) throws TapeException {
    if (damage.kind() != Damage.Kind.SIGNATURE) {
      return "";
    }
    return SealSignature.present(Tape.manifestOf(path))
        ? ": " + key + " is not the key that signed it, or manifest.json was changed since"
        : ": nobody has signed it";
  }

  private String signed(Verification found) {
    return key == null || !found.whole() ? "" : "; signed by the owner of " + key;
  }

  private static Map<String, Object> document(Verification found, String state) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("state", state);
    document.put("calls", found.calls());
    document.put("events", found.events());
    document.put("blocks", found.blocks());
    document.put("digest", found.digest());
    document.put("damage", found.damage().stream().map(VerifyCommand::damage).toList());
    return document;
  }

  static Map<String, Object> damage(Damage damage) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("kind", damage.kind().label());
    document.put("block", damage.block());
    document.put("fromEvent", damage.fromEvent());
    document.put("toEvent", damage.toEvent());
    return document;
  }
}
