package seamtape.sim.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import seamtape.machine.MachineFactory;

/** All cases of an oracle file against one profile. */
final class OracleReport {
  /** What a group of cases came to. */
  static final class Group {
    int agreed;
    int disagreed;
    int hostSpecificDisagreed;
    int skipped;
  }

  final Map<String, Group> groups = new TreeMap<>();
  final Map<String, OracleOutcome> disagreements = new TreeMap<>();
  final Map<String, OracleOutcome> hostSpecificDisagreements = new TreeMap<>();
  final Map<String, String> skipped = new TreeMap<>();

  static OracleReport of(Path file, MachineFactory factory, String profile) throws IOException {
    OracleReport report = new OracleReport();
    for (String line : Files.readAllLines(file)) {
      OracleCase oracleCase = OracleCase.parse(line);
      report.add(oracleCase, new OracleRun(oracleCase, factory, profile).outcome());
    }
    return report;
  }

  private void add(OracleCase oracleCase, OracleOutcome outcome) {
    Group group = groups.computeIfAbsent(oracleCase.group(), g -> new Group());
    switch (outcome.kind()) {
      case AGREED -> group.agreed++;
      case SKIPPED -> {
        group.skipped++;
        skipped.put(oracleCase.id(), outcome.expected());
      }
      case DISAGREED -> {
        if (oracleCase.hostSpecific()) {
          group.hostSpecificDisagreed++;
          hostSpecificDisagreements.put(oracleCase.id(), outcome);
        } else {
          group.disagreed++;
          disagreements.put(oracleCase.id(), outcome);
        }
      }
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("group agreed disagreed host-specific skipped\n");
    groups.forEach(
        (name, g) ->
            text.append(
                String.format(
                    "%-12s %5d %5d %5d %5d%n",
                    name, g.agreed, g.disagreed, g.hostSpecificDisagreed, g.skipped)));
    return text.toString();
  }
}
