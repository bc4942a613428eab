package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.replayer.replay.Reexecution;

/**
 * Asks the machine of a re-execution for what a fold tells of an SEV guest: its status, and the
 * digest in its attestation report. An SNP guest's firmware tells its digest to the guest alone.
 */
final class SevReading {
  private static final int COMMAND = 24;
  private static final int REPORT_AT = COMMAND + 32;
  private static final int REPORT = 208;

  private final Reexecution machine;
  private final long fd;

  /**
   * @param fd of the VM
   */
  SevReading(Reexecution machine, long fd) {
    this.machine = machine;
    this.fd = fd;
  }

  /** Field by field; empty where the machine does not say. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    ByteBuffer status = ask(SevCommand.KVM_SEV_GUEST_STATUS, new byte[COMMAND + 12]);
    if (status != null) {
      fields.put("handle", Integer.toUnsignedLong(status.getInt(COMMAND)));
      fields.put("policy", Integer.toUnsignedLong(status.getInt(COMMAND + 4)));
      fields.put("state", SevFold.stateName(status.getInt(COMMAND + 8)));
    }
    byte[] argument = new byte[REPORT_AT + REPORT];
    little(argument).putLong(COMMAND + 16, Reexecution.SCRATCH + REPORT_AT);
    little(argument).putInt(COMMAND + 24, REPORT);
    if (ask(SevCommand.KVM_SEV_GET_ATTESTATION_REPORT, argument) != null) {
      byte[] digest = Arrays.copyOfRange(argument, REPORT_AT + 16, REPORT_AT + 48);
      fields.put("digest", HexFormat.of().formatHex(digest));
    }
    return fields;
  }

  /** Null where the command fails. */
  private ByteBuffer ask(SevCommand command, byte[] argument) {
    ByteBuffer fields = little(argument);
    fields.putInt(0, command.id()).putLong(8, Reexecution.SCRATCH + COMMAND);
    long result = machine.read(fd, KvmIoctl.KVM_MEMORY_ENCRYPT_OP.number(), argument);
    return result == 0 ? fields : null;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
