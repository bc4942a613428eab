package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The launch digest of an SEV guest, of the memory that the VMM stored: SHA-256 over what was
 * encrypted, or for SNP the chain of SHA-384 over PAGE_INFO (sev-measure.md). Save areas of vCPUs
 * are in no event: with the first the digest is unknown.
 */
final class SevMeasurement {
  private static final int SNP_DIGEST = 48;
  private static final int PAGE_INFO = 112;
  private static final int NORMAL = 1;

  private record Range(long address, long length) {
    boolean meets(long other, long otherLength) {
      return address < other + otherLength && other < address + length;
    }
  }

  private final Sha2 stream;
  private final List<Range> encrypted = new ArrayList<>();
  private byte[] chain = new byte[SNP_DIGEST];
  private long unknownSince;

  SevMeasurement() {
    this(Sha2.sha256());
  }

  private SevMeasurement(Sha2 stream) {
    this.stream = stream;
  }

  SevMeasurement copy() {
    SevMeasurement copy = new SevMeasurement(stream.copy());
    copy.encrypted.addAll(encrypted);
    copy.chain = chain;
    copy.unknownSince = unknownSince;
    return copy;
  }

  void write(StateWriter to) {
    stream.write(to);
    to.all(
        encrypted,
        range -> {
          to.put(range.address);
          to.put(range.length);
        });
    to.put(chain);
    to.put(unknownSince);
  }

  static SevMeasurement read(StateReader from) {
    SevMeasurement read = new SevMeasurement(Sha2.read(from));
    from.all(() -> new Range(from.number(), from.number()), read.encrypted::add);
    read.chain = from.bytes(SNP_DIGEST);
    read.unknownSince = from.number();
    return read;
  }

  private static byte[] sha384(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-384").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-2", e);
    }
  }

  /**
   * LAUNCH_UPDATE_DATA. What was encrypted before is ciphertext now, which no event shows.
   *
   * @param content what the VMM stored there
   */
  void data(long address, byte[] content, long event) {
    if (encrypted.stream().anyMatch(range -> range.meets(address, content.length))) {
      unknown(event);
    }
    encrypted.add(new Range(address, content.length));
    stream.update(content);
  }

  /** One page of SNP_LAUNCH_UPDATE. */
  void page(long gfn, int type, byte[] content) {
    boolean counts = type == NORMAL;
    byte[] contents = counts ? sha384(content) : new byte[SNP_DIGEST];
    ByteBuffer info = ByteBuffer.allocate(PAGE_INFO).order(ByteOrder.LITTLE_ENDIAN);
    info.put(chain).put(contents).putShort((short) PAGE_INFO).put((byte) type);
    chain = sha384(info.putLong(104, gfn << 12).array());
  }

  /** Something was measured that the events do not show. */
  void unknown(long event) {
    unknownSince = unknownSince == 0 ? event : unknownSince;
  }

  /** The digest so far, in hex, or since when it is not known. */
  String digest(boolean snp) {
    if (unknownSince != 0) {
      return "unknown since event " + unknownSince;
    }
    return HexFormat.of().formatHex(snp ? chain : stream.digest());
  }

  boolean known() {
    return unknownSince == 0;
  }
}
