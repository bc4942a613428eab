package seamtape.workload.tdvf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import seamtape.workload.tdvf.TdvfSection.Type;

/**
 * A firmware image with TDVF metadata, as OVMF has it: found from the end of the image as QEMU
 * finds it, and held to QEMU's rules; beyond them, sections must lie inside the image.
 */
public final class TdvfImage {
  private static final UUID FOOTER = UUID.fromString("96b582de-1fb2-45f7-baea-a366c55a082d");
  private static final UUID TDX_METADATA = UUID.fromString("e47a6535-984a-4798-865e-4685a7bf8ec2");

  /** The footer GUID starts this far from the end; the table's length stands before it. */
  private static final int FOOTER_FROM_END = 48;

  private static final int TABLE_END_FROM_END = 32;
  private static final int GUID_SIZE = 16;
  private static final int ENTRY_HEADER = GUID_SIZE + 2;
  private static final int SIGNATURE = 0x4656_4454;
  private static final int DESCRIPTOR_SIZE = 16;
  private static final int SECTION_SIZE = 32;
  private static final int MIN_SECTIONS = 2;
  private static final long FOUR_GIB = 1L << 32;

  /** Largest section that is loaded. */
  private static final long MAX_SECTION = 16 << 20;

  private final ByteBuffer image;
  private final List<TdvfSection> sections;

  private TdvfImage(byte[] bytes) throws TdvfException {
    image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    sections = read(descriptor());
  }

  /**
   * Reads an image.
   *
   * @throws TdvfException where it has no metadata, or metadata that QEMU refuses, or a section
   *     that points out of the image
   */
  public static TdvfImage of(byte[] bytes) throws TdvfException {
    return new TdvfImage(bytes);
  }

  /** In the order of the metadata, which is the order in which they are loaded and measured. */
  public List<TdvfSection> sections() {
    return sections;
  }

  /** The bytes of the image. */
  public byte[] bytes() {
    return image.array();
  }

  /** Guest physical address of the first byte: the last one is at 0xFFFFFFFF. */
  public long base() {
    return FOUR_GIB - image.capacity();
  }

  /** Address of the TD_HOB section, which vCPUs are told in RCX; empty where there is none. */
  public OptionalLong hobAddress() {
    return sections.stream()
        .filter(section -> section.type() == Type.TD_HOB)
        .mapToLong(TdvfSection::address)
        .findFirst();
  }

  /**
   * A section as it is before the guest runs, HOBs included.
   *
   * @param ram bytes of memory from address 0
   * @throws TdvfException where the section is not where its kind belongs: in the image's place
   *     below 4 GiB, or in RAM
   */
  public byte[] content(TdvfSection section, long ram) throws TdvfException {
    long end = section.address() + section.memorySize();
    boolean inImage = section.type().inImage();
    boolean inside = inImage ? section.address() >= base() && end <= FOUR_GIB : end <= ram;
    require(
        inside && section.memorySize() <= MAX_SECTION,
        String.format(
            "%s section at 0x%x of 0x%x bytes lies outside %s",
            section.type(),
            section.address(),
            section.memorySize(),
            inImage ? "the image" : String.format("the RAM of 0x%x bytes", ram)));
    if (section.type() == Type.TD_HOB) {
      return TdHob.of(this, section, ram);
    }
    byte[] content = new byte[(int) section.memorySize()];
    image.get(section.dataOffset(), content, 0, section.rawSize());
    return content;
  }

  private int descriptor() throws TdvfException {
    int size = image.capacity();
    if (size < FOOTER_FROM_END + 2 || !guid(size - FOOTER_FROM_END).equals(FOOTER)) {
      throw new TdvfException("no TDX metadata: the image has no table of GUIDs at its end");
    }
    int fromEnd =
        entry(TDX_METADATA)
            .orElseThrow(
                () ->
                    new TdvfException(
                        "no TDX metadata: the image's table has no entry " + TDX_METADATA));
    if (fromEnd < DESCRIPTOR_SIZE || fromEnd > size) {
      throw new TdvfException(
          String.format(
              "TDX metadata starts 0x%x bytes before the end, outside the image", fromEnd));
    }
    return size - fromEnd;
  }

