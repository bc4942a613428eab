package seamtape.replayer.replay;

import java.util.List;
import seamtape.catalog.Errno;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.machine.Inspection;
import seamtape.machine.Machine;
import seamtape.machine.MachineFactory;
import seamtape.machine.RmpRange;
import seamtape.machine.UserMemory;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/**
 * A replay that stops where it is told and lets the machine be read there. What is read leaves no
 * trace: it takes no time and is no event.
 */
public final class Reexecution implements AutoCloseable {
  /** Where results lie while they are read; no VMM maps the last pages of its address space. */
  public static final long SCRATCH = 0x7fff_ffff_0000L;

  private static final int SCRATCH_BYTES = 4 * UserMemory.PAGE_SIZE;

  private final Replay replay;
  private final Cursor cursor;
  private final Event next = new Event();
  private long done;
  private boolean held;

  /**
   * @throws IllegalArgumentException for a machine that cannot be built
   * @throws TapeException where the recording is damaged
   */
  public Reexecution(Tape tape, MachineFactory simulator) throws TapeException {
    replay = new Replay(tape, ReplayOptions.keepGoing(simulator));
    cursor = tape.cursor();
  }

  /** True for recordings whose guests did run on a simulator and will run again. */
  public static boolean possible(Tape tape) {
    return tape.manifest().source() == seamtape.recorder.tape.Manifest.Source.SIM;
  }

  /**
   * Goes on to the state after an event; never back. After the enter event of a call, the call has
   * not been made.
   *
   * @throws TapeException where the recording is damaged
   */
  public void advanceTo(long event) throws TapeException {
    while (done < event) {
      if (held) {
        held = false;
        replay.step(next);
      }
      if (!cursor.next()) {
        return;
      }
      Event current = cursor.event();
      done = current.number;
      if (current.phase == Phase.ENTER && !current.call.family().nests()) {
        next.set(current);
        held = true;
      } else {
        replay.step(current);
      }
    }
  }

  /**
   * Reads from the machine by one of its own ioctls.
   *
   * @param fd of the recorded process
   * @param argument the argument's bytes; replaced by what they are after the call
   * @return the result, or a negative errno
   */
  public long read(long fd, int request, byte[] argument) {
    Machine machine = replay.driver().vmm().unrecorded();
    if (!(machine instanceof Inspection inspection) || argument.length > SCRATCH_BYTES) {
      return Errno.EOPNOTSUPP.result();
    }
    UserMemory memory = replay.driver().vmm().memory();
    if (memory.page(SCRATCH) == null) {
      memory.map(SCRATCH, SCRATCH_BYTES);
    }
    memory.write(SCRATCH, argument, 0, argument.length);
    long result = inspection.inspect(replay.driver().fds().of(fd), request, SCRATCH);
    memory.read(SCRATCH, argument, 0, argument.length);
    return result;
  }

  /** The reverse map table's ranges of a VM, by its recorded fd; null where there are none. */
  public List<RmpRange> reverseMap(long fd) {
    Machine machine = replay.driver().vmm().unrecorded();
    return machine instanceof Inspection inspection
        ? inspection.reverseMap(replay.driver().fds().of(fd))
        : null;
  }

  /** What an fd of the recorded process is, as the machine has it. */
  public long subject(long fd) {
    return replay.driver().vmm().subject(replay.driver().fds().of(fd));
  }

  /** Calls that answered otherwise than recorded, so far: what is read may differ by them. */
  public long divergences() {
    return replay.divergences();
  }

  @Override
  public void close() {
    cursor.close();
    replay.driver().vmm().close();
  }
}
