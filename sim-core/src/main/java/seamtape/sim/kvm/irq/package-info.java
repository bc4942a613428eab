/** Interrupts of a VM: the chips in the kernel, GSI routing, messages, irqfds, the i8254. */
package seamtape.sim.kvm.irq;
