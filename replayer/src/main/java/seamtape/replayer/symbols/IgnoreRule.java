package seamtape.replayer.symbols;

import seamtape.catalog.Call;

/**
 * One thing that does not count in a comparison.
 *
 * @param text as it was written, without its reason
 * @param call the call it is about; null for every call
 * @param field a field by name ("apic_base") or end of its path ("cs.base", "entries.eax" in all
 *     elements); empty for every field of the call
 * @param reason why, in a person's words; empty where none was given
 */
public record IgnoreRule(String text, Call call, String field, String reason) {
  boolean covers(Call asked, String path) {
    if (call != null && call != asked) {
      return false;
    }
    String plain = path.indexOf('[') < 0 ? path : path.replaceAll("\\[\\d+]", "");
    return field.isEmpty() || plain.equals(field) || plain.endsWith("." + field);
  }
}
