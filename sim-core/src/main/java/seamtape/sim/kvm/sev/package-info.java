/**
 * SEV, SEV-ES and SEV-SNP of kvm_amd: the ioctl and its commands as KVM checks them, and the
 * firmware behind them with its guests, keys, digests and packets.
 */
package seamtape.sim.kvm.sev;
