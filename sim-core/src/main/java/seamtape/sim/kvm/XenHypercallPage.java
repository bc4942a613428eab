package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The page through which a Xen guest makes its hypercalls: one every 32 bytes. */
final class XenHypercallPage {
  private static final int ENTRY = 32;
  private static final byte MOV_EAX = (byte) 0xb8;
  private static final byte RET = (byte) 0xc3;
  private static final byte INT3 = (byte) 0xcc;
  private static final byte VMCALL = (byte) 0xc1;
  private static final byte VMMCALL = (byte) 0xd9;

  private XenHypercallPage() {}

  static byte[] of(boolean intel) {
    byte[] page = new byte[(int) Limits.PAGE_SIZE];
    Arrays.fill(page, INT3);
    ByteBuffer code = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    for (int number = 0; number < page.length / ENTRY; number++) {
      code.position(number * ENTRY);
      code.put(MOV_EAX).putInt(number).put((byte) 0x0f).put((byte) 0x01);
      code.put(intel ? VMCALL : VMMCALL).put(RET);
    }
    return page;
  }
}
