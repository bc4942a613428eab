package seamtape.sim.marshal;

import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Field;

/**
 * The fields of a call that are registers, as the recording wants them: arrays of the row's length,
 * made once a row and filled again for each call.
 */
public final class LeafFields {
  /** A field that is no register: a cost. */
  private static final int OTHER = -1;

  private final Call row;
  private final int[] inRegisters;
  private final int[] outRegisters;

  public final long[] in;
  public final long[] out;

  /**
   * @param result register that the field {@code ret} shows
   */
  public LeafFields(Call row, int result) {
    this.row = row;
    inRegisters = registers(row.in(), result);
    outRegisters = registers(row.out(), result);
    in = new long[inRegisters.length];
    out = new long[outRegisters.length];
  }

  private static int[] registers(List<Field> fields, int result) {
    int[] registers = new int[fields.size()];
    for (int i = 0; i < registers.length; i++) {
      String name = fields.get(i).name();
      registers[i] = name.equals("ret") ? result : Gpr.number(name);
    }
    return registers;
  }

  public Call row() {
    return row;
  }

  public long[] in(long[] cpu) {
    return fill(in, inRegisters, in, cpu);
  }

  /**
   * As {@link #in(long[])}, into another array.
   *
   * @param into {@link seamtape.machine.NestedCalls#fields}; null for the array of this row
   */
  public long[] in(long[] cpu, long[] into) {
    return fill(in, inRegisters, into == null ? in : into, cpu);
  }

  /** Costs are as the caller set them in {@link #out}. */
  public long[] out(long[] cpu) {
    return fill(out, outRegisters, out, cpu);
  }

  /** As {@link #out(long[])}, into another array; null for the one of this row. */
  public long[] out(long[] cpu, long[] into) {
    return fill(out, outRegisters, into == null ? out : into, cpu);
  }

  private static long[] fill(long[] others, int[] registers, long[] into, long[] cpu) {
    for (int i = 0; i < registers.length; i++) {
      into[i] = registers[i] == OTHER ? others[i] : cpu[registers[i]];
    }
    return into;
  }
}
