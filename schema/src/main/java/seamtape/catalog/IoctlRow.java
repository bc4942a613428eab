package seamtape.catalog;

import java.util.EnumSet;
import java.util.Set;

/**
 * What an ioctl row says beyond its name: number, the fds it is dispatched on, its argument. Built
 * by chaining in {@link KvmIoctl}; immutable after that by convention of the one caller.
 */
final class IoctlRow {
  /** How the argument travels. */
  enum Flow {
    /** No argument; must be 0 where the kernel checks it. */
    NONE,
    /** The argument is the value. */
    VALUE,
    /** Pointer, copied in. */
    IN,
    /** Pointer, copied out. */
    OUT,
    /** Pointer, copied in, changed and copied out. */
    IN_OUT
  }

  final int number;
  final String since;
  String capability = "";
  Set<KernelLine> lines = EnumSet.allOf(KernelLine.class);
  final Set<FdKind> on = EnumSet.noneOf(FdKind.class);
  Flow flow = Flow.NONE;
  String argument = "arg";
  Format format = Format.HEX;
  String struct = "";
  boolean arrayIn;
  boolean arrayOut;
  boolean runs;
  boolean gone;
  FdKind makes;

  private IoctlRow(int number, String since) {
    this.number = number;
    this.since = since;
  }

  static IoctlRow ioctl(int number, String since) {
    return new IoctlRow(number, since);
  }

  /** Defined by the headers of that line and the later ones; of all lines unless said. */
  IoctlRow from(KernelLine first) {
    lines = EnumSet.range(first, KernelLine.LINUX_7_3);
    return this;
  }

  IoctlRow only(KernelLine line) {
    lines = EnumSet.of(line);
    return this;
  }

  /** The capability that tells of it, as the kernel's documentation words it. */
  IoctlRow needs(String words) {
    capability = words;
    return this;
  }

  IoctlRow on(FdKind... kinds) {
    on.addAll(Set.of(kinds));
    return this;
  }

  /** The argument is the value itself. */
  IoctlRow takes(String name, Format valueFormat) {
    flow = Flow.VALUE;
    argument = name;
    format = valueFormat;
    return this;
  }

  IoctlRow reads(String structName) {
    return pointer(Flow.IN, structName);
  }

  IoctlRow writes(String structName) {
    return pointer(Flow.OUT, structName);
  }

  IoctlRow updates(String structName) {
    return pointer(Flow.IN_OUT, structName);
  }

  private IoctlRow pointer(Flow direction, String structName) {
    flow = direction;
    format = Format.ADDRESS;
    struct = structName;
    return this;
  }

  /** The struct ends in an array that the kernel reads (and writes, when it updates the struct). */
  IoctlRow arrayIn() {
    arrayIn = true;
    arrayOut = flow != Flow.IN;
    return this;
  }

  /** The struct ends in an array that the kernel only writes. */
  IoctlRow arrayOut() {
    arrayOut = true;
    return this;
  }

  IoctlRow makes(FdKind kind) {
    makes = kind;
    return this;
  }

  /** KVM_RUN: its other argument and result is the mapped struct kvm_run. */
  IoctlRow runs() {
    runs = true;
    return this;
  }

  /** Known by number, not dispatched by Linux 7.3. */
  IoctlRow gone() {
    gone = true;
    return this;
  }
}
