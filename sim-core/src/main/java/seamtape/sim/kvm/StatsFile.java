package seamtape.sim.kvm;

import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import seamtape.catalog.FdKind;
import seamtape.sim.kvm.Stat.Kind;

/**
 * The fd of KVM_GET_STATS_FD: header, id, descriptors and values in the binary format of the
 * kernel.
 */
final class StatsFile extends KernelFile {
  private static final int HEADER_SIZE = 24;
  private static final int NAME_SIZE = 48;
  private static final int DESCRIPTOR_SIZE = 16 + NAME_SIZE;

  private static final int VALUE_SIZE = 8;

  /** Nothing of what a VM counts is modelled: there is no shadow MMU and no TLB to flush. */
  private static final List<Stat> VM_STATS =
      List.of(
          new Stat("remote_tlb_flush", Kind.COUNTER),
          new Stat("remote_tlb_flush_requests", Kind.COUNTER),
          new Stat("mmu_shadow_zapped", Kind.COUNTER),
          new Stat("mmu_pte_write", Kind.COUNTER),
          new Stat("mmu_pde_zapped", Kind.COUNTER),
          new Stat("mmu_flooded", Kind.COUNTER),
          new Stat("mmu_recycled", Kind.COUNTER),
          new Stat("mmu_cache_miss", Kind.COUNTER),
          new Stat("mmu_unsync", Kind.INSTANT),
          new Stat("pages_4k", Kind.INSTANT),
          new Stat("pages_2m", Kind.INSTANT),
          new Stat("pages_1g", Kind.INSTANT),
          new Stat("nx_lpage_splits", Kind.INSTANT),
          new Stat("max_mmu_page_hash_collisions", Kind.PEAK),
          new Stat("max_mmu_rmap_size", Kind.PEAK));

  private final Vm vm;
  private final String link;
  private final long subject;
  private final byte[] head;
  private final Supplier<long[]> values;
  private long position;

  private StatsFile(Vm vm, String link, long subject, byte[] head, Supplier<long[]> values) {
    this.vm = vm;
    this.link = link;
    this.subject = subject;
    this.head = head;
    this.values = values;
    vm.hold();
  }

  static StatsFile ofVm(Vm vm) {
    byte[] head = head("kvm-" + vm.number, VM_STATS);
    long[] none = new long[VM_STATS.size()];
    return new StatsFile(vm, "anon_inode:kvm-vm-stats", vm.subject(), head, () -> none);
  }

  static StatsFile ofVcpu(VcpuRunner vcpu) {
    Vm vm = vcpu.vm();
    byte[] head = head("kvm-" + vm.number + "/vcpu-" + vcpu.id(), VcpuStats.ROWS);
    String link = "anon_inode:kvm-vcpu-stats:" + vcpu.id();
    Supplier<long[]> values = () -> vcpu.stats.snapshot(vcpu.running());
    return new StatsFile(vm, link, vcpu.subject(), head, values);
  }

  /** All that stands before the values. */
  private static byte[] head(String id, List<Stat> stats) {
    int descriptors = HEADER_SIZE + NAME_SIZE;
    int data = descriptors + stats.size() * DESCRIPTOR_SIZE;
    ByteBuffer out = ByteBuffer.allocate(data).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(4, NAME_SIZE).putInt(8, stats.size()).putInt(12, HEADER_SIZE);
    out.putInt(16, descriptors).putInt(20, data);
    out.put(HEADER_SIZE, id.getBytes(StandardCharsets.US_ASCII));
    int value = 0;
    for (int i = 0; i < stats.size(); i++) {
      Stat stat = stats.get(i);
      int at = descriptors + i * DESCRIPTOR_SIZE;
      out.putInt(at, stat.kind().flags).putShort(at + 4, (short) stat.kind().exponent);
      out.putShort(at + 6, (short) stat.size()).putInt(at + 8, value * VALUE_SIZE);
      out.put(at + 16, stat.name().getBytes(StandardCharsets.US_ASCII));
      value += stat.size();
    }
    return out.array();
  }

  /** kvm_stats_read: the values are those of the moment it is read. */
  @Override
  public long read(byte[] buffer) {
    long[] now = values.get();
    ByteBuffer content = ByteBuffer.allocate(head.length + now.length * VALUE_SIZE);
    content.order(ByteOrder.LITTLE_ENDIAN).put(head).asLongBuffer().put(now);
    int count = (int) Math.min(buffer.length, content.capacity() - position);
    content.get((int) position, buffer, 0, count);
    position += count;
    return count;
  }

  @Override
  public long ioctl(int request, long arg) {
    return ENOTTY.result();
  }

  @Override
  protected void release() {
    vm.drop();
  }

  @Override
  public FdKind kind() {
    return FdKind.STATS;
  }

  @Override
  public String link() {
    return link;
  }

  @Override
  public long subject() {
    return subject;
  }
}
