package seamtape.cli;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Pack;
import seamtape.recorder.tape.SealSignature;
import seamtape.recorder.tape.Tape;

/** {@code seamtape pack}. */
@Command(
    name = "pack",
    mixinStandardHelpOptions = true,
    description = {
      "Make a compressed recording of a sealed one: same events, same digest.",
      "Each block is compressed by itself, so that any event is still found at once. The new",
      "recording is verified before it takes its name; the original stays as it is. Builds before",
      "the format 2 say that they are too old for it; trim makes a plain one again.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape pack qemu.tape -o small.tape",
    })
final class PackCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REC", description = "The recording, sealed.")
  private Path recording;

  @Option(names = "-o", paramLabel = "REC2", required = true, description = "The new recording.")
  private Path out;

  @Option(
      names = "--sign",
      paramLabel = "KEY",
      description = "Sign the new seal: a file with an Ed25519 private key (PKCS#8, PEM).")
  private Path sign;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    Path from = Recordings.find(recording);
    Path target = Recordings.create(out);
    PrivateKey signer = sign == null ? null : PemKeys.secret(sign);
    Manifest before;
    try (Tape tape = Tape.open(from)) {
      before = tape.manifest();
    }
    Manifest made;
    try (Progress progress = new Progress("pack", before.totals().events(), output)) {
      made = Pack.of(from, target, signer, progress);
    }
    if (signer == null && SealSignature.present(before)) {
      output.message("the original's signature is not over the packed one: sign it with --sign");
    }
    long events = made.totals().events();
    output.line(
        String.format(
            "Packed %,d events into %,d bytes of blocks, %.1f an event (%,d before): %s",
            events,
            made.totals().bytes(),
            made.totals().bytes() / (double) Math.max(1, events),
            before.totals().bytes(),
            out));
    output.line("digest " + made.digest());
    output.document(Recordings.document(out, made));
    return Exit.DONE;
  }
}
