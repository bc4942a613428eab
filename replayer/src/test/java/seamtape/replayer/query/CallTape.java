package seamtape.replayer.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import seamtape.catalog.Call;
import seamtape.catalog.Input;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;

/** Writes a recording call by call for tests, and remembers what it wrote. */
final class CallTape implements AutoCloseable {
  static final long HOST = Actor.vmm(7);

  /** What a reader must say of a call; {@code returned} 0 without a return. */
  static final class Expected {
    final long event;
    final Call call;
    final int depth;
    final long parent;
    long returned;

    Expected(long event, Call call, int depth, long parent) {
      this.event = event;
      this.call = call;
      this.depth = depth;
      this.parent = parent;
    }
  }

  final List<Expected> calls = new ArrayList<>();
  private final TapeWriter writer;
  private final Event event = new Event();
  private long time;
  private long last;

  CallTape(Path dir) throws IOException {
    writer = TapeWriter.create(dir, Manifest.of(Manifest.Source.SIM, "linux-7.3"));
  }

  /** A call of the VMM; its place in {@link #calls}. */
  Expected enter(Call call, long subject, byte[] copy, long... fields) {
    event.enter(call, HOST, time += 10, subject);
    return entered(call, copy, 0, 0, fields);
  }

  /** A call nested in another. */
  Expected nested(Call call, Expected parent, long... fields) {
    event.enter(call, Actor.vcpu(0, 0), time += 10, last + 1 - parent.event);
    return entered(call, new byte[0], parent.depth + 1, parent.event, fields);
  }

  private Expected entered(Call call, byte[] copy, int depth, long parent, long... fields) {
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
    if (copy.length > 0) {
      event.copy(0, copy, 0, copy.length);
    }
    last = writer.append(event);
    calls.add(new Expected(last, call, depth, parent));
    return calls.get(calls.size() - 1);
  }

  void returns(Expected of, byte[] copy, long... fields) {
    event.returns(of.call, HOST, time += 10, last + 1 - of.event);
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
    if (copy.length > 0) {
      event.copy(0, copy, 0, copy.length);
    }
    last = writer.append(event);
    of.returned = last;
  }

  void call(Call call, long subject, long ret, long... fields) {
    returns(enter(call, subject, new byte[0], fields), new byte[0], ret);
  }

  void input() {
    event.input(Input.SIGNAL, HOST, time += 10);
    last = writer.append(event);
  }

  /** Calls of any nesting on several threads, returning late, or never. */
  void random(long seed, int events, Call outer, Call inner) {
    Random random = new Random(seed);
    List<Expected> open = new ArrayList<>();
    while (last < events) {
      int choice = random.nextInt(10);
      if (choice == 0) {
        input();
      } else if (choice < 3 && open.size() < 6) {
        open.add(enter(outer, Subject.vcpu(0, random.nextInt(2)), new byte[0], 5));
      } else if (choice < 6 && !open.isEmpty()) {
        Expected parent = open.get(random.nextInt(open.size()));
        Expected child = nested(inner, parent);
        if (random.nextInt(20) > 0) {
          returns(child, new byte[0], 0);
        }
      } else if (!open.isEmpty() && random.nextInt(200) == 0) {
        returns(open.remove(random.nextInt(open.size())), new byte[0], 0, 5);
      } else {
        call(outer, Subject.vm(0), random.nextInt(50) == 0 ? -22 : 0, 4);
      }
    }
  }

  void seal() throws IOException {
    writer.seal();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
