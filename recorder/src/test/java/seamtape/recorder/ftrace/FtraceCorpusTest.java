package seamtape.recorder.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Input;
import seamtape.catalog.KvmExit;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Every trace of the corpus, held against its own text. */
class FtraceCorpusTest {
  static List<String> names() throws IOException {
    return Traced.corpusNames();
  }

  private static List<String> lines(String name) throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(Traced.path(name))),
                StandardCharsets.ISO_8859_1))) {
      return in.lines().toList();
    }
  }

  private static long count(String name, String word) throws IOException {
    return lines(name).stream().filter(line -> line.contains(word)).count();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyUserspaceExitIsAReturnOfKvmRun(String name) throws IOException {
    Traced traced = Traced.corpus(name);
    assertEquals(count(name, ": kvm_userspace_exit:"), traced.runs().size());
    assertEquals(count(name, ": kvm_msr:"), traced.of(Input.GUEST_MSR, Phase.INPUT).size());
    assertEquals(count(name, ": kvm_cpuid:"), traced.of(Input.GUEST_CPUID, Phase.INPUT).size());
    assertEquals(lines(name).size(), traced.report.lines());
  }

  /** All but one: of a read that crosses a page the second half has no tracepoint of its own. */
  @ParameterizedTest
  @MethodSource("names")
  void everyIoAndMmioExitHasItsAccess(String name) throws IOException {
    List<Event> without = new ArrayList<>();
    for (Event run : Traced.corpus(name).runs()) {
      boolean access =
          run.fields[1] == KvmExit.KVM_EXIT_IO.number()
              || run.fields[1] == KvmExit.KVM_EXIT_MMIO.number();
      if (access && run.copyCount() < 2) {
        without.add(run);
      }
    }
    boolean crossing = count(name, "mmio read len 4 gpa 0xe0000ffe") > 0;
    assertEquals(crossing ? 1 : 0, without.size(), without.toString());
  }

  @ParameterizedTest
  @MethodSource("names")
  void timesNeverDecrease(String name) throws IOException {
    long last = 0;
    for (Event event : Traced.corpus(name).events) {
      assertTrue(event.time >= last, name + " event " + event.number);
      last = event.time;
    }
  }
}
