/** Writes of a guest that do not end KVM_RUN: ioeventfds and coalesced zones. */
package seamtape.sim.kvm.io;
