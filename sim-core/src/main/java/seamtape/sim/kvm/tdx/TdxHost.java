package seamtape.sim.kvm.tdx;

import seamtape.machine.NestedCalls;
import seamtape.sim.marshal.ArgsLayout;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;
import seamtape.sim.tdx.PhysicalMemory;
import seamtape.sim.tdx.TdGuest;
import seamtape.sim.tdx.TdxModule;
import seamtape.sim.tdx.TdxModuleVersion;
import seamtape.sim.tdx.TdxPlatform;

/**
 * TDX as the host's kernel has it: the module, what bring-up learnt of it, free key ids and pages.
 *
 * <p>A kernel brings the module up when kvm_intel is loaded, before there is a process to be seen.
 * Here that happens when a process first asks for what depends on it (KVM_CAP_VM_TYPES, or a VM of
 * type TDX), so that the calls stand in the recording, beneath the call that needed them.
 */
public final class TdxHost {
  public static final long KVM_X86_TDX_VM = 5;

  final TdxModule module;
  final PhysicalMemory memory;
  final SeamcallChannel seamcalls;
  final Profile profile;
  final CpuModel cpu;
  private final boolean[] keyIdTaken;
  private boolean triedBringUp;
  private final TdGuest guest;

  /** Null until bring-up succeeded. */
  private TdxSysInfo info;

  private TdxHost(
      Profile profile, CpuModel cpu, String version, long seed, NestedCalls nested, TdGuest guest) {
    TdxPlatform platform = TdxPlatform.model();
    this.profile = profile;
    this.cpu = cpu;
    this.guest = guest;
    memory = new PhysicalMemory(platform.cmrs());
    module = new TdxModule(TdxModuleVersion.of(version), platform, cpu, memory, seed, guest);
    seamcalls = new SeamcallChannel(module, nested, layout(profile));
    keyIdTaken = new boolean[platform.privateKeyIds()];
    // The first private key id is the global one, the module's own.
    keyIdTaken[0] = true;
  }

  /** TDX of a machine; null on a host whose KVM cannot run TDs. */
  public static TdxHost of(
      Profile profile, CpuModel cpu, String version, long seed, NestedCalls nested, TdGuest guest) {
    return profile.tdxHost() && cpu.intel()
        ? new TdxHost(profile, cpu, version, seed, nested, guest)
        : null;
  }

  /** The struct of module calls in a profile. */
  public static ArgsLayout layout(Profile profile) {
    return profile.regindex() ? ArgsLayout.TDX_MODULE_ARGS_REGINDEX : ArgsLayout.TDX_MODULE_ARGS;
  }

  /** Calls from here on are made for a thread of the VMM. */
  public void serve(int tid) {
    seamcalls.serve(tid);
    guest.serve(tid);
  }

  /** What is done at the end of the process is nobody's call. */
  public void serveNobody() {
    seamcalls.serve(SeamcallChannel.NOBODY);
    guest.serve(SeamcallChannel.NOBODY);
  }

  /** Brings the module up if nobody has tried, and says whether VMs can be TDs. */
  public boolean offersTds() {
    if (!triedBringUp) {
      triedBringUp = true;
      info = new TdxBringUp(this).run();
    }
    return info != null;
  }

  TdxSysInfo info() {
    return info;
  }

  /** The host's physical memory. */
  public PhysicalMemory memory() {
    return memory;
  }

  public TdxModule module() {
    return module;
  }

  /** Guest instructions that the next guest entry may execute. */
  public void budget(long instructions) {
    guest.budget(instructions);
  }

  /** Guest instructions that the last guest entry has executed. */
  public long executed() {
    return guest.executed();
  }

  public SeamcallChannel seamcalls() {
    return seamcalls;
  }

  /** The logical processor that a thread runs on: threads are pinned, as by taskset. */
  int lp(int tid) {
    return Math.floorMod(tid, module.platform().lps());
  }

  /** The logical processor of the thread that is being served. */
  int lp() {
    return lp(seamcalls.tid());
  }

  int globalKeyId() {
    return module.platform().firstPrivateKeyId();
  }

  /** The lowest free key id for a TD (tdx_guest_keyid_alloc); -1 when all are taken. */
  int allocateKeyId() {
    for (int i = 0; i < keyIdTaken.length; i++) {
      if (!keyIdTaken[i]) {
        keyIdTaken[i] = true;
        return globalKeyId() + i;
      }
    }
    return -1;
  }

  void freeKeyId(int keyId) {
    keyIdTaken[keyId - globalKeyId()] = false;
  }
}
