package seamtape.recorder;

import java.util.HashMap;
import java.util.Map;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.machine.UserMemory;

/**
 * What a kernel that tells nobody of its copies has written for an ioctl: by the row, the struct,
 * the elements that its count says, and what pointers inside the struct name.
 */
final class WrittenArgument {
  private static final int MAX_BYTES = 1 << 18;
  private static final long E2BIG = -7;

  /** VM and slot to pages, for the length of dirty bitmaps. */
  private final Map<Long, Long> slotPages = new HashMap<>();

  private final UserMemory memory;

  WrittenArgument(UserMemory memory) {
    this.memory = memory;
  }

  /** Adds the bytes to the return event of a call. */
  void take(KvmIoctl row, long arg, long subject, Event returns) {
    long result = returns.fields[0];
    if (result >= 0 && row.pointer()) {
      pointed(row, arg, subject, returns);
    }
    if (row.writesMemory() && (result >= 0 || result == E2BIG && tellsCountOnError(row))) {
      struct(row, arg, result, returns);
    }
  }

  /** These store how many elements there are before they find the array too short. */
  private static boolean tellsCountOnError(KvmIoctl row) {
    return row == KvmIoctl.KVM_GET_MSR_INDEX_LIST
        || row == KvmIoctl.KVM_GET_MSR_FEATURE_INDEX_LIST
        || row == KvmIoctl.KVM_GET_REG_LIST;
  }

  private void struct(KvmIoctl row, long arg, long result, Event returns) {
    StructLayout layout = Structs.of(row.struct());
    StructField array = row.writesArray() ? layout.flexibleArray().orElse(null) : null;
    if (array == null || layout.name().equals("kvm_xsave")) {
      copy(arg, 0, layout.size(), returns);
    } else if (result < 0) {
      copy(arg, 0, array.offset(), returns);
    } else if (row == KvmIoctl.KVM_GET_MSRS) {
      copy(arg, array.offset(), elements(arg, array), returns);
    } else if (row == KvmIoctl.KVM_GET_NESTED_STATE) {
      copy(arg, 0, number(arg + 4, 4), returns);
    } else {
      copy(arg, 0, array.offset() + elements(arg, array), returns);
    }
  }

  /**
   * The element count is the first word of the struct, 8 bytes wide where the elements begin at 8.
   */
  private long elements(long arg, StructField array) {
    return Math.min(number(arg, 4) * array.elementSize(), MAX_BYTES);
  }

  private void pointed(KvmIoctl row, long arg, long subject, Event returns) {
    switch (row) {
      case KVM_SET_USER_MEMORY_REGION, KVM_SET_USER_MEMORY_REGION2 ->
          slotPages.put(slot(subject, arg), number(arg + 16, 8) / UserMemory.PAGE_SIZE);
      case KVM_GET_DIRTY_LOG -> {
        long pages = slotPages.getOrDefault(slot(subject, arg), 0L);
        target(arg, number(arg + 8, 8), (pages + 63) / 64 * 8, returns);
      }
      case KVM_GET_ONE_REG -> {
        int shift = (int) number(arg + 6, 2) >>> 4 & 0xf;
        target(arg, number(arg + 8, 8), 1L << Math.min(shift, 8), returns);
      }
      case KVM_GET_DEVICE_ATTR -> target(arg, number(arg + 16, 8), 8, returns);
      default -> {}
    }
  }

  private long slot(long subject, long arg) {
    return (long) Subject.vm(subject) << 32 | number(arg, 4);
  }

  private void target(long arg, long address, long length, Event returns) {
    copy(arg, address - arg, length, returns);
  }

  private void copy(long arg, long at, long length, Event returns) {
    byte[] bytes = new byte[(int) Math.min(Math.max(length, 0), MAX_BYTES)];
    if (bytes.length > 0 && memory.read(arg + at, bytes, 0, bytes.length)) {
      returns.copy(at, bytes, 0, bytes.length);
    }
  }

  private long number(long address, int size) {
    byte[] bytes = new byte[size];
    if (!memory.read(address, bytes, 0, size)) {
      return 0;
    }
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return value;
  }
}
