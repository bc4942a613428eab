package seamtape.bench;

import java.io.IOException;
import java.nio.file.Path;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;

/**
 * The traffic that is recorded: what a VMM does at each exit, over and over - KVM_RUN with struct
 * kvm_run's header, KVM_IRQ_LINE with its struct, KVM_GET_REGS - as enter and return events, filled
 * beforehand. About 17 bytes an event as Avro.
 */
final class SampleEvents {
  static final int COUNT = 32;

  private SampleEvents() {}

  static Event[] make() {
    KvmIoctl[] rows = {
      KvmIoctl.KVM_RUN, KvmIoctl.KVM_CHECK_EXTENSION, KvmIoctl.KVM_IRQ_LINE, KvmIoctl.KVM_RUN
    };
    Event[] events = new Event[COUNT];
    long time = 0;
    for (int i = 0; i < COUNT; i += 2) {
      KvmIoctl row = rows[i / 2 % rows.length];
      long actor = Actor.vmm(100 + i % 3);
      time += 700 + i;
      events[i] = new Event().enter(row, actor, time, Subject.vcpu(0, i % 4));
      fill(events[i], i);
      time += 2100 + i;
      events[i + 1] = new Event().returns(row, actor, time, 1);
      fill(events[i + 1], i);
      if (row == KvmIoctl.KVM_IRQ_LINE) {
        events[i].copy(0, new byte[8], 0, 8);
      }
      if (row == KvmIoctl.KVM_RUN && i % 8 == 0) {
        events[i + 1].copy(0, new byte[32], 0, 32);
      }
    }
    return events;
  }

  /** A recording of so many of them, over and over. */
  static Tape recorded(Path path, int count) throws IOException {
    Event[] events = make();
    Manifest manifest = Manifest.of(Manifest.Source.SIM, "linux-7.3");
    try (TapeWriter writer = TapeWriter.create(path, manifest)) {
      for (int i = 0; i < count; i++) {
        writer.append(events[i % events.length]);
      }
      writer.seal();
    }
    return Tape.open(path);
  }

  private static void fill(Event event, int i) {
    for (int field = 0; field < event.fieldCount(); field++) {
      event.fields[field] = field == 0 ? i % 13 : (long) i << 12 * field % 40;
    }
  }
}
