package seamtape.replayer.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;

/**
 * One thing in which the circumstances of two recordings differ.
 *
 * @param what source, profile, simulator, machine, workload or seed
 */
public record Between(String what, String a, String b) {
  static List<Between> of(Tape a, Tape b) {
    List<Between> found = new ArrayList<>();
    compare("source", m -> m.source().name().toLowerCase(Locale.ROOT), a, b, found);
    compare("profile", Manifest::profile, a, b, found);
    compare("simulator", Manifest::simulator, a, b, found);
    compare("machine", Between::machine, a, b, found);
    compare("workload", Manifest::workload, a, b, found);
    compare("seed", m -> Long.toString(m.seed()), a, b, found);
    return List.copyOf(found);
  }

  private static String machine(Manifest manifest) {
    Manifest.Machine machine = manifest.machine();
    return machine.vendor() + ", TDX module " + machine.tdxModule() + ", " + machine.role();
  }

  private static void compare(
      String what, Function<Manifest, String> value, Tape a, Tape b, List<Between> into) {
    String one = value.apply(a.manifest());
    String other = value.apply(b.manifest());
    if (!one.equals(other)) {
      into.add(new Between(what, one, other));
    }
  }
}
