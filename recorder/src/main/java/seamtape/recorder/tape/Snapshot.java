package seamtape.recorder.tape;

import java.util.ArrayList;
import java.util.List;

/**
 * The blocks that were there at one look, in order.
 *
 * @param events number of the last event known to have been written
 * @param calls calls in the blocks
 * @param damage what is wrong between and after the blocks
 */
record Snapshot(List<BlockRow> rows, long events, long calls, List<Damage> damage) {

  static Snapshot of(JournalScanner scanner, List<BlockRow> staged, Manifest manifest) {
    long torn = scanner.unfinishedBlock();
    if (staged.stream().noneMatch(row -> row.header().number == torn)) {
      scanner.takeUnfinished();
    }
    List<BlockRow> rows = new ArrayList<>(scanner.rows());
    List<Damage> damage = new ArrayList<>(scanner.damage());
    long next = scanner.nextEvent();
    for (BlockRow row : staged) {
      if (row.header().number >= scanner.nextBlock() && row.firstEvent() >= next) {
        if (row.firstEvent() > next) {
          damage.add(
              new Damage(Damage.Kind.MISSING, row.header().number - 1, next, row.firstEvent() - 1));
        }
        rows.add(row);
        next = row.lastEvent() + 1;
      }
    }
    long events = Math.max(next - 1, manifest.totals().events());
    if (events >= next) {
      damage.add(new Damage(Damage.Kind.TRUNCATED, scanner.nextBlock(), next, events));
    }
    BlockHeader last = rows.isEmpty() ? null : rows.get(rows.size() - 1).header();
    return new Snapshot(rows, events, last == null ? 0 : last.firstCall + last.calls, damage);
  }

  /** Index of the last block that starts at or before an event; -1 when none does. */
  int at(long event) {
    int low = 0;
    int high = rows.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rows.get(middle).firstEvent() <= event) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** The block of an event; null when it is not there. */
  BlockRow find(long event) {
    int index = at(event);
    return index >= 0 && event <= rows.get(index).lastEvent() ? rows.get(index) : null;
  }

  /** First event of the first block that starts after an event; the one after all without it. */
  long firstAfter(long event) {
    int next = at(event) + 1;
    return next < rows.size() ? rows.get(next).firstEvent() : events + 1;
  }

  Damage.Kind damageAt(long event) {
    for (Damage one : damage) {
      if (one.covers(event)) {
        return one.kind();
      }
    }
    return Damage.Kind.MISSING;
  }
}
