package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.sev.SevMachine.DATA;
import static seamtape.sim.sev.SevMachine.OUT;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;

/**
 * S7: what user space set before KVM_SEV_LAUNCH_UPDATE_VMSA is in the measured save area
 * (sev-measure.md section 6): floating point, which the legacy KVM_SEV_ES_INIT leaves out, PKRU and
 * DEBUGCTL.
 */
final class SaveAreaTest {
  private static final int DEBUGCTL = 0x1d9;

  private final SevMachine sev = new SevMachine("linux-7.3");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void s7FloatingPointStateIsMeasuredOfVmsMadeWithInit2(boolean init2) throws Exception {
    sev.createVm(init2 ? 3 : 0);
    assertEquals("0 0", init2 ? sev.init2(0, 0, 0) : sev.init(true));
    int vcpu = sev.createVcpu(0);
    ByteBuffer fpu = xsave();
    sev.m.store(DATA, fpu.array());
    assertEquals(0, sev.m.ioctl(vcpu, KvmIoctl.KVM_SET_XSAVE, DATA));
    sev.m.store(ARG, sev.struct(24).putInt(0, 1).putInt(8, DEBUGCTL).putLong(16, 1).array());
    assertEquals(1, sev.m.ioctl(vcpu, KvmIoctl.KVM_SET_MSRS, ARG));
    assertEquals("0 0", sev.launchStart(4));
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    assertEquals("0 0", sev.measure(48));
    sev.finish();
    assertEquals("0 0", report());
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(expected(fpu, init2));
    assertArrayEquals(digest, sev.bytes(OUT + 16, 32));
  }

  private String report() {
    ByteBuffer report = sev.struct(32).putLong(16, OUT).putInt(24, 208);
    return sev.command(SevCommand.KVM_SEV_GET_ATTESTATION_REPORT, report);
  }

  /** An XSAVE area with x87, SSE, AVX and PKRU in use, every byte another. */
  private ByteBuffer xsave() {
    ByteBuffer area = sev.struct(4096);
    for (int i = 32; i < 416; i++) {
      area.put(i, (byte) (i * 7));
    }
    for (int i = 576; i < 832; i++) {
      area.put(i, (byte) (i * 5));
    }
    area.putShort(0, (short) 0x27f).putShort(2, (short) 0x3800).put(4, (byte) 0x81);
    area.putShort(6, (short) 0x123).putLong(8, 0x4567).putLong(16, 0x89ab).putInt(24, 0x1fa0);
    return area.putLong(512, 0x207).putInt(0x980, 0x5555_5554);
  }

  private static byte[] expected(ByteBuffer area, boolean init2) {
    ByteBuffer page = ByteBuffer.wrap(SevLaunchTest.resetVmsa(0)).order(area.order());
    page.putInt(0x2e8, 0x5555_5554).putLong(0x270, 1);
    Arrays.fill(page.array(), 0x400, 0x670, (byte) 0);
    if (init2) {
      page.putLong(0x400, 0x89ab).putInt(0x408, 0x1fa0).putShort(0x40c, (short) 0x81);
      page.putShort(0x40e, (short) 0x3800).putShort(0x410, (short) 0x27f);
      page.putShort(0x412, (short) 0x123).putLong(0x418, 0x4567);
      for (int i = 0; i < 8; i++) {
        page.put(0x420 + 8 * i, area.array(), 32 + 16 * i, 8);
        page.put(0x460 + 2 * i, area.array(), 40 + 16 * i, 2);
      }
      page.put(0x470, area.array(), 160, 256).put(0x570, area.array(), 576, 256);
    }
    return page.array();
  }
}
