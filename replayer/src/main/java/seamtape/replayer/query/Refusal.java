package seamtape.replayer.query;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import seamtape.catalog.Errno;
import seamtape.catalog.Format;
import seamtape.catalog.TdvmcallStatus;
import seamtape.event.EventView;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.explain.ErrnoRules;
import seamtape.replayer.explain.Words;

/**
 * What is to be said of a call that failed.
 *
 * @param words the errno or status in words
 * @param asked the call whose checks are told: a sub-command has its own
 * @param checks of the call that give this errno, in the kernel's order
 * @param beneath the call nested in it that failed last; null without one, or while nobody knows
 */
public record Refusal(List<Words.Line> words, String asked, List<String> checks, CallRow beneath) {
  /** Calls that failed since the call entered, of which some may be other threads'. */
  private static final int MAX_FAILED = 64;

  /**
   * Empty for a call that did not fail.
   *
   * @param summary of the recording, or null
   */
  public static Optional<Refusal> of(RecordedCall call, CallReader reader, TapeSummary summary)
      throws TapeException {
    if (!call.failed()) {
      return Optional.empty();
    }
    String asked = asked(call);
    Optional<Errno> errno = Errno.ofResult(-(long) call.errno());
    List<String> checks =
        errno.map(known -> ErrnoRules.bundled().of(asked, known.name())).orElse(List.of());
    CallRow beneath = summary == null ? null : beneath(call, reader, summary);
    return Optional.of(new Refusal(words(call, errno), asked, checks, beneath));
  }

  private static List<Words.Line> words(RecordedCall call, Optional<Errno> errno) {
    if (errno.isPresent()) {
      return Words.of(errno.get());
    }
    if (call.resultFormat() == Format.TDX_STATUS) {
      return Words.ofStatus(call.ret());
    }
    return call.resultFormat() == Format.TDVMCALL_STATUS
        ? TdvmcallStatus.of(call.ret()).map(Words::of).orElse(List.of())
        : List.of();
  }

  /** A sub-command of KVM_MEMORY_ENCRYPT_OP is a call of its own in the tables of checks. */
  private static String asked(RecordedCall call) {
    EventView view = EventView.of(call.enter(), null, call.vendor());
    for (String command : List.of("kvm_tdx_cmd", "kvm_sev_cmd")) {
      if (view.fields().get(command) instanceof Map<?, ?> fields && fields.get("id") != null) {
        return String.valueOf(fields.get("id"));
      }
    }
    return call.call().name();
  }

  private static CallRow beneath(RecordedCall call, CallReader reader, TapeSummary summary)
      throws TapeException {
    long failed = summary.errorBefore(call.returned().number);
    for (int i = 0; i < MAX_FAILED && failed > call.event(); i++) {
      RecordedCall found = reader.at(failed).orElse(null);
      if (found != null && nested(found, call, reader)) {
        return CallRow.of(found);
      }
      failed = summary.errorBefore(failed);
    }
    return null;
  }

  private static boolean nested(RecordedCall inner, RecordedCall outer, CallReader reader)
      throws TapeException {
    return reader.parents(inner).stream().anyMatch(parent -> parent.event() == outer.event());
  }
}
