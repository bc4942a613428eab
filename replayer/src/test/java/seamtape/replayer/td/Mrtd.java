package seamtape.replayer.td;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/** MRTD by the rules of abi/tdvf.md, section 4, from nothing but addresses and bytes. */
final class Mrtd {
  private static final int PAGE = 4096;
  private static final int CHUNK = 256;

  private final MessageDigest stream;

  Mrtd() throws GeneralSecurityException {
    stream = MessageDigest.getInstance("SHA-384");
  }

  /** Whole pages as KVM adds them: each page, then its 16 chunks where it is measured. */
  Mrtd add(long gpa, byte[] content, boolean measured) {
    for (int at = 0; at < content.length; at += PAGE) {
      record("MEM.PAGE.ADD", gpa + at);
      for (int chunk = at; measured && chunk < at + PAGE; chunk += CHUNK) {
        record("MR.EXTEND", gpa + chunk);
        stream.update(content, chunk, CHUNK);
      }
    }
    return this;
  }

  private void record(String name, long gpa) {
    ByteBuffer block = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    block.put(name.getBytes(StandardCharsets.US_ASCII));
    stream.update(block.putLong(16, gpa).array());
  }

  String hex() {
    return HexFormat.of().formatHex(stream.digest());
  }
}
