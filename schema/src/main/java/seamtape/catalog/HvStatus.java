package seamtape.catalog;

import java.util.Optional;

/** Statuses of Hyper-V hypercalls: bits 15:0 of the result word. */
public enum HvStatus {
  HV_STATUS_SUCCESS(0),
  HV_STATUS_INVALID_HYPERCALL_CODE(2),
  HV_STATUS_INVALID_HYPERCALL_INPUT(3),
  HV_STATUS_INVALID_ALIGNMENT(4),
  HV_STATUS_INVALID_PARAMETER(5),
  HV_STATUS_ACCESS_DENIED(6),
  HV_STATUS_OPERATION_DENIED(8),
  HV_STATUS_INSUFFICIENT_MEMORY(0xb),
  HV_STATUS_INVALID_VP_INDEX(0xe),
  HV_STATUS_INVALID_PORT_ID(0x11),
  HV_STATUS_INVALID_CONNECTION_ID(0x12);

  private final int number;

  HvStatus(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** The status in a result word. */
  public static Optional<HvStatus> of(long result) {
    int number = (int) (result & 0xffff);
    for (HvStatus status : values()) {
      if (status.number == number) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /** The name, with the repetitions completed where there are any. */
  public static String text(long result) {
    String name = of(result).map(Enum::name).orElse("HV_STATUS_?(" + (result & 0xffff) + ")");
    long repetitions = result >>> 32 & 0xfff;
    return repetitions == 0 ? name : name + "(" + repetitions + ")";
  }
}
