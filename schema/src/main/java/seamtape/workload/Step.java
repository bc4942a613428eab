package seamtape.workload;

import java.util.List;
import java.util.Map;
import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;

/** One thing that a thread of the VMM does. */
public sealed interface Step {
  Position position();

  <R> R accept(Visitor<R> visitor);

  /** A function over the kinds of steps; the compiler lists what a new kind must touch. */
  interface Visitor<R> {
    R ioctl(Ioctl step);

    R run(Run step);

    R file(FileCall step);

    R write(EventfdWrite step);

    R store(Store step);

    R compare(Compare step);

    R set(SetField step);

    R repeat(Repeat step);

    R threads(Threads step);

    R signal(Signal step);
  }

  /**
   * An ioctl.
   *
   * @param result symbol that the result gets; null for none
   * @param row null for a request number that the catalog does not know
   */
  record Ioctl(
      Position position,
      String result,
      Expression on,
      KvmIoctl row,
      Expression request,
      Argument argument,
      Expectation expect)
      implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ioctl(this);
    }
  }

  /**
   * KVM_RUN, once or again and again.
   *
   * @param until exits that end the repetition; empty: run once
   * @param max KVM_RUNs at most
   * @param io data given to IN, by port, taken in turn
   * @param mmio data given to MMIO reads, by guest physical address, taken in turn
   */
  record Run(
      Position position,
      String result,
      Expression on,
      Expression argument,
      List<KvmExit> until,
      Expression max,
      Map<Long, List<Expression>> io,
      Map<Long, List<Expression>> mmio,
      Expectation expect)
      implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.run(this);
    }
  }

  /**
   * A file operation.
   *
   * @param path of open; empty for others
   * @param numbers the row's fields in order, without an address that the runner chooses (null)
   */
  record FileCall(
      Position position,
      String result,
      FileOperation operation,
      String path,
      List<Expression> numbers,
      Expectation expect)
      implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.file(this);
    }
  }

  /** Adds to an eventfd, as write(2) of eight bytes does. */
  record EventfdWrite(Position position, Expression on, Expression value, Expectation expect)
      implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.write(this);
    }
  }

  /** The VMM writes its own memory. */
  record Store(Position position, Expression at, Data data) implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.store(this);
    }
  }

  /** The VMM reads its own memory and expects something there. */
  record Compare(Position position, Expression at, Data data) implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.compare(this);
    }
  }

  /**
   * Sets fields of a struct that a symbol holds, or of the mapped struct that it names.
   *
   * @param layout of the symbol's struct
   */
  record SetField(
      Position position, String symbol, StructLayout layout, List<Argument.Assignment> fields)
      implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.set(this);
    }
  }

  /**
   * Steps again and again.
   *
   * @param variable counts from 0; null without one
   */
  record Repeat(Position position, Expression times, String variable, List<Step> steps)
      implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.repeat(this);
    }
  }

  /** Threads that run at the same time; the step ends when all have ended. */
  record Threads(Position position, Map<String, List<Step>> threads) implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.threads(this);
    }
  }

  /** A signal for a thread by name; nothing happens when it has ended. */
  record Signal(Position position, String thread) implements Step {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.signal(this);
    }
  }

  /**
   * What lies in memory: bytes, or numbers of a size.
   *
   * @param bytes null when the numbers hold
   * @param size bytes of each number
   */
  record Data(byte[] bytes, int size, List<Expression> numbers) {
    /** Little-endian. */
    public byte[] evaluate(Expression.Scope scope) {
      if (bytes != null) {
        return bytes;
      }
      byte[] result = new byte[size * numbers.size()];
      for (int i = 0; i < numbers.size(); i++) {
        long value = numbers.get(i).evaluate(scope);
        for (int b = 0; b < size; b++) {
          result[i * size + b] = (byte) (value >>> 8 * b);
        }
      }
      return result;
    }
  }
}
