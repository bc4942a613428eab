package seamtape.event;

/**
 * Where the bytes of a shown field lie in an event.
 *
 * @param path as in the view: {@code kvm_regs.rip}, {@code kvm_msrs.entries[3].data}
 * @param copy index of the copy
 * @param offset bytes from the start of the copy
 * @param length bytes; may reach into the next copy where two copies touch
 */
public record FieldSpan(String path, int copy, int offset, int length) {}
