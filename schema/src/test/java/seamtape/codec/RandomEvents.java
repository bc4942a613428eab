package seamtape.codec;

import java.util.List;
import java.util.Random;
import seamtape.catalog.Call;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Events of any row with any values, from a seed. */
final class RandomEvents {
  private final Random random;
  private final List<? extends Call> calls;
  private long time;

  RandomEvents(List<? extends Call> calls, long seed) {
    this.calls = calls;
    random = new Random(seed);
  }

  void next(Event event) {
    Call call = calls.get(random.nextInt(calls.size()));
    List<Phase> phases = Branch.phases(call.family());
    fill(event, call, phases.get(random.nextInt(phases.size())));
  }

  void fill(Event event, Call call, Phase phase) {
    time += random.nextLong() >>> 1 + random.nextInt(63);
    switch (phase) {
      case ENTER -> event.enter(call, number(), time, number());
      case RETURN -> event.returns(call, number(), time, number());
      case INPUT -> event.input(call, number(), time);
    }
    for (int i = 0; i < event.fieldCount(); i++) {
      event.fields[i] = number();
    }
    if (random.nextBoolean()) {
      for (int place : Branch.seldom(phase, call)) {
        event.fields[place] = 0;
      }
    }
    for (int i = call.copies() ? random.nextInt(4) : 0; i > 0; i--) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      event.copy(number(), bytes, 0, bytes.length);
    }
  }

  /** Any magnitude, any sign, the extremes too. */
  private long number() {
    return switch (random.nextInt(16)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      case 2 -> 0;
      case 3 -> -1;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  static String text(Event event) {
    StringBuilder text = new StringBuilder();
    text.append(event.phase).append(' ').append(event.call.name()).append(' ');
    text.append(event.actor).append(' ').append(event.time).append(' ').append(event.link);
    for (int i = 0; i < event.fieldCount(); i++) {
      text.append(' ').append(event.fields[i]);
    }
    for (int i = 0; i < event.copyCount(); i++) {
      String bytes = java.util.HexFormat.of().formatHex(event.copied(i));
      text.append(' ').append(event.copyAt(i)).append(':').append(bytes);
    }
    return text.toString();
  }
}
