package seamtape.replayer.oracle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.MachineFactory;
import seamtape.machine.MachineRefusedException;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.replayer.explain.Explanation;
import seamtape.replayer.explain.Explanations;

/** Executes one case on a fresh machine and compares. */
final class OracleRun {
  /** Capabilities that the measured host answers 0 for, as its configuration or CPU lacks them. */
  private static final List<KvmCapability> LACKED =
      List.of(
          KvmCapability.KVM_CAP_X86_SMM,
          KvmCapability.KVM_CAP_HYPERV,
          KvmCapability.KVM_CAP_XEN_HVM,
          KvmCapability.KVM_CAP_NESTED_STATE);

  private final OracleCase oracleCase;
  private final Explanations explanations;
  private final OracleMemory memory = new OracleMemory();
  private final OracleNames names = new OracleNames();
  private final MachineFactory factory;
  private final String profile;
  private final Machine machine;
  private final OracleSteps steps;

  OracleRun(
      OracleCase oracleCase, MachineFactory factory, String profile, Explanations explanations) {
    this(oracleCase, factory, profile, explanations, new TreeMap<>());
  }

  private OracleRun(
      OracleCase oracleCase,
      MachineFactory factory,
      String profile,
      Explanations explanations,
      SortedMap<Integer, Long> host) {
    this.oracleCase = oracleCase;
    this.factory = factory;
    this.profile = profile;
    this.explanations = explanations;
    MachineSpec spec = new MachineSpec(profile, "intel", "none", "bare", 1, false, host);
    machine = MachineRefusedException.orMachine(factory, spec, memory.memory, NestedCalls.NONE);
    steps = new OracleSteps(machine, memory, names);
  }

  OracleOutcome outcome() {
    try (machine) {
      return excused(judge());
    } catch (Inexpressible | PagedMemory.OutOfPages e) {
      return OracleOutcome.skipped(e.getMessage());
    } catch (Form.Malformed e) {
      return OracleOutcome.refused(e.getMessage());
    } catch (RuntimeException e) {
      return OracleOutcome.disagreed(oracleCase.expect().members(), "a fault of the machine: " + e);
    }
  }

  /** A disagreement that the host or the measured kernel's version explains is skipped. */
  private OracleOutcome excused(OracleOutcome outcome) {
    if (outcome.kind() != OracleOutcome.Kind.DISAGREED) {
      return outcome;
    }
    if (oracleCase.hostSpecific()) {
      return OracleOutcome.skipped("depends on the host: " + oracleCase.why());
    }
    return explanation()
        .map(e -> OracleOutcome.skipped(e.text() + " (" + e.source() + ")"))
        .or(this::lackedByTheHost)
        .orElse(outcome);
  }

  /** What the measured host does not have, where a machine without it answers as the case says. */
  private Optional<OracleOutcome> lackedByTheHost() {
    for (KvmCapability lacking : steps.wereShort() ? LACKED : List.<KvmCapability>of()) {
      Map<String, Object> facts = Map.of("arg", lacking.name());
      Explanation row =
          explanations
              .of(Explanation.Use.GIVE, KvmIoctl.KVM_CHECK_EXTENSION.label(), facts)
              .orElseThrow();
      SortedMap<Integer, Long> host = new TreeMap<>(Map.of(lacking.number(), 0L));
      OracleRun there = new OracleRun(oracleCase, factory, profile, explanations, host);
      if (there.agrees()) {
        String words = ": on a host without it the machine answers as the case says (";
        return Optional.of(OracleOutcome.skipped(row.text() + words + row.source() + ")"));
      }
    }
    return Optional.empty();
  }

  private boolean agrees() {
    try (machine) {
      return judge().kind() == OracleOutcome.Kind.AGREED;
    } catch (Inexpressible | PagedMemory.OutOfPages | Form.Malformed e) {
      return false;
    }
  }

