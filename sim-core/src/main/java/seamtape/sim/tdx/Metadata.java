package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_ID_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_NOT_READABLE;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_NOT_WRITABLE;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_VALUE_NOT_VALID;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
import static seamtape.catalog.TdxStatus.TDX_METADATA_WR_MASK_NOT_VALID;

import java.util.List;

/**
 * Metadata fields by id, for the host's leaves and the guest's. {@link #read} and {@link #write}
 * give a status; what they found is then in {@link #value}, {@link #next}, {@link #old}.
 */
public final class Metadata {
  /** What a field belongs to; the leaf decides it, not the id. */
  public enum Scope {
    SYS,
    TD,
    VP
  }

  /** Who asks: each has masks of its own. */
  public enum Caller {
    HOST,
    HOST_OF_DEBUG_TD,
    GUEST
  }

  /** Stands for no field: asked, the first is told; told, there is none. */
  public static final long NULL_ID = -1;

  /** Bits 31:24, 49:47, 55 and 62, and the sequence fields 37:34 and 46:38. */
  private static final long MUST_BE_ZERO =
      0xff00_0000L | 7L << 47 | 1L << 55 | 1L << 62 | 0xfL << 34 | 0x1ffL << 38;

  private static final long CPUID_CODE = 0x1_ffff;

  private final MetadataField[][] fields;
  private final FieldAccess access;
  private long value;
  private long next;
  private long old;
  private MetadataField found;

  Metadata(TdxModule module) {
    this.access = new FieldAccess(module);
    this.fields = new MetadataField[Scope.values().length][];
    for (Scope scope : Scope.values()) {
      List<MetadataField> ofScope = MetadataField.of(scope, module.version);
      fields[scope.ordinal()] = ofScope.toArray(new MetadataField[0]);
    }
  }

  /** Of the last {@link #read}: the value, only with its readable bits; 0 after an error. */
  public long value() {
    return value;
  }

  /** Of the last {@link #read}: the id after it that the caller can read, or {@link #NULL_ID}. */
  public long next() {
    return next;
  }

  /** Of the last {@link #write}: the readable bits of the value before; 0 after an error. */
  public long old() {
    return old;
  }

  /** Bytes of an element of the field that was last found. */
  int bytes() {
    return found.bytes();
  }

  /** The host as a TD sees it. */
  static Caller host(Td td) {
    return td.debug() ? Caller.HOST_OF_DEBUG_TD : Caller.HOST;
  }

  /**
   * Reads the element of an id.
   *
   * @param td null in scope SYS
   * @param vcpu null but in scope VP
   */
  public long read(Scope scope, Caller caller, Td td, TdVcpu vcpu, long id) {
    value = 0;
    next = NULL_ID;
    long bad = find(scope, id);
    if (bad != 0) {
      return bad;
    }
    long mask = found.readMask(caller);
    int code = (int) (MetadataField.key(id) - found.key());
    if (mask == 0 || isCpuid() && cpuidRow(id).kind() == CpuidRow.Kind.VE) {
      return TDX_METADATA_FIELD_NOT_READABLE.value();
    }
    value =
        (isCpuid() ? access.cpuid(td, cpuidRow(id), id) : access.get(found, code, td, vcpu)) & mask;
    next = after(scope, caller, id);
    return Leaf.SUCCESS;
  }

  /** For an id of {@link #NULL_ID}: the first field that the caller can read is in next. */
  public long first(Scope scope, Caller caller) {
    value = 0;
    next = firstFrom(scope, caller, 0);
    return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value();
  }

  /** Writes the bits of {@code mask} of the element of an id. */
  public long write(Scope scope, Caller caller, Td td, TdVcpu vcpu, long id, long data, long mask) {
    old = 0;
    long bad = find(scope, id);
    if (bad != 0) {
      return bad;
    }
    long writable = found.writeMask(caller) & mask;
    if (writable == 0) {
      return TDX_METADATA_FIELD_NOT_WRITABLE.value();
    }
    if (found.name().equals("HP_LOCK_TIMEOUT") && mask != -1L) {
      return TDX_METADATA_WR_MASK_NOT_VALID.value();
    }
    int index = (int) (MetadataField.key(id) - found.key());
    long before = access.get(found, index, td, vcpu);
    long changed = (before ^ data) & mask;
    long after = before & ~writable | data & writable;
    boolean outside = (changed & ~found.writeMask(caller) & size()) != 0;
    if (outside || !access.accepts(found, after, td, caller)) {
      return TDX_METADATA_FIELD_VALUE_NOT_VALID.value();
    }
    access.set(found, index, td, vcpu, after);
    old = before & found.readMask(caller);
    return Leaf.SUCCESS;
  }

  private long size() {
    return found.bytes() == 8 ? -1L : (1L << (8 * found.bytes())) - 1;
  }

  private long find(Scope scope, long id) {
    if ((id & MUST_BE_ZERO) != 0) {
      return TDX_METADATA_FIELD_ID_INCORRECT.value();
    }
    found = lookup(fields[scope.ordinal()], MetadataField.key(id));
    boolean unknown = found == null || isCpuid() && cpuidRow(id) == null;
    return unknown ? TDX_METADATA_FIELD_ID_INCORRECT.value() : Leaf.SUCCESS;
  }

  private static MetadataField lookup(MetadataField[] sorted, long key) {
    int low = 0;
    int high = sorted.length - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      MetadataField field = sorted[middle];
      if (key < field.key()) {
        high = middle - 1;
      } else if (key > field.lastKey()) {
        low = middle + 1;
      } else {
        return field;
      }
    }
    return null;
  }

  private boolean isCpuid() {
    return found.name().equals(MetadataField.CPUID_VALUES);
  }

  private static CpuidRow cpuidRow(long id) {
    return CpuidFieldCode.row((int) (id & CPUID_CODE));
  }

  private long after(Scope scope, Caller caller, long id) {
    long index = MetadataField.key(id) - found.key();
    if (isCpuid()) {
      int code = CpuidFieldCode.next((int) (id & CPUID_CODE));
      if (code >= 0) {
        return found.id() & ~CPUID_CODE | code;
      }
    } else if (index + 1 < found.elements()) {
      return found.id() + index + 1;
    }
    MetadataField[] all = fields[scope.ordinal()];
    return firstFrom(scope, caller, java.util.Arrays.asList(all).indexOf(found) + 1);
  }

  private long firstFrom(Scope scope, Caller caller, int from) {
    MetadataField[] all = fields[scope.ordinal()];
    for (int i = from; i < all.length; i++) {
      if (all[i].readMask(caller) != 0) {
        boolean cpuid = all[i].name().equals(MetadataField.CPUID_VALUES);
        return cpuid ? all[i].id() & ~CPUID_CODE | CpuidFieldCode.first(0) : all[i].id();
      }
    }
    return NULL_ID;
  }
}
