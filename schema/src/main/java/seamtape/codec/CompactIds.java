package seamtape.codec;

import seamtape.event.Actor;

/**
 * Actors and subjects as they stand in an event's bytes: their bits in another order, so that the
 * first VMs and their first vCPUs, which most recordings have, take one byte each. A subject's two
 * lowest bits of the vCPU come first, the two lowest of the VM after them, then the rest of the
 * vCPU's and of the VM's. An actor's kind stays below these; a thread's id stays as it is.
 */
final class CompactIds {
  /** Bits of the kind of an actor. */
  private static final int KIND_BITS = 2;

  private static final long KIND = (1 << KIND_BITS) - 1;

  /** All bits that change places in a subject: 13 of the vCPU, the lowest two of the VM. */
  private static final long MOVED = 0x7fff;

  private static final long VCPU_LOW = 3;
  private static final long VCPU_HIGH = 0x1ffc;
  private static final long VM_LOW = 0xc;

  private CompactIds() {}

  /** The number that stands for an {@link Actor}. */
  static long actor(long actor) {
    return Actor.isVmm(actor) ? actor : subject(actor >> KIND_BITS) << KIND_BITS | actor & KIND;
  }

  /** The actor that a number stands for. */
  static long actorOf(long code) {
    return Actor.isVmm(code) ? code : subjectOf(code >> KIND_BITS) << KIND_BITS | code & KIND;
  }

  /** The number that stands for a {@link seamtape.event.Subject}. */
  static long subject(long subject) {
    return subject & ~MOVED
        | subject & VCPU_LOW
        | subject >>> 11 & VM_LOW
        | (subject & VCPU_HIGH) << 2;
  }

  /** The subject that a number stands for. */
  static long subjectOf(long code) {
    return code & ~MOVED | code & VCPU_LOW | (code & VM_LOW) << 11 | code >>> 2 & VCPU_HIGH;
  }
}
