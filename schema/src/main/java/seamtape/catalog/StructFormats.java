package seamtape.catalog;

import java.util.Set;

/**
 * How numbers in structs are written: registers, addresses and masks in hex, counts and sizes in
 * decimal, kinds and flags by name ({@link StructSymbols}).
 */
public final class StructFormats {
  /** 64-bit fields that count or measure; all others of that size are hex. */
  private static final Set<String> DECIMAL_WIDE =
      Set.of(
          "memory_size",
          "size",
          "len",
          "n",
          "npages",
          "nr_pages",
          "clock",
          "realtime",
          "host_tsc",
          "count_load_time",
          "preemption_timer_deadline",
          "state",
          "state_entry_time",
          "time_running",
          "time_runnable",
          "time_blocked",
          "time_offline",
          "expires_ns",
          "vector");

  /** Narrower fields that are registers, addresses or masks; all others are decimal. */
  private static final Set<String> HEX_NARROW =
      Set.of(
          "flags",
          "function",
          "index",
          "eax",
          "ebx",
          "ecx",
          "edx",
          "address_lo",
          "address_hi",
          "data",
          "devid",
          "msr",
          "base",
          "limit",
          "selector",
          "port",
          "error_code",
          "control",
          "conn_id",
          "policy",
          "attributes",
          "fixed_counter_bitmap",
          "ioregsel",
          "irr",
          "imr",
          "isr",
          "last_irr",
          "elcr",
          "elcr_mask",
          "fcw",
          "fsw",
          "ftwx",
          "last_opcode",
          "mxcsr",
          "region",
          "extra",
          "xen_version",
          "exception");

  private static final Set<String> MSR_FIELDS =
      Set.of(
          "kvm_msr_entry.index",
          "kvm_msr_list.indices",
          "kvm_run.msr.index",
          "kvm_hyperv_exit.u.synic.msr",
          "kvm_hyperv_exit.u.syndbg.msr");

  /** Decimal although their name says otherwise. */
  private static final Set<String> DECIMAL =
      Set.of(
          "kvm_debug_exit_arch.exception",
          "kvm_run.ex.exception",
          "kvm_xen_hvm_attr.u.evtchn.send_port");

  private StructFormats() {}

  /** The format of a field, named as in its {@link StructLayout}; symbols come before it. */
  public static Format of(String struct, StructField field) {
    String path = struct + "." + field.name();
    if (MSR_FIELDS.contains(path)) {
      return Format.MSR;
    }
    if (path.equals("kvm_enable_cap.cap")) {
      return Format.CAPABILITY;
    }
    if (path.equals("kvm_run.exit_reason")) {
      return Format.EXIT_REASON;
    }
    if (path.equals("kvm_tdx_cmd.hw_error")) {
      return Format.TDX_STATUS;
    }
    return decimal(path, field) ? Format.DEC : Format.HEX;
  }

  private static boolean decimal(String path, StructField field) {
    if (DECIMAL.contains(path) || field.signed()) {
      return true;
    }
    String name = field.name().substring(field.name().lastIndexOf('.') + 1);
    boolean wide = field.elementSize() == 8;
    return wide ? DECIMAL_WIDE.contains(name) : !HEX_NARROW.contains(name);
  }

  /** The value as JSON carries it: a number, or a String where it is hex or has a name. */
  public static Object value(String struct, StructField field, long number) {
    return FieldText.of(struct, field).value(number);
  }

  /** True for fields that only fill space, which are left out where they are 0. */
  static boolean fills(StructField field) {
    String name = field.name().substring(field.name().lastIndexOf('.') + 1);
    return name.matches("(pad|padding|reserved?|dummy)\\d*");
  }
}
