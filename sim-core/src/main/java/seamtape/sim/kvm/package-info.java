/**
 * KVM: file descriptors and the three layers of ioctl dispatch, virtual machines, KVM_RUN. A
 * handler checks everything, then changes state; an error is a negative errno and changes nothing.
 */
package seamtape.sim.kvm;
