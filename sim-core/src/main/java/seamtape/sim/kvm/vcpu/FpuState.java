package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;
import java.util.Arrays;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.CpuidEntry;

/**
 * The FPU and its extensions as one XSAVE area in standard format. A feature whose bit in XSTATE_BV
 * is clear is in its initial state, whatever its bytes are.
 */
public final class FpuState {
  /** Bytes of struct kvm_xsave; the features offered without AMX fit. */
  static final int SIZE = 4096;

  public static final int FCW = 0;
  public static final int FSW = 2;
  public static final int FTW = 4;
  public static final int FOP = 6;
  public static final int FIP = 8;
  public static final int FDP = 16;
  public static final int MXCSR = 24;
  static final int MXCSR_MASK = 28;
  public static final int ST = 32;
  public static final int XMM = 160;

  /** The upper halves of the 256-bit registers. */
  public static final int YMM_HIGH = 576;

  static final int XSTATE_BV = 512;
  static final int XCOMP_BV = 520;
  private static final int HEADER_RESERVED = 528;
  private static final int EXTENDED = 576;

  static final long FP = 1;
  static final long SSE = 2;
  static final long YMM = 4;
  private static final long PKRU = 1 << 9;
  private static final int MXCSR_FEATURES = 0xffff;

  private final CpuModel host;
  private final byte[] area = new byte[SIZE];
  private final ByteBuffer fields = Bytes.wrap(area);

  /** Copies XMM registers from the first on. */
  void copyXmm(byte[] target, int offset, int length) {
    System.arraycopy(area, XMM, target, offset, length);
  }

  FpuState(CpuModel host) {
    this.host = host;
    initialLegacy(fields, FP | SSE);
  }

  private static void initialLegacy(ByteBuffer target, long features) {
    if ((features & FP) != 0) {
      Arrays.fill(target.array(), 0, MXCSR, (byte) 0);
      Arrays.fill(target.array(), ST, XMM, (byte) 0);
      target.putShort(FCW, (short) 0x37f);
    }
    if ((features & SSE) != 0) {
      target.putInt(MXCSR, 0x1f80);
      target.putInt(MXCSR_MASK, MXCSR_FEATURES);
      Arrays.fill(target.array(), XMM, 416, (byte) 0);
    }
  }

  /** All of it, in standard format; what is in its initial state reads so. */
  public byte[] image() {
    return copyOut(-1);
  }

  /** The protection-key rights of user pages. */
  public int pkru() {
    boolean present = (fields.getLong(XSTATE_BV) & PKRU) != 0;
    return present ? fields.getInt(host.cpuid(0xd, 9).ebx()) : 0;
  }

  /** Bytes of the area in standard format with these features. */
  int standardSize(long features) {
    int size = EXTENDED;
    for (int i = 2; i < 63; i++) {
      if ((features >> i & 1) != 0) {
        CpuidEntry place = host.cpuid(0xd, i);
        size = Math.max(size, place.ebx() + place.eax());
      }
    }
    return size;
  }

  int compactedSize(long features) {
    int size = EXTENDED;
    for (int i = 2; i < 63; i++) {
      if ((features >> i & 1) != 0) {
        CpuidEntry place = host.cpuid(0xd, i);
        size = ((place.ecx() & 2) != 0 ? size + 63 & -64 : size) + place.eax();
      }
    }
    return size;
  }

  /**
   * The area as KVM_GET_XSAVE copies it out.
   *
   * @param supported features the guest has; others are left out
   */
  byte[] copyOut(long supported) {
    ByteBuffer out = Bytes.wrap(area.clone());
    long present = out.getLong(XSTATE_BV) & supported;
    initialLegacy(out, ~present & (FP | SSE));
    if ((present & (SSE | YMM)) != 0) {
      out.putInt(MXCSR, fields.getInt(MXCSR));
    }
    out.putLong(XSTATE_BV, present);
    for (int i = 2; i < 63; i++) {
      CpuidEntry place = host.cpuid(0xd, i);
      boolean user = place.eax() != 0 && (place.ecx() & 1) == 0;
      if (user && (present >> i & 1) == 0 && place.ebx() + place.eax() <= SIZE) {
        Arrays.fill(out.array(), place.ebx(), place.ebx() + place.eax(), (byte) 0);
      }
    }
    return out.array();
  }

  /**
   * Takes over an area in standard format.
   *
   * @param allowed features KVM supports
   * @return false for a bad header or MXCSR; nothing changed then
   */
  boolean copyIn(byte[] from, long allowed) {
    ByteBuffer in = Bytes.wrap(from);
    long present = in.getLong(XSTATE_BV);
    boolean header = (present & ~allowed) == 0 && in.getLong(XCOMP_BV) == 0;
    for (int i = HEADER_RESERVED; i < EXTENDED; i++) {
      header &= from[i] == 0;
    }
    boolean usesMxcsr = (present & (FP | SSE | YMM)) != 0;
    if (!header || usesMxcsr && (in.getInt(MXCSR) & ~MXCSR_FEATURES) != 0) {
      return false;
    }
    System.arraycopy(from, 0, area, 0, SIZE);
    initialLegacy(fields, ~present & FP);
    if (!usesMxcsr) {
      fields.putInt(MXCSR, 0x1f80);
    }
    fields.putInt(MXCSR_MASK, MXCSR_FEATURES);
    if ((present & SSE) == 0) {
      Arrays.fill(area, XMM, 416, (byte) 0);
    }
    return true;
  }

  /** The legacy region, to be read and written at the offsets above. */
  ByteBuffer fields() {
    return fields;
  }

  /** The legacy region holds values other than the initial ones. */
  void legacyChanged() {
    fields.putLong(XSTATE_BV, fields.getLong(XSTATE_BV) | FP | SSE);
  }
}
