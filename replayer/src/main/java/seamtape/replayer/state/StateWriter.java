package seamtape.replayer.state;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.event.Event;
import seamtape.replayer.query.NumberWriter;

/**
 * Writes states one after another, as {@link StateReader} reads them: what they share, such as the
 * pages that the VMM stored, is written once.
 */
final class StateWriter {
  private final NumberWriter to;
  private final Map<Object, Integer> shared = new IdentityHashMap<>();

  StateWriter(NumberWriter to) {
    this.to = to;
  }

  void put(long number) {
    to.put(number);
  }

  void put(boolean flag) {
    to.put(flag ? 1 : 0);
  }

  /** A number, or null. */
  void put(Long number) {
    put(number != null);
    if (number != null) {
      put(number.longValue());
    }
  }

  /** A text, or null. */
  void put(String text) {
    to.put(text);
  }

  void put(byte[] bytes) {
    to.put(bytes);
  }

  /** A row, or null; by the catalog of this build. */
  void call(Call call) {
    to.put(call == null ? -1 : Catalog.id(call));
  }

  /** By its name, which stays when others are added. */
  void constant(Enum<?> constant) {
    share(constant, one -> to.put(one.name()));
  }

  /** What other states may have too: the whole the first time, then only which it was. */
  <T> void share(T thing, Consumer<T> whole) {
    Integer known = shared.get(thing);
    to.put(known == null ? -1 : known);
    if (known == null) {
      whole.accept(thing);
      shared.put(thing, shared.size());
    }
  }

  <T> void all(Collection<T> things, Consumer<T> one) {
    to.put(things.size());
    things.forEach(one);
  }

  <K, V> void all(Map<K, V> things, BiConsumer<K, V> one) {
    to.put(things.size());
    things.forEach(one);
  }

  /** An enter event, for which its return is awaited. */
  void put(Event enter) {
    to.put(enter.number);
    call(enter.call);
    to.put(enter.actor);
    to.put(enter.time);
    to.put(enter.link);
    for (int i = 0; i < enter.fieldCount(); i++) {
      to.put(enter.fields[i]);
    }
    to.put(enter.copyCount());
    for (int i = 0; i < enter.copyCount(); i++) {
      to.put(enter.copyAt(i));
      to.put(enter.copied(i));
    }
  }
}
