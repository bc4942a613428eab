/**
 * KVM's TDX: bring-up of the module, the KVM_TDX_* commands, KVM_RUN over TDH.VP.ENTER, and the
 * private memory of TDs. Names are those of the kernel's vmx/tdx.c and of the TDX specification.
 */
package seamtape.sim.kvm.tdx;
