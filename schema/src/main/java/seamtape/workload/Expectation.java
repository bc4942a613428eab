package seamtape.workload;

import java.util.List;
import java.util.Map;
import seamtape.catalog.KvmExit;

/**
 * What a step should give, checked while it is recorded.
 *
 * @param byProfile expected outcomes; the key "" is for profiles without one of their own
 */
public record Expectation(Position position, Map<String, Expected> byProfile) {
  /** The key of what holds for every other profile. */
  public static final String ANY_PROFILE = "";

  /**
   * What is expected on a profile, its switches ({@code +tdx-shm}) left out when they have no entry
   * of their own; null when nothing is.
   */
  public Expected on(String profile) {
    if (byProfile.containsKey(profile)) {
      return byProfile.get(profile);
    }
    int plus = profile.lastIndexOf('+');
    return plus < 0 ? byProfile.get(ANY_PROFILE) : on(profile.substring(0, plus));
  }

  /**
   * One outcome; what is null or empty is not checked.
   *
   * @param out fields of the struct that the call wrote
   * @param exit how the last KVM_RUN of the step ended
   * @param exits how each KVM_RUN of the step ended, in order
   * @param output what the guest wrote to ports during the step, as text
   */
  public record Expected(
      Result result, List<Argument.Assignment> out, Exit exit, List<Exit> exits, String output) {}

  /**
   * A return value.
   *
   * @param value the number or negative errno; null accepts every value that is not an error
   */
  public record Result(Expression value) {}

  /**
   * An exit of KVM_RUN.
   *
   * @param reason null accepts all
   * @param fields of struct kvm_run
   * @param data number in the bytes transferred by port or MMIO; null when not checked
   * @param text the same bytes as text; null when not checked
   */
  public record Exit(
      Position position,
      KvmExit reason,
      List<Argument.Assignment> fields,
      Expression data,
      String text) {}
}
