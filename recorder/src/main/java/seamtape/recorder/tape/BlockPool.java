package seamtape.recorder.tape;

import java.io.IOException;

/**
 * The blocks of a writer, one for each slot of its staging file. One is being filled, some wait for
 * the {@link Publisher}, the others are free. The first step of slots goes round; the slots after
 * it serve while all of these wait. So as long as the publisher keeps up, few lines are in use,
 * which stay in the processor's cache, and the staging file holds the last blocks a second time.
 *
 * <p>For the writer's thread, but for {@link #get} and {@link #grow}.
 */
final class BlockPool {
  private final Staging staging;

  /** One for each slot. */
  private final Block[] all = new Block[Staging.MAX_SLOTS];

  /** The blocks in use, by number. */
  private final Block[] used = new Block[Staging.MAX_SLOTS];

  /** The first step's free blocks, from {@link #round} on. */
  private final Block[] rounds = new Block[Staging.STEP_SLOTS];

  private int round;
  private int roundCount;

  /** The free blocks after the first step; the one that was freed last is taken first. */
  private final Block[] spare = new Block[Staging.MAX_SLOTS];

  private int spareCount;

  /** How many of them all were in use or free yet. */
  private int begun;

  /** Number of the oldest block in use. */
  private long oldest;

  BlockPool(Staging staging) {
    this.staging = staging;
    make(0);
  }

  private void make(int from) {
    for (int slot = from; slot < from + Staging.STEP_SLOTS; slot++) {
      all[slot] = new Block(slot);
    }
  }

  /**
   * Adds blocks, when not all are there; for the publisher's thread.
   *
   * @throws IOException when the staging file cannot grow; the blocks that are there go on
   */
  void grow() throws IOException {
    if (size() < Staging.MAX_SLOTS) {
      make(size());
      staging.grow();
    }
  }

  /**
   * Takes a block for a number, the one after the number taken before.
   *
   * @param published blocks that are published: these are free
   * @return null when all are in use
   */
  Block take(long number, long published) {
    while (oldest < published) {
      free(used[place(oldest++)]);
    }
    Block block = next();
    if (block != null) {
      used[place(number)] = block;
    }
    return block;
  }

  private void free(Block block) {
    if (block.slot < Staging.STEP_SLOTS) {
      rounds[(round + roundCount++) % Staging.STEP_SLOTS] = block;
    } else {
      spare[spareCount++] = block;
    }
  }

  private Block next() {
    if (begun < Staging.STEP_SLOTS) {
      return all[begun++];
    }
    if (roundCount > 0) {
      roundCount--;
      round = (round + 1) % Staging.STEP_SLOTS;
      return rounds[(round + Staging.STEP_SLOTS - 1) % Staging.STEP_SLOTS];
    }
    if (spareCount > 0) {
      return spare[--spareCount];
    }
    return begun < size() ? all[begun++] : null;
  }

  /** Blocks that are there. */
  int size() {
    return staging.slots();
  }

  /** Number of the oldest block in use. */
  long oldest() {
    return oldest;
  }

  /** A block that was handed to the publisher's thread. */
  Block get(long number) {
    return used[place(number)];
  }

  private static int place(long number) {
    return (int) (number % Staging.MAX_SLOTS);
  }
}
