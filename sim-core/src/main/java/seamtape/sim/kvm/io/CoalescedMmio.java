package seamtape.sim.kvm.io;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOSPC;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import seamtape.sim.kvm.Limits;

/**
 * Zones whose writes are queued in a ring page instead of ending KVM_RUN. The ring is shared by all
 * vCPUs of the VM: 8 bytes of header (first, last), then entries.
 */
public final class CoalescedMmio {
  /** sizeof(struct kvm_coalesced_mmio_zone). */
  public static final int SIZE = 16;

  private static final int HEADER_SIZE = 8;
  private static final int ENTRY_SIZE = 24;
  private static final int KVM_COALESCED_MMIO_MAX = (Limits.PAGE_SIZE - HEADER_SIZE) / ENTRY_SIZE;

  private record Zone(long address, long size, boolean pio) {
    boolean holds(long at, int length) {
      long end = address + size;
      return Long.compareUnsigned(at, address) >= 0
          && length >= 0
          && Long.compareUnsigned(at + length, at) >= 0
          && Long.compareUnsigned(at + length, end) <= 0;
    }
  }

  private final List<Zone> zones = new ArrayList<>();
  private byte[] ring;

  /** The ring page, to be mapped. */
  public byte[] ring() {
    if (ring == null) {
      ring = new byte[Limits.PAGE_SIZE];
    }
    return ring;
  }

  public boolean isEmpty() {
    return zones.isEmpty();
  }

  /** KVM_REGISTER_COALESCED_MMIO after the copy; a zone may be registered twice. */
  public long register(ByteBuffer argument) {
    if (argument.getInt(12) > 1 || argument.getInt(12) < 0) {
      return EINVAL.result();
    }
    if (zones.size() >= Limits.NR_IOBUS_DEVS) {
      return ENOSPC.result();
    }
    zones.add(zone(argument));
    return 0;
  }

  /** KVM_UNREGISTER_COALESCED_MMIO after the copy: takes out all zones inside the given one. */
  public long unregister(ByteBuffer argument) {
    if (argument.getInt(12) > 1 || argument.getInt(12) < 0) {
      return EINVAL.result();
    }
    Zone given = zone(argument);
    zones.removeIf(zone -> zone.pio == given.pio && zone.holds(given.address, (int) given.size));
    return 0;
  }

  private static Zone zone(ByteBuffer argument) {
    return new Zone(
        argument.getLong(0), Integer.toUnsignedLong(argument.getInt(8)), argument.getInt(12) != 0);
  }

  /** A guest write: true when it was queued; false outside of zones and when the ring is full. */
  public boolean write(boolean pio, long address, int length, byte[] data, int offset) {
    for (Zone zone : zones) {
      if (zone.pio == pio && zone.holds(address, length)) {
        return queue(pio, address, length, data, offset);
      }
    }
    return false;
  }

  private boolean queue(boolean pio, long address, int length, byte[] data, int offset) {
    ByteBuffer page = ByteBuffer.wrap(ring()).order(ByteOrder.LITTLE_ENDIAN);
    int first = page.getInt(0);
    int last = page.getInt(4);
    boolean damaged = Integer.compareUnsigned(last, KVM_COALESCED_MMIO_MAX) >= 0;
    if (damaged || (last + 1) % KVM_COALESCED_MMIO_MAX == first) {
      return false;
    }
    int at = HEADER_SIZE + last * ENTRY_SIZE;
    page.putLong(at, address).putInt(at + 8, length).putInt(at + 12, pio ? 1 : 0);
    page.put(at + 16, data, offset, length);
    page.putInt(4, (last + 1) % KVM_COALESCED_MMIO_MAX);
    return true;
  }
}
