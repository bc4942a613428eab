package seamtape.sim.coverage;

import seamtape.catalog.FdKind;
import seamtape.catalog.TdxCommand;
import seamtape.machine.NestedCalls;

/**
 * Asks a TD for each command of KVM_MEMORY_ENCRYPT_OP, in its life. A command has behaviour when
 * its answer differs from that to a number nobody knows.
 */
final class TdxProbe {
  private static final long UNREADABLE = 8;
  private static final int UNKNOWN = 99;

  private TdxProbe() {}

  /** True where a machine of the profile serves a command. */
  static boolean answers(TdxCommand row, String profile) {
    try (ProbedTd td = new ProbedTd(profile, NestedCalls.NONE)) {
      return td.vm >= 0 && answers(row, td);
    }
  }

  private static boolean answers(TdxCommand row, ProbedTd td) {
    if (row != TdxCommand.KVM_TDX_INIT_VM && row != TdxCommand.KVM_TDX_CAPABILITIES) {
      td.initialize();
    }
    if (row == TdxCommand.KVM_TDX_INIT_MEM_REGION) {
      td.command(td.vcpu, TdxCommand.KVM_TDX_INIT_VCPU.id(), 0);
    }
    int fd = row.on() == FdKind.VCPU ? td.vcpu : td.vm;
    long unknown = td.command(fd, UNKNOWN, UNREADABLE);
    return td.command(fd, row.id(), UNREADABLE) != unknown
        || td.command(fd, row.id(), ProbedTd.STRUCT) != unknown;
  }
}
