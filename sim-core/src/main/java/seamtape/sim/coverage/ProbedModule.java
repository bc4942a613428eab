package seamtape.sim.coverage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.Simulator;

/** A machine whose TDX module is called through /dev/seamcall; keeps what each leaf answered. */
final class ProbedModule implements AutoCloseable {
  /** Threads that run on the logical processors 0 to 7 of the model machine. */
  static final int LPS = 8;

  private static final long ARGS = 0x1000_0000L;
  private static final long CONTENT = ARGS + 0x1000;
  private static final int BYTES = 0x2000;
  private static final int PAGE = 0x1000;
  private static final int ARGS_BYTES = 56;
  private static final int SLICE = 1000;
  private static final int LEAF_VERSION = 16;

  private final PagedMemory memory = new PagedMemory();
  private final Machine machine;
  private final int device;
  private final Map<Seamcall, Set<Long>> answers = new EnumMap<>(Seamcall.class);
  private final ByteBuffer args = ByteBuffer.allocate(ARGS_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Of the thread that makes the next calls. */
  int lp;

  ProbedModule(String profile, String module) {
    MachineSpec spec = new MachineSpec(profile, "intel", module, "bare", 1, false);
    machine = new Simulator().create(spec, memory, NestedCalls.NONE);
    memory.map(ARGS, BYTES);
    device = (int) machine.open(LPS, "/dev/seamcall", 2);
  }

  /** False on a kernel without TDX for VMs, which has no such device. */
  boolean open() {
    return device >= 0;
  }

  /** The host physical address of a page with this content. */
  long page(byte[] content) {
    memory.write(CONTENT, new byte[PAGE], 0, PAGE);
    memory.write(CONTENT, content, 0, content.length);
    args.clear().putLong(0, 0).putLong(8, CONTENT);
    ioctl(KvmIoctl.SEAMCALL_PAGE);
    return args.getLong(0);
  }

  long page() {
    return page(new byte[0]);
  }

  /** Calls version 0 of a leaf with RCX, RDX, R8 to R11; the status. */
  long call(Seamcall leaf, long... operands) {
    return version(0, leaf, operands);
  }

  long version(int version, Seamcall leaf, long... operands) {
    args.clear().put(new byte[ARGS_BYTES]);
    boolean loader = leaf.name().startsWith("SEAMLDR");
    long number = leaf.number() & 0xffff;
    args.putLong(0, loader ? 1L << 63 | number : number | (long) version << LEAF_VERSION);
    for (int i = 0; i < operands.length; i++) {
      args.putLong(8 + 8 * i, operands[i]);
    }
    ioctl(KvmIoctl.SEAMCALL);
    answers.computeIfAbsent(leaf, row -> new TreeSet<>()).add(args.getLong(0));
    return args.getLong(0);
  }

  /** RDX after the last call. */
  long rdx() {
    return args.getLong(16);
  }

  private void ioctl(KvmIoctl row) {
    memory.write(ARGS, args.array(), 0, ARGS_BYTES);
    int thread = LPS + lp;
    long result = machine.ioctl(thread, device, row.number(), ARGS, SLICE);
    while (result == Machine.IN_PROGRESS) {
      result = machine.resume(thread, SLICE);
    }
    memory.read(ARGS, args.array(), 0, ARGS_BYTES);
  }

  /** True where one of the answers was no error. */
  boolean succeeded(Seamcall leaf) {
    return answers.get(leaf).stream().anyMatch(status -> status >= 0);
  }

  /** True where one of the answers was another than that to a leaf that there is not. */
  boolean dispatches(Seamcall leaf, long unknown) {
    long none = TdxStatus.TDX_SEAMCALL_VMFAILINVALID.value();
    return answers.get(leaf).stream().anyMatch(status -> status != unknown && status != none);
  }

  @Override
  public void close() {
    machine.close();
  }
}
