package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EPERM;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.profile.CpuidEntry;
import seamtape.sim.profile.CpuidTable;

/** CPUID tables in and out: struct kvm_cpuid and struct kvm_cpuid2. */
final class CpuidIoctls {
  static final int HEADER_SIZE = 8;
  static final int OLD_ENTRY_SIZE = 24;
  static final int ENTRY_SIZE = 40;
  static final int MAX_ENTRIES = 256;

  /** XTILE_DATA: needs a permission that user space asks for with arch_prctl. */
  private static final int DYNAMIC_FEATURES = 1 << 18;

  private CpuidIoctls() {}

  static long setCpuid2(Vcpu vcpu, long arg, UserCopy user) {
    return set(vcpu, arg, user, ENTRY_SIZE);
  }

  static long setCpuid(Vcpu vcpu, long arg, UserCopy user) {
    return set(vcpu, arg, user, OLD_ENTRY_SIZE);
  }

  private static long set(Vcpu vcpu, long arg, UserCopy user, int entrySize) {
    ByteBuffer header = user.struct(arg, HEADER_SIZE);
    if (header == null) {
      return EFAULT.result();
    }
    int count = header.getInt(0);
    if (Integer.compareUnsigned(count, MAX_ENTRIES) > 0) {
      return E2BIG.result();
    }
    ByteBuffer in = user.struct(arg + HEADER_SIZE, count * entrySize);
    if (in == null) {
      return EFAULT.result();
    }
    List<CpuidEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(entrySize == ENTRY_SIZE ? entry(in, i) : oldEntry(in, i));
    }
    return set(vcpu, entries);
  }

  private static CpuidEntry entry(ByteBuffer in, int number) {
    int at = ENTRY_SIZE * number;
    return new CpuidEntry(
        in.getInt(at),
        in.getInt(at + 4),
        in.getInt(at + 8),
        in.getInt(at + 12),
        in.getInt(at + 16),
        in.getInt(at + 20),
        in.getInt(at + 24));
  }

  private static CpuidEntry oldEntry(ByteBuffer in, int number) {
    int at = OLD_ENTRY_SIZE * number;
    return new CpuidEntry(
        in.getInt(at),
        0,
        0,
        in.getInt(at + 4),
        in.getInt(at + 8),
        in.getInt(at + 12),
        in.getInt(at + 16));
  }

  /** After the vCPU ran, only the table it already has is taken. */
  private static long set(Vcpu vcpu, List<CpuidEntry> entries) {
    if (vcpu.hasRun) {
      return vcpu.cpuid.same(entries) ? 0 : EINVAL.result();
    }
    if (!linearBitsKnown(entries)) {
      return EINVAL.result();
    }
    if (wantsDynamicFeatures(entries)) {
      return EPERM.result();
    }
    vcpu.cpuid.replace(entries);
    if (vcpu.lapic != null) {
      vcpu.lapic.setVersion();
    }
    return 0;
  }

  /** 48, 57, or no linear address width at all. */
  private static boolean linearBitsKnown(List<CpuidEntry> entries) {
    for (CpuidEntry entry : entries) {
      if (entry.answers(0x8000_0008, 0)) {
        int bits = entry.eax() >> 8 & 0xff;
        return bits == 48 || bits == 57 || bits == 0;
      }
    }
    return true;
  }

  private static boolean wantsDynamicFeatures(List<CpuidEntry> entries) {
    for (CpuidEntry entry : entries) {
      if (entry.answers(0xd, 0)) {
        return (entry.eax() & DYNAMIC_FEATURES) != 0;
      }
    }
    return false;
  }

  /** Without room for the table nothing is written, not even the count. */
  static long getCpuid2(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer header = user.struct(arg, HEADER_SIZE);
    if (header == null) {
      return EFAULT.result();
    }
    if (Integer.compareUnsigned(header.getInt(0), vcpu.cpuid.size()) < 0) {
      return E2BIG.result();
    }
    return copyEntries(vcpu.cpuid.entries(), header, arg, user);
  }

  /** As {@link #getCpuid2} for a table of KVM's own. */
  static long copyOut(CpuidTable table, long arg, UserCopy user) {
    ByteBuffer header = user.struct(arg, HEADER_SIZE);
    if (header == null) {
      return EFAULT.result();
    }
    int room = header.getInt(0);
    if (Integer.compareUnsigned(room, table.entries().size()) < 0) {
      return E2BIG.result();
    }
    return copyEntries(table.entries(), header, arg, user);
  }

  private static long copyEntries(
      List<CpuidEntry> entries, ByteBuffer header, long arg, UserCopy user) {
    ByteBuffer out = Bytes.zeroed(ENTRY_SIZE * entries.size());
    for (int i = 0; i < entries.size(); i++) {
      put(entries.get(i), out, ENTRY_SIZE * i);
    }
    header.putInt(0, entries.size());
    boolean copied = user.out(arg + HEADER_SIZE, out.array()) && user.out(arg, header.array());
    return copied ? 0 : EFAULT.result();
  }

  private static void put(CpuidEntry entry, ByteBuffer out, int at) {
    out.putInt(at, entry.function());
    out.putInt(at + 4, entry.index());
    out.putInt(at + 8, entry.flags());
    out.putInt(at + 12, entry.eax());
    out.putInt(at + 16, entry.ebx());
    out.putInt(at + 20, entry.ecx());
    out.putInt(at + 24, entry.edx());
  }
}
