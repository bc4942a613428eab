package seamtape.sim.kvm.mem;

/**
 * What the checks of memory slots depend on.
 *
 * @param addressSpaces 2 with SMM, else 1
 * @param flags KVM_MEM_* flags that slots of the VM may have
 * @param maxGfn last guest frame number that the MMU can map
 */
public record MemoryRules(int addressSpaces, int flags, long maxGfn) {}
