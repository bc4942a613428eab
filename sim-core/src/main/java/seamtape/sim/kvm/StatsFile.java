package seamtape.sim.kvm;

import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import seamtape.catalog.FdKind;

/**
 * The fd of KVM_GET_STATS_FD: header, id, descriptors and values in the binary format of the
 * kernel. What it counts is cost, which the simulator does not model: all values are 0.
 */
final class StatsFile extends KernelFile {
  private static final int HEADER_SIZE = 24;
  private static final int NAME_SIZE = 48;
  private static final int DESCRIPTOR_SIZE = 16 + NAME_SIZE;

  /** Bytes of a value; a histogram has 32 of them. */
  private static final int VALUE_SIZE = 8;

  private static final int HISTOGRAM_BUCKETS = 32;

  private static final List<String> VM_STATS =
      List.of(
          "remote_tlb_flush",
          "remote_tlb_flush_requests",
          "mmu_shadow_zapped",
          "mmu_pte_write",
          "mmu_pde_zapped",
          "mmu_flooded",
          "mmu_recycled",
          "mmu_cache_miss",
          "mmu_unsync",
          "pages_4k",
          "pages_2m",
          "pages_1g",
          "nx_lpage_splits",
          "max_mmu_page_hash_collisions",
          "max_mmu_rmap_size");

  private static final List<String> VCPU_STATS =
      List.of(
          "halt_successful_poll",
          "halt_attempted_poll",
          "halt_poll_invalid",
          "halt_wakeup",
          "halt_poll_success_ns",
          "halt_poll_fail_ns",
          "halt_wait_ns",
          "halt_poll_success_hist",
          "halt_poll_fail_hist",
          "halt_wait_hist",
          "blocking",
          "pf_taken",
          "pf_fixed",
          "pf_emulate",
          "pf_spurious",
          "pf_fast",
          "pf_mmio_spte_created",
          "pf_guest",
          "tlb_flush",
          "invlpg",
          "exits",
          "io_exits",
          "mmio_exits",
          "signal_exits",
          "irq_window_exits",
          "nmi_window_exits",
          "l1d_flush",
          "halt_exits",
          "request_irq_exits",
          "irq_exits",
          "host_state_reload",
          "fpu_reload",
          "insn_emulation",
          "insn_emulation_fail",
          "hypercalls",
          "irq_injections",
          "nmi_injections",
          "req_event",
          "nested_run",
          "directed_yield_attempted",
          "directed_yield_successful",
          "preemption_reported",
          "preemption_other",
          "guest_mode",
          "notify_window_exits");

  private final Vm vm;
  private final String link;
  private final long subject;
  private final byte[] content;
  private int position;

  private StatsFile(Vm vm, String link, long subject, byte[] content) {
    this.vm = vm;
    this.link = link;
    this.subject = subject;
    this.content = content;
    vm.hold();
  }

  static StatsFile ofVm(Vm vm) {
    byte[] content = content("kvm-" + vm.number, VM_STATS);
    return new StatsFile(vm, "anon_inode:kvm-vm-stats", vm.subject(), content);
  }

  static StatsFile ofVcpu(VcpuRunner vcpu) {
    Vm vm = vcpu.vm();
    byte[] content = content("kvm-" + vm.number + "/vcpu-" + vcpu.id(), VCPU_STATS);
    String link = "anon_inode:kvm-vcpu-stats:" + vcpu.id();
    return new StatsFile(vm, link, vcpu.subject(), content);
  }

  private static byte[] content(String id, List<String> names) {
    int descriptors = HEADER_SIZE + NAME_SIZE;
    int data = descriptors + names.size() * DESCRIPTOR_SIZE;
    int values = names.stream().mapToInt(StatsFile::buckets).sum();
    ByteBuffer out = ByteBuffer.allocate(data + values * VALUE_SIZE);
    out.order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(4, NAME_SIZE).putInt(8, names.size()).putInt(12, HEADER_SIZE);
    out.putInt(16, descriptors).putInt(20, data);
    out.put(HEADER_SIZE, id.getBytes(StandardCharsets.US_ASCII));
    int value = 0;
    for (int i = 0; i < names.size(); i++) {
      int at = descriptors + i * DESCRIPTOR_SIZE;
      out.putShort(at + 6, (short) buckets(names.get(i)));
      out.putInt(at + 8, value * VALUE_SIZE);
      out.put(at + 16, names.get(i).getBytes(StandardCharsets.US_ASCII));
      value += buckets(names.get(i));
    }
    return out.array();
  }

  private static int buckets(String name) {
    return name.endsWith("_hist") ? HISTOGRAM_BUCKETS : 1;
  }

  @Override
  public long read(byte[] buffer) {
    int count = Math.min(buffer.length, content.length - position);
    System.arraycopy(content, position, buffer, 0, count);
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
