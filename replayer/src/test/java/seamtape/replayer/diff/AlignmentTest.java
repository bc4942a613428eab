package seamtape.replayer.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AlignmentTest {
  /** What the walk told: pairs as they are, calls of one stream with the other's number -1. */
  private static class Told implements Alignment.Visitor {
    private final List<String> all = new ArrayList<>();

    @Override
    public void pair(int a, int b) {
      all.add(a + "=" + b);
    }

    @Override
    public void onlyA(int a) {
      all.add(a + "-");
    }

    @Override
    public void onlyB(int b) {
      all.add("-" + b);
    }
  }

  private static List<String> aligned(CallStream a, CallStream b) {
    Told told = new Told();
    new Alignment(a, b).walk(told, true, true);
    return told.all;
  }

  /** A call a letter: its name in lower case; upper case asks something else by that name. */
  private static CallStream stream(String letters) {
    CallStream stream = new CallStream();
    for (int i = 0; i < letters.length(); i++) {
      stream.begin(2 * i + 1, Character.toLowerCase(letters.charAt(i)), letters.charAt(i));
      stream.answer(2 * i + 2, 0);
    }
    return stream;
  }

  @Test
  void pairsWhatIsEqualAndTellsWhatIsOnlyInOne() {
    assertEquals(List.of("0=0", "1-", "2-", "3=1"), aligned(stream("axyb"), stream("ab")));
    assertEquals(List.of("0=0", "-1", "1=2"), aligned(stream("ab"), stream("axb")));
    assertEquals(List.of("0=0", "1=1"), aligned(stream("ab"), stream("aB")));
    assertEquals(List.of("0-", "-0", "1-"), aligned(stream("ab"), stream("x")));
  }

  /** The two streams with holes, put together again, are what they were. */
  @Test
  void tellsEveryCallOnceAndInOrderWhateverTheStreams() {
    Random random = new Random(20261128);
    for (int round = 0; round < 300; round++) {
      CallStream a = stream(letters(random));
      CallStream b = stream(letters(random));
      int nextA = 0;
      int nextB = 0;
      for (String told : aligned(a, b)) {
        if (!told.startsWith("-")) {
          assertEquals(nextA++, Integer.parseInt(told.split("[=-]")[0]));
        }
        if (!told.endsWith("-")) {
          assertEquals(nextB++, Integer.parseInt(told.split("[=-]")[1]));
        }
      }
      assertEquals(a.size(), nextA);
      assertEquals(b.size(), nextB);
    }
  }

  /** Calls that come piece by piece are paired as if all had been there at once. */
  @Test
  void pairsTheSameHoweverTheStreamsAreCut() {
    Random random = new Random(20261129);
    for (int round = 0; round < 100; round++) {
      String lettersA = letters(random).repeat(1 + random.nextInt(20));
      String lettersB =
          random.nextInt(3) == 0 ? letters(random).repeat(9) : edited(lettersA, random);
      Told told = new Told();
      CallStream a = new CallStream();
      CallStream b = new CallStream();
      Alignment alignment = new Alignment(a, b);
      while (a.size() < lettersA.length() || b.size() < lettersB.length()) {
        add(a, lettersA, 1 + random.nextInt(900));
        add(b, lettersB, 1 + random.nextInt(900));
        alignment.walk(told, a.size() == lettersA.length(), b.size() == lettersB.length());
      }
      assertEquals(sides(aligned(stream(lettersA), stream(lettersB))), sides(told.all));
    }
  }

  /** The second call of a stream has not returned when the first piece ends. */
  @Test
  void tellsNoCallBeforeItHasReturned() {
    String nested = letters(new Random(7)).repeat(3000);
    CallStream a = stream("y");
    a.begin(3, 'z', 'z');
    add(a, "yz" + nested, 2000);
    CallStream b = new CallStream();
    add(b, nested, 2000);
    List<Long> returns = new ArrayList<>();
    Told told =
        new Told() {
          @Override
          public void onlyA(int call) {
            returns.add(a.returns(call));
          }
        };
    Alignment alignment = new Alignment(a, b);
    alignment.walk(told, false, false);
    a.answer(9999, 0);
    alignment.walk(told, true, true);
    assertEquals(List.of(2L, 9999L), returns);
  }

  private static void add(CallStream stream, String letters, int calls) {
    int end = Math.min(letters.length(), stream.size() + calls);
    for (int i = stream.size(); i < end; i++) {
      stream.begin(2 * i + 1, Character.toLowerCase(letters.charAt(i)), letters.charAt(i));
      stream.answer(2 * i + 2, 0);
    }
  }

  private static String edited(String letters, Random random) {
    StringBuilder edited = new StringBuilder();
    for (char letter : letters.toCharArray()) {
      switch (random.nextInt(30)) {
        case 0 -> {}
        case 1 -> edited.append(letter).append('z');
        case 2 -> edited.append(Character.toUpperCase(letter));
        default -> edited.append(letter);
      }
    }
    return edited.toString();
  }

  /** What one stream alone has at its end may be told before or after the other's. */
  private static List<String> sides(List<String> told) {
    return told.stream().sorted().toList();
  }

  private static String letters(Random random) {
    StringBuilder letters = new StringBuilder();
    int kinds = 2 + random.nextInt(20);
    for (int i = random.nextInt(200); i > 0; i--) {
      int letter = 'a' + random.nextInt(kinds);
      letters.append((char) (random.nextInt(5) == 0 ? letter - 32 : letter));
    }
    return letters.toString();
  }

  @Test
  void streamsWithNothingInCommonTakeALinearTime() {
    int calls = 300_000;
    CallStream a = stream("a".repeat(calls));
    CallStream b = stream("b".repeat(calls));
    List<String> told =
        assertTimeoutPreemptively(Duration.ofSeconds(120), () -> aligned(a, b), "of 300,000 calls");
    assertEquals(2 * calls, told.size());
  }
}
