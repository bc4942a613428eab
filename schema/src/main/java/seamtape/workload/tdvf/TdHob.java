package seamtape.workload.tdvf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;

/**
 * The TD HOB: the list of hand-off blocks that a VMM writes into the TD_HOB section, telling the
 * firmware which memory is accepted already and which is not (abi/tdvf.md, section 3; PI
 * specification, volume 3).
 */
public final class TdHob {
  private static final int HANDOFF = 1;
  private static final int RESOURCE = 3;
  private static final int END = 0xffff;
  private static final int HANDOFF_LENGTH = 56;
  private static final int RESOURCE_LENGTH = 48;
  private static final int END_LENGTH = 8;
  private static final int HANDOFF_VERSION = 9;
  private static final int SYSTEM_MEMORY = 0;
  private static final int MEMORY_UNACCEPTED = 7;

  /** Present, initialized, tested. */
  private static final int ATTRIBUTES = 7;

  private final ByteBuffer hob;
  private final long address;

  private TdHob(TdvfSection section) {
    hob = ByteBuffer.allocate((int) section.memorySize()).order(ByteOrder.LITTLE_ENDIAN);
    address = section.address();
  }

  /**
   * The content of the TD_HOB section of an image.
   *
   * @param section that section
   * @param ram bytes of memory from address 0
   * @throws TdvfException where added memory lies outside the RAM, or the list outside its section
   */
  public static byte[] of(TdvfImage image, TdvfSection section, long ram) throws TdvfException {
    return new TdHob(section).write(added(image), ram);
  }

  /** Sections in RAM, whose pages are added before the TD runs, by address. */
  private static List<TdvfSection> added(TdvfImage image) {
    return image.sections().stream()
        .filter(section -> !section.type().inImage())
        .sorted(Comparator.comparingLong(TdvfSection::address))
        .toList();
  }

  private byte[] write(List<TdvfSection> added, long ram) throws TdvfException {
    header(HANDOFF, HANDOFF_LENGTH).putInt(HANDOFF_VERSION);
    hob.position(HANDOFF_LENGTH);
    long at = 0;
    for (TdvfSection section : added) {
      if (section.address() < at || section.address() + section.memorySize() > ram) {
        throw new TdvfException(
            String.format(
                "%s section at 0x%x of 0x%x bytes is not in the 0x%x bytes of RAM, or in use",
                section.type(), section.address(), section.memorySize(), ram));
      }
      resource(MEMORY_UNACCEPTED, at, section.address() - at);
      resource(SYSTEM_MEMORY, section.address(), section.memorySize());
      at = section.address() + section.memorySize();
    }
    resource(MEMORY_UNACCEPTED, at, ram - at);
    header(END, END_LENGTH);
    hob.putLong(HANDOFF_LENGTH - Long.BYTES, address + hob.position());
    return hob.array();
  }

  private ByteBuffer header(int type, int length) throws TdvfException {
    if (hob.remaining() < length) {
      throw new TdvfException("the TD_HOB section is too small for the list of RAM");
    }
    return hob.putShort((short) type).putShort((short) length).putInt(0);
  }

  /** The owner's GUID stays zero. */
  private void resource(int type, long start, long length) throws TdvfException {
    if (length != 0) {
      header(RESOURCE, RESOURCE_LENGTH).putLong(0).putLong(0);
      hob.putInt(type).putInt(ATTRIBUTES).putLong(start).putLong(length);
    }
  }
}
