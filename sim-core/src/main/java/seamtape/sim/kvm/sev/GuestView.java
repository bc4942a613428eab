package seamtape.sim.kvm.sev;

import java.util.TreeMap;

/**
 * What an encrypted guest sees of its memory: plaintext, decrypted when a page is first touched and
 * encrypted again when the guest is left, as a cache would. In between the VMM does not run.
 */
public final class GuestView {
  private static final int PAGE = 4096;

  private static final class Line {
    final byte[] plain = new byte[PAGE];
    byte[] cipher;
    boolean valid;
    boolean written;
  }

  private final MemoryEncryption key;
  private final TreeMap<Long, Line> lines = new TreeMap<>();
  private boolean clean = true;

  GuestView(MemoryEncryption key) {
    this.key = key;
  }

  /**
   * The plaintext of a page of the VMM's memory.
   *
   * @param address of the page in the VMM
   * @param cipher what lies there
   */
  public byte[] page(long address, byte[] cipher, boolean write) {
    Line line = lines.get(address);
    if (line == null) {
      line = new Line();
      lines.put(address, line);
    }
    if (!line.valid) {
      key.decryptPage(address, cipher, line.plain);
      line.cipher = cipher;
      line.valid = true;
      clean = false;
    }
    line.written |= write;
    return line.plain;
  }

  /** The guest is left: memory holds what it wrote. */
  public void writeBack() {
    if (clean) {
      return;
    }
    for (var entry : lines.entrySet()) {
      Line line = entry.getValue();
      if (line.written) {
        key.encryptPage(entry.getKey(), line.plain, line.cipher);
      }
      line.valid = false;
      line.written = false;
    }
    clean = true;
  }
}
