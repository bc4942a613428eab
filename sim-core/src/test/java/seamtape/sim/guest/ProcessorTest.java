package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.workload.asm.Assembler;

/** Results and flags against a real processor's, and against formulas in wider arithmetic. */
class ProcessorTest {
  @Test
  void computesWhatARealProcessorComputed() throws IOException {
    try (InputStream in = ProcessorTest.class.getResourceAsStream("processor.txt")) {
      List<String> lines =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
      assertTrue(lines.size() > 800);
      lines.forEach(ProcessorTest::check);
    }
  }

  private static void check(String line) {
    String[] parts = line.split(" \\| ");
    String[] after = parts[2].split(" ");
    CpuState cpu = execute(parts[0], parts[1].split(" "));
    StringBuilder got = new StringBuilder();
    for (int reg = 0; reg < 4; reg++) {
      got.append(Long.toHexString(cpu.gpr[reg])).append(' ');
    }
    got.append(Long.toHexString(cpu.rflags & Long.parseLong(after[5], 16))).append(' ');
    assertEquals(parts[2], got + after[5], line);
  }

  private static CpuState execute(String instruction, String[] before) {
    Guest guest = new Guest();
    guest.code(Guest.START, "bits 64", instruction);
    guest.cpu.cr0 |= CpuState.CR0_PE;
    guest.cpu.efer = CpuState.EFER_LMA;
    guest.cpu.segments[CpuState.CS].l = true;
    for (int reg = 0; reg < 4; reg++) {
      guest.cpu.gpr[reg] = Long.parseUnsignedLong(before[reg], 16);
    }
    guest.cpu.rflags = Long.parseLong(before[4], 16);
    assertEquals(GuestExit.Kind.BUDGET, guest.interpreter.run(1), instruction);
    return guest.cpu;
  }

  /** Carry and overflow as range checks of the exact result, which is computed in 64 bits. */
  @ParameterizedTest
  @CsvSource({"add, 1", "adc, 1", "sub, -1", "sbb, -1", "cmp, -1"})
  void setsTheFlagsOfTheExactResult(String name, int sign) {
    Random random = new Random(name.hashCode());
    byte[] code = Assembler.assemble(name + " ax, bx");
    Guest guest = new Guest();
    guest.bus.write(Guest.START, code);
    for (int n = 0; n < 20_000; n++) {
      int a = random.nextInt() & 0xffff;
      int b = random.nextInt(4) == 0 ? a : random.nextInt() & 0xffff;
      int carry = random.nextInt(2);
      guest.cpu.gpr[CpuState.RAX] = a;
      guest.cpu.gpr[CpuState.RBX] = b;
      guest.cpu.rflags = 2 | carry;
      guest.cpu.rip = Guest.START;
      guest.interpreter.run(1);
      int in = name.equals("adc") || name.equals("sbb") ? carry : 0;
      assertEquals(expected(a, b, in, sign), guest.cpu.rflags, name + " " + a + "," + b);
    }
  }

  private static long expected(int a, int b, int carry, int sign) {
    int unsigned = a + sign * (b + carry);
    int signed = (short) a + sign * ((short) b + carry);
    int low = (a & 15) + sign * ((b & 15) + carry);
    long flags = 2;
    flags |= unsigned < 0 || unsigned > 0xffff ? CpuState.CF : 0;
    flags |= signed != (short) signed ? CpuState.OF : 0;
    flags |= low < 0 || low > 15 ? CpuState.AF : 0;
    flags |= (short) unsigned == 0 ? CpuState.ZF : 0;
    flags |= (short) unsigned < 0 ? CpuState.SF : 0;
    flags |= Integer.bitCount(unsigned & 0xff) % 2 == 0 ? CpuState.PF : 0;
    return flags;
  }
}
