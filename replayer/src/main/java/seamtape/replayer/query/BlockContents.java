package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import seamtape.recorder.tape.TapeException;

/**
 * What every block of a recording holds.
 *
 * @param ofBlock for each block, which of the kinds it is
 */
record BlockContents(int[] ofBlock, List<Contents> kinds) {

  void write(NumberWriter to) {
    to.putAll(IntStream.of(ofBlock).asLongStream().toArray());
    to.put(kinds.size());
    kinds.forEach(kind -> kind.write(to));
  }

  static BlockContents read(NumberReader from) {
    int[] ofBlock = LongStream.of(from.numbers()).mapToInt(Math::toIntExact).toArray();
    List<Contents> kinds = new ArrayList<>();
    int count = from.count();
    for (int i = 0; i < count; i++) {
      kinds.add(Contents.read(from));
    }
    for (int kind : ofBlock) {
      Objects.checkIndex(kind, count);
    }
    return new BlockContents(ofBlock, List.copyOf(kinds));
  }

  /** For each block, false when no call that enters in it passes. */
  boolean[] mayPass(Filter filter) {
    boolean[] ofKind = new boolean[kinds.size()];
    for (int i = 0; i < ofKind.length; i++) {
      ofKind[i] = mayPass(filter, kinds.get(i));
    }
    boolean[] passing = new boolean[ofBlock.length];
    for (int i = 0; i < passing.length; i++) {
      passing[i] = ofKind[ofBlock[i]];
    }
    return passing;
  }

  private static boolean mayPass(Filter filter, Contents kind) {
    try {
      return filter.mayPass(kind);
    } catch (TapeException | FilterException e) {
      return true; // the calls themselves will tell
    }
  }
}