  private Optional<Explanation> explanation() {
    Form step = oracleCase.steps().get(oracleCase.call());
    if (!step.text("op").equals("ioctl")) {
      return Optional.empty();
    }
    KvmIoctl row = KvmIoctl.byNumber((int) step.number("nr")).orElse(null);
    if (row == null) {
      return Optional.empty();
    }
    Map<String, Object> facts = new TreeMap<>();
    Form arg = step.form("arg");
    if (arg.has("imm")) {
      long value = arg.number("imm");
      boolean capability = row == KvmIoctl.KVM_CHECK_EXTENSION;
      facts.put("arg", capability ? KvmCapability.text(value) : (Object) value);
    }
    Form expect = oracleCase.expect();
    Object errno = expect.value("errno");
    facts.put("recorded", errno == null ? expect.members().get("ret") : errno);
    return explanations.of(row.label(), "ret", facts);
  }

  private OracleOutcome judge() {
    Long judged = null;
    for (int i = 0; i < oracleCase.steps().size(); i++) {
      Form step = oracleCase.steps().get(i);
      long result;
      try {
        result = steps.execute(step);
      } catch (OracleMemory.Killed e) {
        return killed(step, i == oracleCase.call(), e.signal);
      }
      if (i == oracleCase.call()) {
        judged = result;
      } else if (!asItMust(step, result)) {
        return OracleOutcome.disagreed(step.where() + " returns " + must(step), shown(result));
      }
    }
    return compare(judged);
  }

  private OracleOutcome killed(Form step, boolean judged, int signal) {
    Form expect = oracleCase.expect();
    boolean expected = judged && expect.has("killed_by_signal");
    if (expected && expect.number("killed_by_signal") == signal) {
      return OracleOutcome.agreed();
    }
    Object wanted = judged ? expect.members() : step.where() + " returns " + must(step);
    return OracleOutcome.disagreed(wanted, "killed by signal " + signal);
  }

  private static Object shown(long result) {
    return Errno.isError(result) ? Errno.text(result) : (Object) result;
  }

  private static Object must(Form step) {
    if (step.has("errno") && step.value("errno") != null) {
      return step.text("errno");
    }
    return step.has("ret") ? (Object) step.number("ret") : "0 or more";
  }

  private static boolean asItMust(Form step, long result) {
    Object must = must(step);
    return must.equals("0 or more") ? result >= 0 : shown(result).equals(must);
  }

  private OracleOutcome compare(long judged) {
    Form expect = oracleCase.expect();
    if (expect.has("killed_by_signal")) {
      return OracleOutcome.disagreed(expect.members(), shown(judged));
    }
    Map<String, Object> expected = new LinkedHashMap<>();
    Map<String, Object> got = new LinkedHashMap<>();
    boolean positive = expect.has("ret_as") && judged > 0;
    expected.put("ret", expect.value("ret"));
    got.put("ret", judged < 0 ? -1L : positive ? 1L : judged);
    expected.put("errno", expect.value("errno"));
    got.put("errno", Errno.isError(judged) ? Errno.text(judged) : null);
    Map<String, Object> out = expect.form("out").members();
    expected.put("out", out);
    got.put("out", new OracleObservation(memory, names).read(oracleCase.observe(), out));
    if (expect.has("exits")) {
      expected.put("exits", expect.list("exits"));
      got.put("exits", steps.exits());
    }
    return expected.equals(got)
        ? OracleOutcome.agreed()
        : OracleOutcome.disagreed(different(expected, got), different(got, expected));
  }

  /** The members that differ. */
  private static Map<String, Object> different(Map<?, ?> of, Map<?, ?> other) {
    Map<String, Object> different = new LinkedHashMap<>();
    of.forEach(
        (key, value) -> {
          Object beside = other.get(key);
          if (value instanceof Map<?, ?> tree && beside instanceof Map<?, ?> besideTree) {
            Map<String, Object> inner = different(tree, besideTree);
            if (!inner.isEmpty()) {
              different.put(String.valueOf(key), inner);
            }
          } else if (!other.containsKey(key) || !Objects.equals(value, beside)) {
            different.put(String.valueOf(key), value);
          }
        });
    return different;
  }
}
