package seamtape.catalog;

import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.GPA;
import static seamtape.catalog.Format.HEX;

import java.util.ArrayList;
import java.util.List;

/**
 * Hypercalls of KVM's own interface. Number in RAX (R10 in a TD), arguments a0 to a3 in RBX, RCX,
 * RDX, RSI (R11 to R14 in a TD); the answer is in RAX (R10).
 */
public enum KvmHypercall implements Call {
  KVM_HC_VAPIC_POLL_IRQ(1, "x86", "", "Does nothing but exit, so that pending interrupts are seen"),
  KVM_HC_MMU_OP(
      2,
      "x86",
      "KVM_FEATURE_MMU_OP(2)",
      "Removed: batched MMU operations of a paravirtual guest",
      arg(HEX, "bytes of the buffer"),
      arg(HEX, "GPA of the buffer, low half"),
      arg(HEX, "GPA of the buffer, high half")),
  KVM_HC_FEATURES(3, "ppc", "", "Feature bits; PowerPC only"),
  KVM_HC_PPC_MAP_MAGIC_PAGE(4, "ppc", "", "Map the magic page; PowerPC only"),
  KVM_HC_KICK_CPU(
      5,
      "x86",
      "KVM_FEATURE_PV_UNHALT(7)",
      "Wake a halted vCPU",
      arg(HEX, "0"),
      arg(HEX, "APIC id to wake")),
  KVM_HC_MIPS_GET_CLOCK_FREQ(6, "mips", "", "Clock frequency; MIPS only"),
  KVM_HC_MIPS_EXIT_VM(7, "mips", "", "End the VM; MIPS only"),
  KVM_HC_MIPS_CONSOLE_OUTPUT(8, "mips", "", "Write to a console; MIPS only"),
  KVM_HC_CLOCK_PAIRING(
      9,
      "x86-64",
      "CLOCKSOURCE",
      "Write wall clock and TSC of one moment to guest memory",
      arg(GPA, "struct kvm_clock_pairing, 64 bytes"),
      arg(HEX, "clock type, 0 = wall clock")),
  KVM_HC_SEND_IPI(
      10,
      "x86",
      "KVM_FEATURE_PV_SEND_IPI(11)",
      "Send an IPI to a bitmap of vCPUs",
      arg(HEX, "bitmap, low half"),
      arg(HEX, "bitmap, high half"),
      arg(DEC, "lowest APIC id of the bitmap"),
      arg(HEX, "ICR")),
  KVM_HC_SCHED_YIELD(
      11,
      "x86",
      "KVM_FEATURE_PV_SCHED_YIELD(13)",
      "Yield to a vCPU that is preempted",
      arg(DEC, "destination APIC id")),
  KVM_HC_MAP_GPA_RANGE(
      12,
      "x86",
      "KVM_FEATURE_HC_MAP_GPA_RANGE(16)",
      "Tell user space that pages become private or shared",
      arg(GPA, "4 KiB aligned"),
      arg(DEC, "number of 4 KiB pages"),
      arg(HEX, "page size (3:0), encrypted (4)")),
  /** Numbers without a row: recorded raw, never lost. */
  KVM_HC_UNKNOWN(
      UNKNOWN_NUMBER,
      "",
      "",
      "A hypercall that the catalog does not know",
      new Arg("nr", HEX, "number"));

  /** KVM_ENOSYS: the answer to a number that the host does not serve. */
  public static final long ENOSYS = 1000;

  private static final List<Field> OUT =
      List.of(Field.outcome("ret", Format.KVM_HC_RESULT, "result, or a negative KVM_E number"));

  private record Arg(String name, Format format, String doc) {}

  private final int number;
  private final String arch;
  private final String feature;
  private final String doc;
  private final List<Field> in;

  KvmHypercall(int number, String arch, String feature, String doc, Arg... args) {
    this.number = number;
    this.arch = arch;
    this.feature = feature;
    this.doc = doc;
    this.in = fields(args);
  }

  private static Arg arg(Format format, String doc) {
    return new Arg("", format, doc);
  }

  private static List<Field> fields(Arg... args) {
    List<Field> fields = new ArrayList<>();
    int next = 0;
    for (Arg arg : args) {
      String name = arg.name.isEmpty() ? "a" + next++ : arg.name;
      fields.add(Field.stimulus(name, arg.format, arg.doc));
    }
    while (next < 4) {
      fields.add(Field.stimulus("a" + next++, HEX, ""));
    }
    return List.copyOf(fields);
  }

  /** The row of a number; {@link #KVM_HC_UNKNOWN} where there is none. */
  public static KvmHypercall of(long nr) {
    boolean inRange = nr >= 0 && nr <= Integer.MAX_VALUE;
    return inRange && Catalog.byNumber(Family.KVM_HYPERCALL, (int) nr) instanceof KvmHypercall row
        ? row
        : KVM_HC_UNKNOWN;
  }

  /** The result as people read it: a number, or {@code -KVM_ENOSYS}. */
  public static String resultText(long result) {
    if (result == -ENOSYS) {
      return "-KVM_ENOSYS";
    }
    return Errno.ofResult(result)
        .map(errno -> "-KVM_" + errno.name())
        .orElse(Long.toString(result));
  }

  @Override
  public Family family() {
    return Family.KVM_HYPERCALL;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public String doc() {
    return doc;
  }

  @Override
  public List<Field> in() {
    return in;
  }

  @Override
  public List<Field> out() {
    return OUT;
  }

  @Override
  public String label() {
    return this == KVM_HC_UNKNOWN ? "KVM_HC_?" : name();
  }

  /** The architecture whose guests make this call. */
  public String arch() {
    return arch;
  }

  /** The CPUID feature that tells the guest of it, empty where none is asked for. */
  public String feature() {
    return feature;
  }
}
