package seamtape.replayer.replay;

import java.util.List;
import java.util.Optional;

/**
 * Why a simulated kernel may answer otherwise than the recorded one without either being wrong.
 * Rows are read from the top; a divergence that none explains is the simulator's to answer for.
 */
final class Reasons {
  private record Row(String call, String field, String reason) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("KVM_GET_SUPPORTED_CPUID", "", "host: another CPU has other leaves"),
          new Row("KVM_GET_EMULATED_CPUID", "", "host: another kernel emulates other leaves"),
          new Row("KVM_GET_TSC_KHZ", "ret", "host: TSC frequency of the CPU"),
          new Row("KVM_GET_MSR_INDEX_LIST", "", "host: another CPU has other MSRs"),
          new Row("KVM_GET_MSRS", "ret", "host: another CPU has other MSRs"),
          new Row("KVM_SET_MSRS", "ret", "host: another CPU has other MSRs"),
          new Row("KVM_GET_CLOCK", "", "host: time"));

  private Reasons() {}

  /** The reason, where there is one. */
  static Optional<String> of(String call, String field) {
    return ROWS.stream()
        .filter(row -> row.call.equals(call) && (row.field.isEmpty() || row.field.equals(field)))
        .map(Row::reason)
        .findFirst();
  }
}
