package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.index.KeptStates;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;
import seamtape.replayer.state.FrequentCopies;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StateIndex;
import seamtape.replayer.state.StateScan;
import seamtape.replayer.state.StateView;

/**
 * Bytes as {@code index/states}, under a key and checksums that are right: what is believed is
 * written as it was read, and each of its states can be shown and gone on from.
 */
final class FuzzedStates implements FuzzedReader.Target {
  private static final int INTERVAL = 16;

  private static final String STEPS =
      """
      - kvm: open /dev/kvm
      - vm: KVM_CREATE_VM {type: 0}
      - KVM_CREATE_IRQCHIP:
      - KVM_IRQFD: {fd: 9, gsi: 5}
      - vcpu: KVM_CREATE_VCPU {vcpu_id: 0}
      - regs: KVM_GET_REGS
      - KVM_SET_REGS: {from: regs, rax: 7}
      - KVM_SET_MSRS: {entries: [{index: MSR_STAR, data: 5}]}
      - KVM_GET_MSRS: {on: vcpu, entries: [{index: MSR_STAR}]}
      - other: KVM_CREATE_VM {type: 0}
      - KVM_GET_MP_STATE: {on: vcpu}
      """;

  private Path tape;
  private byte[] kept;

  private void open() throws IOException {
    if (tape != null) {
      return;
    }
    try (Tape made =
            Recordings.steps(
                Files.createTempDirectory("seamtape-fuzz"), "states", "linux-7.3", STEPS);
        StateScan scan = new StateScan(made, FrequentCopies.every(INTERVAL))) {
      while (scan.advance(INTERVAL)) {
        continue;
      }
      tape = made.path();
      kept = bytes(scan.index());
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static byte[] bytes(StateIndex index) {
    NumberWriter to = new NumberWriter();
    index.write(to, 1);
    return Arrays.copyOf(to.bytes(), to.length());
  }

  @Override
  public byte[] seed() throws IOException {
    open();
    return kept.clone();
  }

  @Override
  public void read(byte[] bytes) throws IOException {
    open();
    IndexFile file = KeptStates.file(tape, Tape.manifestOf(tape));
    file.write(bytes, bytes.length);
    StateIndex index = new StateIndex();
    if (!KeptStates.read(file, index)) {
      requireUntouched(index);
      return;
    }
    byte[] once = bytes(index);
    StateIndex again = new StateIndex();
    if (!again.recall(new NumberReader(once)) || !Arrays.equals(once, bytes(again))) {
      throw new IllegalStateException("other states come back");
    }
    try (Tape opened = Tape.open(tape)) {
      useEach(index, opened);
    }
  }

  private static void requireUntouched(StateIndex index) {
    if (index.reached() != 0 || index.before(Long.MAX_VALUE) != 0) {
      throw new IllegalStateException("not believed, and yet there");
    }
  }

  /** From the last copy to the first, each shown and given the recording's events. */
  private static void useEach(StateIndex index, Tape tape) throws IOException {
    for (long at = index.before(Long.MAX_VALUE); at > 0; at = index.before(at - 1)) {
      MachineState state = index.from(at);
      StateView.document(state, null);
      try (Cursor cursor = tape.cursor()) {
        while (cursor.next()) {
          Event event = cursor.event();
          state.apply(event);
        }
      }
      StateView.document(state, null);
    }
  }
}
