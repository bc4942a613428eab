package seamtape.recorder;

import java.util.Map;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/**
 * How much memory an ioctl's argument is, for the hot path: looked up by row, without names.
 *
 * @param size of the struct; 0 where the kernel reads no memory
 * @param arrayOffset of the flexible array that the kernel reads
 * @param elementSize 0 where it reads none
 * @param countOffset of the 32-bit number of elements
 */
record ArgumentShape(int size, int arrayOffset, int elementSize, int countOffset) {
  /** Structs whose count of elements is not the first field. */
  private static final Map<String, Integer> COUNT_OFFSET = Map.of("kvm_pmu_event_filter", 4);

  private static final ArgumentShape[] BY_ROW = shapes();

  static ArgumentShape of(KvmIoctl row) {
    return BY_ROW[row.ordinal()];
  }

  private static ArgumentShape[] shapes() {
    KvmIoctl[] rows = KvmIoctl.values();
    ArgumentShape[] shapes = new ArgumentShape[rows.length];
    for (KvmIoctl row : rows) {
      shapes[row.ordinal()] = shape(row);
    }
    return shapes;
  }

  private static ArgumentShape shape(KvmIoctl row) {
    if (!row.readsMemory()) {
      return new ArgumentShape(0, 0, 0, 0);
    }
    StructLayout layout = Structs.of(row.struct());
    StructField array = row.readsArray() ? layout.flexibleArray().orElse(null) : null;
    // The array of kvm_xsave is as long as KVM_CAP_XSAVE2 says, not as a field says.
    if (array == null || layout.name().equals("kvm_xsave")) {
      return new ArgumentShape(layout.size(), layout.size(), 0, 0);
    }
    int countOffset = COUNT_OFFSET.getOrDefault(layout.name(), 0);
    return new ArgumentShape(layout.size(), array.offset(), array.elementSize(), countOffset);
  }
}
