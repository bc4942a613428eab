package seamtape.recorder.live;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import seamtape.machine.Machine;

/**
 * A thread of the VMM process as the kernel knows it: it makes its calls one after another, and a
 * call that blocks can be waited for and be ended by a signal.
 */
final class LiveThread {
  /** How often a signal is sent again to a call that had not begun when the last one came. */
  private static final int SIGNALS = 200;

  private final ExecutorService executor;
  private final int signal;
  private final int kernelTid;
  private Future<Long> call;
  private boolean interrupted;

  LiveThread(int tid, int signal) {
    this.signal = signal;
    this.executor =
        Executors.newSingleThreadExecutor(
            run -> {
              Thread thread = new Thread(run, "live-" + tid);
              thread.setDaemon(true);
              return thread;
            });
    call = executor.submit(() -> (long) Libc.threadId());
    kernelTid = (int) settle(TimeUnit.SECONDS.toNanos(60));
  }

  /** Makes a call; {@link Machine#IN_PROGRESS} when it has not ended after a while. */
  long call(LongSupplier systemCall, long nanoseconds) {
    call = executor.submit(systemCall::getAsLong);
    return settle(nanoseconds);
  }

  boolean inCall() {
    return call != null;
  }

  /** Waits on for the call in progress. */
  long settle(long nanoseconds) {
    if (interrupted) {
      Libc.kill(kernelTid, signal);
    }
    try {
      long result = call.get(nanoseconds, TimeUnit.NANOSECONDS);
      call = null;
      interrupted = false;
      return result;
    } catch (TimeoutException e) {
      return Machine.IN_PROGRESS;
    } catch (ExecutionException | CancellationException e) {
      throw new IllegalStateException("a system call failed to be made", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LiveException("interrupted while a call of the workload was in progress");
    }
  }

  /** Ends the call in progress with EINTR, now or while it is waited for. */
  void interrupt() {
    interrupted = inCall();
  }

  /**
   * Ends the call in progress, and the thread.
   *
   * @return false when the call does not end, so that what it uses must stay
   */
  boolean end() {
    interrupt();
    for (int i = 0; i < SIGNALS && inCall(); i++) {
      settle(TimeUnit.MILLISECONDS.toNanos(10));
    }
    executor.shutdownNow();
    return !inCall();
  }
}
