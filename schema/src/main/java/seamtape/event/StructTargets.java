package seamtape.event;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import seamtape.catalog.SevCommand;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.catalog.TdxCommand;

/** What the pointers inside argument structs point to. */
final class StructTargets {
  /** Pointers to bytes without a layout, or with one that other fields do not tell. */
  private static final Set<String> BYTES =
      Set.of(
          "kvm_device_attr.addr",
          "kvm_one_reg.addr",
          "kvm_dirty_log.dirty_bitmap",
          "kvm_clear_dirty_log.dirty_bitmap",
          "kvm_xen_hvm_config.blob_addr_32",
          "kvm_xen_hvm_config.blob_addr_64");

  private static final Map<String, Optional<String>> POINTERS = new ConcurrentHashMap<>();

  private StructTargets() {}

  /** Name of the pointer field of a struct that may be followed; empty where there is none. */
  static Optional<String> pointer(StructLayout layout) {
    return POINTERS.computeIfAbsent(layout.name(), name -> findPointer(layout));
  }

  private static Optional<String> findPointer(StructLayout layout) {
    if (layout.name().equals("kvm_sev_cmd") || layout.name().equals("kvm_tdx_cmd")) {
      return Optional.of("data");
    }
    return layout.fields().stream()
        .map(field -> field.name())
        .filter(name -> BYTES.contains(layout.name() + "." + name))
        .findFirst();
  }

  /** The layout behind {@code data} of a sub-command; empty where it has none. */
  static Optional<StructLayout> target(StructLayout layout, OptionalLong id) {
    if (id.isEmpty()) {
      return Optional.empty();
    }
    String struct =
        layout.name().equals("kvm_tdx_cmd")
            ? TdxCommand.byId(id.getAsLong()).map(TdxCommand::struct).orElse("")
            : SevCommand.byId(id.getAsLong()).map(SevCommand::struct).orElse("");
    return Structs.find(struct);
  }
}
