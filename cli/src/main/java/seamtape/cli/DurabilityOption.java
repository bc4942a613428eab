package seamtape.cli;

import picocli.CommandLine.Option;
import seamtape.recorder.tape.Durability;

/** What a recording survives while it is made. */
final class DurabilityOption {
  @Option(
      names = "--durability",
      paramLabel = "LEVEL",
      description = {
        "What survives. Every level: the death of this process, kill -9 included, loses no event"
            + " whose call has returned. When the machine crashes or loses power:",
        "none: what the kernel happened to have written (default, fastest).",
        "interval: all but about the last 100 ms.",
        "block: all but the last few blocks: each is on the disk before its buffer is filled anew"
            + " (slowest).",
        "When the disk refuses a write, recording stops and says so; it is not tried again.",
      })
  Durability level = Durability.NONE;
}
