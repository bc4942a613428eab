/** The real /dev/kvm as a machine: system calls through JNA, user memory of this very process. */
package seamtape.recorder.live;
