package seamtape.sim.coverage;

import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.machine.NestedCalls;

/**
 * Asks VMs of a machine with SEV for each command of KVM_MEMORY_ENCRYPT_OP. A command has behaviour
 * when its answer, or what it says of the firmware, differs from that to an id nobody knows.
 */
final class SevProbe {
  /** Ids that nobody knows; SNP VMs refuse those below 100 for that alone. */
  private static final int UNKNOWN = 99;

  private static final int UNKNOWN_OF_SNP = 199;
  private static final long UNREADABLE = 8;
  private static final long DATA = ProbedVm.ARG + 0x1000;
  private static final int ERROR = 16;
  private static final int KEEP = 0x5a5a;
  private static final int SNP_VM = 4;

  private final ProbedVm machine;
  private final int sevFd;

  private SevProbe(ProbedVm machine) {
    this.machine = machine;
    sevFd = (int) machine.machine.open(ProbedVm.TID, "/dev/sev", 2);
  }

  /** True where a machine of the profile serves a command. */
  static boolean answers(SevCommand row, String profile) {
    try (ProbedVm machine = new ProbedVm(profile, "amd", NestedCalls.NONE)) {
      SevProbe probe = new SevProbe(machine);
      machine.vm(0);
      boolean fresh = probe.differs(row);
      machine.vm(0);
      probe.command(SevCommand.KVM_SEV_INIT.id(), 0);
      boolean begun = probe.differs(row);
      machine.vm(SNP_VM);
      boolean snp = machine.vm >= 0 && probe.snp(row);
      return fresh || begun || snp;
    }
  }

  private boolean snp(SevCommand row) {
    command(SevCommand.KVM_SEV_INIT2.id(), DATA);
    return differs(row);
  }

  private boolean differs(SevCommand row) {
    int unknown = row.id() > UNKNOWN ? UNKNOWN_OF_SNP : UNKNOWN;
    return !command(row.id(), UNREADABLE).equals(command(unknown, UNREADABLE))
        || !command(row.id(), DATA).equals(command(unknown, DATA));
  }

  /** The result, and what the firmware is said to have answered. */
  private String command(int id, long data) {
    machine.clear();
    machine.store(ProbedVm.ARG, 4, id);
    machine.store(ProbedVm.ARG + 8, 8, data);
    machine.store(ProbedVm.ARG + ERROR, 4, KEEP);
    machine.store(ProbedVm.ARG + 20, 4, sevFd);
    long result = machine.ioctl(machine.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, ProbedVm.ARG);
    return result + " " + machine.number(ProbedVm.ARG + ERROR, 4);
  }
}
