package seamtape.replayer.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import seamtape.catalog.Format;

/** A TD in the document of a machine's state. */
final class TdView {
  private static final int RTMRS = 4;

  private TdView() {}

  static Map<String, Object> td(TdState td) {
    Map<String, Object> json = alone(td);
    json.put("pages", td.pages().values().stream().map(TdView::page).toList());
    json.put("sept", td.entries().values().stream().map(TdView::entry).toList());
    return json;
  }

  /** One page or one entry of the secure EPT. */
  static Map<String, Object> part(TdState td, StatePart part) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tdr", Format.HEX.value(td.tdr()));
    TdState.Page page = td.pages().get(part.item());
    TdState.Entry entry = td.entries().get(part.item());
    if (part.kind() == StatePart.Kind.PAGE && page != null) {
      json.put("pages", List.of(page(page)));
    } else if (part.kind() == StatePart.Kind.SEPT && entry != null) {
      json.put("sept", List.of(entry(entry)));
    }
    return json;
  }

  /** Without pages and secure EPT. */
  static Map<String, Object> alone(TdState td) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tdr", Format.HEX.value(td.tdr()));
    json.put("event", td.created());
    json.put("hkid", td.keyId());
    json.put("lifecycle", td.lifecycle().name());
    json.put("op_state", td.opState().name());
    json.put("tracked", td.tracked);
    TdMeasurement measurement = td.measurement();
    json.put("mrtd", measurement.mrtd());
    json.put("mrtd_final", measurement.complete());
    json.put("rtmr", IntStream.range(0, RTMRS).mapToObj(measurement::rtmr).toList());
    json.put("vcpus", td.vcpus().stream().map(TdView::vcpu).toList());
    return json;
  }

  private static Map<String, Object> vcpu(TdState.Vcpu vcpu) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tdvpr", Format.HEX.value(vcpu.tdvpr));
    json.put("state", vcpu.state.name());
    json.put("associated", vcpu.associated);
    json.put("pages", (long) vcpu.pages);
    json.put("entries", vcpu.entries);
    json.put("event", vcpu.created);
    return json;
  }

  private static Map<String, Object> page(TdState.Page page) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("hpa", Format.HEX.value(page.hpa()));
    json.put("level", (long) page.level());
    json.put("type", page.type().name());
    json.put("event", page.event());
    return json;
  }

  private static Map<String, Object> entry(TdState.Entry entry) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mapping", TdState.name(entry.gpa(), entry.level()));
    json.put("gpa", Format.HEX.value(entry.gpa()));
    json.put("level", (long) entry.level());
    json.put("hpa", Format.HEX.value(entry.hpa()));
    json.put("state", entry.state().name());
    json.put("leaf", entry.leaf());
    json.put("event", entry.event());
    return json;
  }
}
