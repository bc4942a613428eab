package seamtape.sim;

import seamtape.machine.MachineSpec;

/** Where a storm gets its machines, and what it tells of them: run as they are, or recorded. */
public interface Machines {
  TestMachine next(MachineSpec spec);

  /** No call on it comes any more. */
  void done(TestMachine machine);

  /** Calls inside calls that the machines have made so far. */
  long nestedCalls();
}