  /** The 32-bit data of an entry of the table, which is read backwards. */
  private OptionalInt entry(UUID wanted) {
    int at = image.capacity() - FOOTER_FROM_END - 2;
    int tableLength = image.getShort(at) & 0xffff;
    int start = Math.max(0, image.capacity() - TABLE_END_FROM_END - tableLength);
    while (at - ENTRY_HEADER >= start) {
      int length = image.getShort(at - ENTRY_HEADER) & 0xffff;
      if (length < ENTRY_HEADER || at - length < start) {
        return OptionalInt.empty();
      }
      if (guid(at - GUID_SIZE).equals(wanted) && length >= ENTRY_HEADER + 4) {
        return OptionalInt.of(image.getInt(at - length));
      }
      at -= length;
    }
    return OptionalInt.empty();
  }

  /** A GUID in its mixed-endian form. */
  private UUID guid(int at) {
    long high =
        (image.getInt(at) & 0xffff_ffffL) << 32
            | (image.getShort(at + 4) & 0xffffL) << 16
            | image.getShort(at + 6) & 0xffffL;
    return new UUID(high, Long.reverseBytes(image.getLong(at + 8)));
  }

  private List<TdvfSection> read(int at) throws TdvfException {
    int length = image.getInt(at + 4);
    int count = image.getInt(at + 12);
    if (image.getInt(at) != SIGNATURE) {
      throw new TdvfException("TDX metadata has not the signature TDVF");
    }
    if (image.getInt(at + 8) != 1) {
      throw new TdvfException("TDX metadata has version " + image.getInt(at + 8) + ", not 1");
    }
    if (count < MIN_SECTIONS || length != DESCRIPTOR_SIZE + (long) SECTION_SIZE * count) {
      throw new TdvfException(
          "TDX metadata of " + length + " bytes does not hold " + count + " sections");
    }
    if ((long) at + length > image.capacity()) {
      throw new TdvfException("TDX metadata goes beyond the end of the image");
    }
    List<TdvfSection> read = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      read.add(section(at + DESCRIPTOR_SIZE + SECTION_SIZE * i, i));
    }
    return List.copyOf(read);
  }

  private TdvfSection section(int at, int number) throws TdvfException {
    long offset = image.getInt(at) & 0xffff_ffffL;
    long raw = image.getInt(at + 4) & 0xffff_ffffL;
    long address = image.getLong(at + 8);
    long memory = image.getLong(at + 16);
    int code = image.getInt(at + 24);
    int attributes = image.getInt(at + 28);
    String name = "section " + number + " of the TDX metadata ";
    require(code >= 0 && code < Type.values().length, name + "has unsupported type " + code);
    Type type = Type.values()[code];
    require(
        ((address | memory) & (TdvfSection.PAGE_SIZE - 1)) == 0 && address >= 0 && memory > 0,
        name + "is not made of whole pages");
    require(memory <= FOUR_GIB && raw <= memory, name + "has more data than memory");
    require(type.inImage() == raw > 0, name + "(" + type + ") has raw size " + raw);
    require(
        offset + raw <= image.capacity(),
        name
            + String.format(
                "(%s) ends at 0x%x, outside the image of 0x%x bytes",
                type, offset + raw, image.capacity()));
    return new TdvfSection(
        type,
        type.inImage() ? (int) offset : 0,
        (int) raw,
        address,
        memory,
        (attributes & 1) != 0,
        (attributes & 2) != 0);
  }

  private static void require(boolean good, String otherwise) throws TdvfException {
    if (!good) {
      throw new TdvfException(otherwise);
    }
  }
}
