package seamtape.replayer.random;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import seamtape.catalog.FdKind;

/** The descriptors that a random process believes to have open, by kind, oldest first. */
final class OpenFds {
  private final Map<FdKind, List<Integer>> open = new EnumMap<>(FdKind.class);

  OpenFds() {
    for (FdKind kind : FdKind.values()) {
      open.put(kind, new ArrayList<>());
    }
  }

  void add(FdKind kind, long fd) {
    remove((int) fd);
    open.get(kind).add((int) fd);
  }

  void remove(int fd) {
    open.values().forEach(list -> list.remove((Integer) fd));
  }

  int count(FdKind kind) {
    return open.get(kind).size();
  }

  int oldest(FdKind kind) {
    return open.get(kind).get(0);
  }

  /** Null for a number that is not open. */
  FdKind kind(int fd) {
    for (FdKind kind : FdKind.values()) {
      if (open.get(kind).contains(fd)) {
        return kind;
      }
    }
    return null;
  }

  /** A descriptor of one of the kinds, the newer the likelier; -1 where none is open. */
  int of(Set<FdKind> kinds, Random random) {
    List<Integer> all = kinds.stream().sorted().flatMap(kind -> open.get(kind).stream()).toList();
    if (all.isEmpty()) {
      return -1;
    }
    int newest = all.size() - 1;
    return all.get(random.nextBoolean() ? newest : random.nextInt(all.size()));
  }

  int any(Random random) {
    int fd = of(Set.of(FdKind.values()), random);
    return fd == -1 || random.nextInt(10) == 0 ? random.nextInt(40) : fd;
  }
}
