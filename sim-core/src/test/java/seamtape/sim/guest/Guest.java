package seamtape.sim.guest;

import seamtape.workload.asm.Assembler;

/** A vCPU with 64 KiB of memory that starts real-mode code at 0x1000. */
final class Guest {
  static final int START = 0x1000;
  final TestBus bus = new TestBus().map(0, 0x10000);
  final CpuState cpu = new CpuState();
  final Interpreter interpreter = new Interpreter(cpu, bus);
  final GuestExit exit = interpreter.exit();

  Guest(String... lines) {
    cpu.segments[CpuState.CS].selector = 0;
    cpu.segments[CpuState.CS].base = 0;
    cpu.gpr[CpuState.RDX] = 0;
    cpu.gpr[CpuState.RSP] = 0x8000;
    cpu.rip = START;
    code(START, lines);
  }

  Guest code(int at, String... lines) {
    bus.write(at, Assembler.program(String.join("\n", lines), at).bytes());
    return this;
  }

  /** Sets the IVT entry to 0:offset. */
  Guest vector(int number, int offset) {
    bus.write(4 * number, (byte) offset, (byte) (offset >> 8), (byte) 0, (byte) 0);
    return this;
  }

  GuestExit.Kind run() {
    return interpreter.run(1_000_000);
  }

  long word(int gpa) {
    return GuestMemory.assemble(bus.read(gpa, 2), 0, 2);
  }

  long ax() {
    return cpu.gpr[CpuState.RAX] & 0xffff;
  }
}
