package seamtape.replayer.symbols;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import seamtape.catalog.Call;
import seamtape.catalog.Field;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Format;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Role;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Which numbers of an event two runs have in common: costs and ignored fields are left out, fds and
 * user addresses stand for symbols. Gives a hash for alignment; the words come from the decoded
 * view.
 */
public final class StableFields {
  /** Struct fields that hold a user address without being a C pointer. */
  private static final Set<String> ADDRESS_FIELDS =
      Set.of("userspace_addr", "dirty_bitmap", "addr", "bitmap", "blob_addr_32", "blob_addr_64");

  private static final Set<String> ADDRESS_FIELD_OWNERS_WITHOUT_ADDR =
      Set.of("kvm_ioeventfd", "kvm_coalesced_mmio_zone");

  private static final Set<String> FD_FIELDS = Set.of("fd", "resamplefd", "guest_memfd", "sev_fd");

  private enum Kind {
    ADDRESS,
    FD,
    IGNORED
  }

  private record Range(int offset, int size, Kind kind) {}

  /** What of a row's fields and struct counts; found once a row. */
  private record Plan(boolean[] in, boolean[] out, List<Range> ranges) {}

  private final IgnoreRules rules;
  private final Map<Call, Plan> plans = new HashMap<>();
  private byte[] scratch = new byte[4096];

  /**
   * @param rules what does not count besides
   */
  public StableFields(IgnoreRules rules) {
    this.rules = rules;
  }

  public boolean ignores(Call call, String field) {
    return rules.ignores(call, field);
  }

  /** A 64-bit hash of what is stable in an event; equal events have equal hashes. */
  public long hash(Event event, Symbols symbols) {
    long hash = mix(event.phase.ordinal() + 1, event.call.label().hashCode());
    List<Field> fields = event.phase == Phase.RETURN ? event.call.out() : event.call.in();
    Plan plan = plans.get(event.call);
    if (plan == null) {
      plan = plan(event.call);
      plans.put(event.call, plan);
    }
    boolean[] counts = event.phase == Phase.RETURN ? plan.out : plan.in;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i]) {
        hash = mix(hash, stable(event, fields.get(i), event.fields[i], symbols));
      }
    }
    return copies(event, plan.ranges, symbols, hash);
  }

  private Plan plan(Call call) {
    List<Range> ranges = new ArrayList<>();
    if (call instanceof KvmIoctl ioctl && ioctl.pointer()) {
      collect(call, Structs.of(ioctl.struct()), ioctl.struct() + ".", 0, ranges);
    }
    return new Plan(counts(call, call.in()), counts(call, call.out()), ranges);
  }

  private boolean[] counts(Call call, List<Field> fields) {
    boolean[] counts = new boolean[fields.size()];
    for (int i = 0; i < counts.length; i++) {
      Field field = fields.get(i);
      counts[i] = field.role() != Role.COST && !ignores(call, field.name());
    }
    return counts;
  }

  private static long stable(Event event, Field field, long value, Symbols symbols) {
    if (field.format() == Format.FD) {
      return symbols.fd(value, event.link).hashCode();
    }
    if (field.format() == Format.ADDRESS) {
      return symbols.pointer(value).hashCode();
    }
    return event.phase == Phase.RETURN && value >= 0 && makesFd(event.call) ? 1 : value;
  }

  private static boolean makesFd(Call call) {
    if (call instanceof KvmIoctl ioctl) {
      return ioctl.makes().isPresent();
    }
    return call == FileOperation.OPEN || call == FileOperation.DUP || call == FileOperation.EVENTFD;
  }

  private long copies(Event event, List<Range> ranges, Symbols symbols, long seed) {
    long hash = seed;
    for (int i = 0; i < event.copyCount(); i++) {
      int length = event.copyLength(i);
      if (scratch.length < length) {
        scratch = new byte[length];
      }
      System.arraycopy(event.copyBytes(), event.copyStart(i), scratch, 0, length);
      long at = event.copyAt(i);
      boolean inStruct = at >= 0 && at < (1 << 20);
      hash = mix(hash, inStruct ? at : -1);
      for (Range range : ranges) {
        hash = neutral(hash, range, (int) (range.offset - at), length, inStruct, symbols);
      }
      hash = mix(hash, bytes(scratch, length));
    }
    return hash;
  }

  private long neutral(
      long hash, Range range, int start, int length, boolean inStruct, Symbols symbols) {
    if (!inStruct || start < 0 || start + range.size > length) {
      return hash;
    }
    long value = number(scratch, start, range.size);
    java.util.Arrays.fill(scratch, start, start + range.size, (byte) 0);
    return switch (range.kind) {
      case ADDRESS -> mix(hash, symbols.address(value).hashCode());
      case FD -> mix(hash, symbols.fd((int) value).hashCode());
      case IGNORED -> hash;
    };
  }

  /** True where a struct's field holds a user address. */
  public static boolean isAddress(String struct, StructField field) {
    String name = field.name();
    if (field.type().equals("ptr")) {
      return true;
    }
    boolean named = ADDRESS_FIELDS.contains(name) && field.size() == 8;
    return named && !(name.equals("addr") && ADDRESS_FIELD_OWNERS_WITHOUT_ADDR.contains(struct));
  }

  /** True where a struct's field holds a file descriptor. */
  public static boolean isFd(StructField field) {
    return FD_FIELDS.contains(field.name()) && field.size() == 4;
  }

  private void collect(Call call, StructLayout layout, String path, int base, List<Range> found) {
    for (StructField field : layout.fields()) {
      if (ignores(call, path + field.name())) {
        found.add(new Range(base + field.offset(), field.size(), Kind.IGNORED));
      } else if (isAddress(layout.name(), field)) {
        found.add(new Range(base + field.offset(), 8, Kind.ADDRESS));
      } else if (isFd(field)) {
        found.add(new Range(base + field.offset(), 4, Kind.FD));
      } else if (!field.group() && !field.flexible()) {
        Structs.find(field.type())
            .filter(nested -> !nested.name().equals("u64"))
            .ifPresent(nested -> elements(call, nested, field, path, base, found));
      }
    }
  }

  private void elements(
      Call call, StructLayout nested, StructField field, String path, int base, List<Range> found) {
    for (int i = 0; i < field.count(); i++) {
      int at = base + field.offset() + i * field.elementSize();
      collect(call, nested, path + field.name() + ".", at, found);
    }
  }

  static long number(byte[] bytes, int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }

  private static long bytes(byte[] bytes, int length) {
    long hash = length;
    for (int i = 0; i < length; i++) {
      hash = hash * 31 + bytes[i];
    }
    return hash;
  }

  /** SplitMix64's finalizer over the running hash and the next value. */
  private static long mix(long hash, long value) {
    long z = hash * 0x9e3779b97f4a7c15L + value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
