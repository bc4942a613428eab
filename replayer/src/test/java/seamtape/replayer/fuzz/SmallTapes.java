package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;
import seamtape.replayer.Recordings;

/** A recording of a few small blocks, the same at each start but for its id. */
final class SmallTapes {
  private static final int CALLS = 24;
  private static final int CALLS_A_BLOCK = 8;

  private SmallTapes() {}

  static Path sealed() throws IOException {
    Path tape = place();
    try (TapeWriter writer = begin(tape)) {
      append(writer);
      writer.seal();
    }
    return tape;
  }

  /** One whose writer has died before it published a block: all lies in the staging file. */
  static Path open() throws IOException {
    Path tape = place();
    try (TapeWriter writer = begin(tape)) {
      append(writer);
    }
    Files.delete(Recordings.cycle(tape));
    return tape;
  }

  private static Path place() throws IOException {
    Path tape = Files.createTempDirectory("seamtape-fuzz").resolve("small.tape");
    tape.toFile().deleteOnExit();
    return tape;
  }

  private static TapeWriter begin(Path tape) throws IOException {
    return TapeWriter.create(tape, Manifest.of(Manifest.Source.SIM, "linux-7.3"));
  }

  private static void append(TapeWriter writer) {
    Event event = new Event();
    for (int i = 1; i <= CALLS; i++) {
      call(writer, event, i);
      if (i % CALLS_A_BLOCK == 0) {
        writer.flush();
      }
    }
  }

  private static void call(TapeWriter writer, Event event, int i) {
    long actor = Actor.vmm(7);
    event.enter(KvmIoctl.KVM_SET_USER_MEMORY_REGION, actor, i * 20L, Subject.vm(0));
    event.fields[0] = 4;
    event.copy(0, new byte[] {(byte) i, 0, 0, 0, 1}, 0, 5);
    long enter = writer.append(event);
    event.enter(Seamcall.TDH_MEM_PAGE_ADD, Actor.vcpu(0, 0), i * 20L + 1, 1);
    event.fields[0] = i * 4096L;
    long nested = writer.append(event);
    event.returns(Seamcall.TDH_MEM_PAGE_ADD, Actor.vcpu(0, 0), i * 20L + 2, 1);
    event.fields[0] = i % 5 == 0 ? 0xc000_0b0a_0000_0001L : 0;
    writer.append(event);
    event.returns(KvmIoctl.KVM_SET_USER_MEMORY_REGION, actor, i * 20L + 9, nested + 2 - enter);
    event.fields[0] = i % 7 == 0 ? -17 : 0;
    writer.append(event);
  }
}
