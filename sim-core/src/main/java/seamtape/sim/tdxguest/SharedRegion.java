package seamtape.sim.tdxguest;

import java.util.Map;
import java.util.TreeMap;

/**
 * User memory of a VM's process that the TD shares with its VMM.
 *
 * @param owner number of the VM that shared it
 * @param address of the owner, page-aligned
 * @param gpas guest physical addresses of its pages, without the SHARED bit
 * @param found addresses under which other VMs have mapped it, by their number
 */
record SharedRegion(int owner, long address, long[] gpas, Map<Integer, Long> found) {
  SharedRegion(int owner, long address, long[] gpas) {
    this(owner, address, gpas, new TreeMap<>());
  }

  long size() {
    return (long) gpas.length * TdMemory.PAGE_SIZE;
  }

  boolean admits(int vm) {
    return vm == owner || found.containsKey(vm);
  }
}
