package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_INVALID_KEY;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_PARAM;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.SevStatus;

/** MSG_REPORT_REQ: the attestation report of a guest, version 2, signed by the chip's key. */
final class SnpReport {
  /** What a guest asks with: 64 bytes of its own, VMPL, which key; the rest is reserved. */
  static final int REQUEST = 96;

  private static final int SIZE = 1184;
  private static final int ANSWER_HEADER = 32;
  private static final int SIGNATURE = 0x2a0;
  private static final int VMPL = 64;
  private static final int KEY = 68;
  private static final int RESERVED = 72;
  private static final int LAST_VMPL = 3;

  /** Selections of a key: whichever there is, the chip's, the loaded one (VLEK), none. */
  private static final int ANY = 0;

  private static final int CHIP = 1;
  private static final int ECDSA_P384_SHA384 = 1;
  private static final int REPORT_ID = 0x140;
  private static final int REPORT_ID_MA = 0x160;

  private final SnpContext context;
  private final SnpPlatform platform;
  private final byte[] reportId;

  SnpReport(SnpContext context, SnpPlatform platform, byte[] reportId) {
    this.context = context;
    this.platform = platform;
    this.reportId = reportId;
  }

  /** The payload of MSG_REPORT_RSP: status, size, report. */
  byte[] answer(byte[] payload, int vmpck) {
    byte[] request = Arrays.copyOf(payload, REQUEST);
    SevStatus status = check(ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN), vmpck);
    ByteBuffer answer = ByteBuffer.allocate(ANSWER_HEADER + SIZE).order(ByteOrder.LITTLE_ENDIAN);
    answer.putInt(0, status.code()).putInt(4, SIZE);
    if (status == SEV_RET_SUCCESS) {
      answer.put(ANSWER_HEADER, report(request));
    }
    return answer.array();
  }

  private SevStatus check(ByteBuffer request, int vmpck) {
    int selected = request.getInt(KEY);
    boolean reserved = selected >>> 2 != 0;
    for (int at = RESERVED; at < REQUEST; at++) {
      reserved |= request.get(at) != 0;
    }
    if (reserved) {
      return SEV_RET_INVALID_PARAM;
    }
    if (!usable(context, selected)) {
      return SEV_RET_INVALID_KEY;
    }
    int vmpl = request.getInt(VMPL);
    boolean below = Integer.compareUnsigned(vmpl, vmpck) >= 0;
    return below && Integer.compareUnsigned(vmpl, LAST_VMPL) <= 0
        ? SEV_RET_SUCCESS
        : SEV_RET_INVALID_PARAM;
  }

  /** No VLEK is loaded on this machine. */
  static boolean usable(SnpContext context, int selected) {
    return (selected == ANY || selected == CHIP) && !context.vcekDisabled();
  }

  private byte[] report(byte[] request) {
    ByteBuffer report = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    report.putInt(0, 2).putLong(8, context.policy());
    report.put(0x30, request, VMPL, 4).putInt(0x34, ECDSA_P384_SHA384);
    platform.into(report);
    if (context.identity() != null) {
      context.identity().into(report);
    }
    report.put(0x50, request, 0, VMPL).put(0x90, context.digest()).put(0xc0, context.hostData());
    report.put(REPORT_ID, reportId);
    // No migration agent.
    Arrays.fill(report.array(), REPORT_ID_MA, REPORT_ID_MA + reportId.length, (byte) -1);
    byte[] signature = platform.sign(Arrays.copyOf(report.array(), SIGNATURE));
    return report.put(SIGNATURE, signature).array();
  }
}
