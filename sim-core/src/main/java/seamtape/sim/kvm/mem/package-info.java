/** Guest memory: slots, dirty logs, guest_memfd. */
package seamtape.sim.kvm.mem;
