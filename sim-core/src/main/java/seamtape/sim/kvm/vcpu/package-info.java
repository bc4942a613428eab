/** The state of one vCPU, and every ioctl of a vCPU fd but KVM_RUN. */
package seamtape.sim.kvm.vcpu;
