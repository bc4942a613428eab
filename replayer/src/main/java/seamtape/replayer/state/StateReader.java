package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.event.Event;
import seamtape.replayer.query.NumberReader;

/**
 * Reads what {@link StateWriter} wrote.
 *
 * <p>Throws a RuntimeException when the bytes are not that.
 */
final class StateReader {
  private final NumberReader from;
  private final List<Object> shared = new ArrayList<>();

  StateReader(NumberReader from) {
    this.from = from;
  }

  long number() {
    return from.number();
  }

  boolean flag() {
    return from.number() != 0;
  }

  int integer() {
    return Math.toIntExact(from.number());
  }

  Long numberOrNull() {
    return flag() ? (Long) number() : null;
  }

  String text() {
    return from.text();
  }

  byte[] bytes() {
    return from.part();
  }

  byte[] bytes(int length) {
    byte[] bytes = from.part();
    if (bytes.length != length) {
      throw new IllegalArgumentException(bytes.length + " bytes instead of " + length);
    }
    return bytes;
  }

  <C extends Call> C call(Class<C> family) {
    int id = integer();
    return id < 0 ? null : family.cast(Catalog.calls().get(id));
  }

  <E extends Enum<E>> E constant(Class<E> of) {
    return share(of, () -> Enum.valueOf(of, from.text()));
  }

  <T> T share(Class<T> kind, Supplier<T> whole) {
    int known = integer();
    if (known >= 0) {
      return kind.cast(shared.get(known));
    }
    T thing = whole.get();
    shared.add(thing);
    return thing;
  }

  /** So many things, each of which takes bytes. */
  void all(Runnable one) {
    for (int left = from.count(); left > 0; left--) {
      one.run();
    }
  }

  <T> void all(Supplier<T> one, Consumer<T> to) {
    all(() -> to.accept(one.get()));
  }

  Event enter() {
    long number = number();
    Event enter = new Event().enter(call(Call.class), number(), number(), number());
    enter.number = number;
    for (int i = 0; i < enter.fieldCount(); i++) {
      enter.fields[i] = number();
    }
    all(
        () -> {
          long at = number();
          byte[] bytes = bytes();
          enter.copy(at, bytes, 0, bytes.length);
        });
    return enter;
  }
}
