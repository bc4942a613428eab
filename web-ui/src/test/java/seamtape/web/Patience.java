package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waiting for what another thread or process does, as long as a busy machine may need for it. */
final class Patience {
  static final int SECONDS = 60;

  private static final long AGAIN_MILLIS = 10;

  private Patience() {}

  /** Asks again and again until the answer is as wanted, which fails after a minute. */
  static <T> T until(Callable<T> question, Predicate<T> wanted) throws Exception {
    long begin = System.nanoTime();
    T answer = question.call();
    while (!wanted.test(answer)) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
      assertTrue(seconds < SECONDS, "still, after " + SECONDS + " s: " + answer);
      Thread.sleep(AGAIN_MILLIS);
      answer = question.call();
    }
    return answer;
  }
}
