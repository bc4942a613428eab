package seamtape.sim.guest;

import seamtape.sim.guest.OpcodeTable.Opcode;

/** Turns the bytes at CS:RIP into an {@link Insn}; raises #UD, #GP or #PF as the processor does. */
final class Decoder {
  /** The opcode map 0F 38. */
  private static final int THREE_BYTES = 0x138;

  private static final int[] BASE16 = {3, 3, 5, 5, 6, 7, 5, 3};
  private static final int[] INDEX16 = {6, 7, 6, 7, -1, -1, -1, -1};

  private final Core core;
  final byte[] bytes = new byte[Insn.MAX_LENGTH + 1];
  int length;

  private long ip;
  private Insn insn;
  private int defaultSize;
  private boolean operandPrefix;
  private boolean addressPrefix;
  private int segmentPrefix;
  private int rex;
  private int modrm;

  Decoder(Core core) {
    this.core = core;
  }

  Insn decode(long rip) {
    ip = rip;
    length = 0;
    insn = new Insn();
    defaultSize = core.codeSize;
    int opcode = prefixes();
    int number = opcode == 0x0f ? 0x100 | next() : opcode;
    sizes();
    Opcode row;
    if (number == THREE_BYTES) {
      row = threeBytes(next());
    } else {
      modrm = OpcodeTable.hasModrm(number) ? next() : 0;
      row = row(number);
    }
    if (row == null) {
      insn.op = Op.UNSUPPORTED;
      return insn;
    }
    apply(row, number);
    insn.length = length;
    remember();
    return insn;
  }

  private int prefixes() {
    operandPrefix = false;
    addressPrefix = false;
    segmentPrefix = -1;
    rex = 0;
    while (true) {
      int b = next();
      switch (b) {
        case 0x26, 0x2e, 0x36, 0x3e -> segmentPrefix = b >> 3 & 3;
        case 0x64, 0x65 -> segmentPrefix = b - 0x60;
        case 0x66 -> operandPrefix = true;
        case 0x67 -> addressPrefix = true;
        case 0xf0 -> insn.lock = true;
        case 0xf2, 0xf3 -> insn.rep = b;
        default -> {
          if (defaultSize != 8 || b >> 4 != 4) {
            return b;
          }
          rex = b;
          int after = next();
          if (!isPrefix(after)) {
            return after;
          }
          // A REX that another prefix follows has no effect.
          rex = 0;
          length--;
        }
      }
    }
  }

  private boolean isPrefix(int b) {
    return b >> 4 == 4
        || (b & 0xe7) == 0x26
        || b >= 0x64 && b <= 0x67
        || b == 0xf0
        || b == 0xf2
        || b == 0xf3;
  }

  private void sizes() {
    insn.addressSize =
        switch (defaultSize) {
          case 2 -> addressPrefix ? 4 : 2;
          case 4 -> addressPrefix ? 2 : 4;
          default -> addressPrefix ? 4 : 8;
        };
    if ((rex & 8) != 0) {
      insn.opSize = 8;
    } else {
      insn.opSize = (defaultSize == 2) != operandPrefix ? 2 : 4;
    }
  }

  /** Instructions of 0F 38 with a memory operand that a processor executes and KVM does not. */
  private Opcode threeBytes(int third) {
    Opcode found = null;
    if (third == 0x82 && operandPrefix && insn.rep == 0) {
      found = INVPCID;
    } else if (third == 0xf8 && insn.rep == 0xf2) {
      found = ENQCMD;
    }
    modrm = found == null ? 0 : next();
    return modrm < 0xc0 ? found : null;
  }

  private Opcode row(int number) {
    if (number == 0x63) {
      return defaultSize == 8 ? MOVSXD : null;
    }
    if (number == 0x101 && modrm >= 0xc0) {
      if (insn.rep != 0) {
        Opcode prefixed = prefixed(modrm, insn.rep);
        if (prefixed != null) {
          return prefixed;
        }
      }
      Opcode plain = plain(modrm);
      if (plain != null && (plain != TDCALL || operandPrefix)) {
        return plain;
      }
    }
    if (number == 0x90 && (rex & 1) != 0) {
      return XCHG;
    }
    return OpcodeTable.row(number, modrm >> 3 & 7, modrm >= 0xc0);
  }

  /** Instructions of 0F 01 that have no operands; null for the others. */
  private static Opcode plain(int modrm) {
    return switch (modrm) {
      case 0xc1 -> VMCALL;
      case 0xc5 -> PCONFIG;
      case 0xc8 -> MONITOR;
      case 0xc9 -> MWAIT;
      case 0xcc -> TDCALL;
      case 0xd1 -> XSETBV;
      case 0xd9 -> VMMCALL;
      case 0xf9 -> RDTSCP;
      default -> null;
    };
  }

  /** Instructions of 0F 01 that F2 or F3 makes others; null where it makes none. */
  private static Opcode prefixed(int modrm, int prefix) {
    return switch (modrm) {
      case 0xd9 -> VMGEXIT;
      case 0xfe -> prefix == 0xf3 ? RMPADJUST : null;
      case 0xff -> prefix == 0xf2 ? PVALIDATE : null;
      default -> null;
    };
  }

  private static Opcode plain(Op op) {
    return new Opcode(op, new String[0], false, false, false);
  }

  private static final Opcode MOVSXD =
      new Opcode(Op.MOVSX, new String[] {"Gv", "Ed"}, false, false, false);
  private static final Opcode VMCALL = plain(Op.VMCALL);
  private static final Opcode VMGEXIT = plain(Op.VMGEXIT);
  private static final Opcode PVALIDATE = plain(Op.PVALIDATE);
  private static final Opcode RMPADJUST = plain(Op.RMPADJUST);
  private static final Opcode TDCALL = plain(Op.TDCALL);
  private static final Opcode VMMCALL = plain(Op.VMMCALL);
  private static final Opcode XSETBV = plain(Op.XSETBV);
  private static final Opcode MONITOR = plain(Op.MONITOR);
  private static final Opcode MWAIT = plain(Op.MWAIT);
  private static final Opcode PCONFIG = plain(Op.PCONFIG);
  private static final Opcode RDTSCP = plain(Op.RDTSCP);
  private static final Opcode INVPCID =
      new Opcode(Op.INVPCID, new String[] {"M"}, false, false, false);
  private static final Opcode ENQCMD =
      new Opcode(Op.ENQCMD, new String[] {"M"}, false, false, false);
  private static final Opcode XCHG =
      new Opcode(Op.XCHG, new String[] {"Zv", "rAX"}, false, false, false);

  private void apply(Opcode row, int number) {
    insn.op = row.op;
    insn.condition = number & 15;
    if (row.defaults64 && defaultSize == 8) {
      insn.opSize = operandPrefix && !isNearBranch(row.op) ? 2 : 8;
    }
    // MOV to and from CRn and DRn names registers whatever modrm.mod says.
    boolean hasModrm = number == THREE_BYTES || OpcodeTable.hasModrm(number);
    if (hasModrm && modrm < 0xc0 && row.op != Op.MOVCR) {
      memoryOperand();
    }
    for (int i = 0; i < row.operands.length; i++) {
      operand(i, row.operands[i], number);
    }
    if (row.invalidInLongMode && defaultSize == 8) {
      insn.op = Op.UD;
    }
    if (insn.lock && !(row.lock && insn.kind0 == Insn.MEM)) {
      insn.op = Op.UD;
    }
    if (insn.kind0 == Insn.SREG && insn.op == Op.MOV && insn.reg0 == CpuState.CS) {
      insn.op = Op.UD;
    }
    if ((insn.kind0 == Insn.SREG && insn.reg0 > 5) || (insn.kind1 == Insn.SREG && insn.reg1 > 5)) {
      insn.op = Op.UD;
    }
  }

  private static boolean isNearBranch(Op op) {
    return op.group == Op.Group.BRANCHES;
  }

  private void operand(int position, String notation, int number) {
    int rexR = (rex & 4) << 1;
    int rexB = (rex & 1) << 3;
    switch (notation) {
      case "ES", "CS", "SS", "DS", "FS", "GS" ->
          insn.operand(position, Insn.SREG, "ES CS SS DS FS GS".indexOf(notation) / 3, 2);
      case "AL" -> insn.operand(position, Insn.REG, CpuState.RAX, 1);
      case "CL" -> insn.operand(position, Insn.REG, CpuState.RCX, 1);
      case "DX" -> insn.operand(position, Insn.REG, CpuState.RDX, 2);
      case "rAX" -> insn.operand(position, Insn.REG, CpuState.RAX, insn.opSize);
      case "eAX" -> insn.operand(position, Insn.REG, CpuState.RAX, Math.min(insn.opSize, 4));
      case "1" -> immediate(position, 1, 1);
      case "b", "v", "z" -> insn.operand(position, Insn.NONE, 0, size(notation.charAt(0)));
      case "M", "Mp" -> {
        if (modrm >= 0xc0) {
          insn.op = Op.UD;
        }
        insn.operand(position, Insn.MEM, 0, insn.opSize);
      }
      case "Ap" -> {
        insn.operand(position, Insn.FAR, 0, insn.opSize);
        insn.imm = bytes(insn.opSize);
        insn.imm2 = bytes(2);
      }
      case "Ie" -> insn.imm2 = next();
      case "Is" -> immediate(position, (byte) next(), insn.opSize);
      case "Iz" -> immediate(position, signed(Math.min(insn.opSize, 4)), insn.opSize);
      case "Jb", "Jz" -> {
        insn.operand(position, Insn.REL, 0, insn.opSize);
        insn.imm = notation.equals("Jb") ? (byte) next() : signed(Math.min(insn.opSize, 4));
      }
      default -> {
        int size = size(notation.charAt(1));
        switch (notation.charAt(0)) {
          case 'E' -> {
            if (modrm < 0xc0) {
              boolean word = insn.op == Op.SMSW || insn.op == Op.MOV && number == 0x8c;
              insn.operand(position, Insn.MEM, 0, word ? 2 : size);
            } else {
              register(position, (modrm & 7) | rexB, size);
            }
          }
          case 'G' -> register(position, (modrm >> 3 & 7) | rexR, size);
          case 'R' -> register(position, (modrm & 7) | rexB, size);
          case 'Z' -> register(position, (number & 7) | rexB, size);
          case 'S' -> insn.operand(position, Insn.SREG, modrm >> 3 & 7, 2);
          case 'C' -> insn.operand(position, Insn.CR, (modrm >> 3 & 7) | rexR, size);
          case 'D' -> insn.operand(position, Insn.DR, (modrm >> 3 & 7) | rexR, size);
          case 'I' -> immediate(position, bytes(size), size);
          case 'O' -> absolute(position, size);
          default -> throw new AssertionError(notation);
        }
      }
    }
  }

  private int size(char letter) {
    return switch (letter) {
      case 'b' -> 1;
      case 'w' -> 2;
      case 'd' -> 4;
      case 'q' -> 8;
      case 'v' -> insn.opSize;
      case 'z' -> Math.min(insn.opSize, 4);
      case 'n' -> defaultSize == 8 ? 8 : 4;
      default -> throw new AssertionError(letter);
    };
  }

  private void register(int position, int reg, int size) {
    if (size == 1 && rex == 0 && reg >= 4) {
      insn.operand(position, Insn.HIGH8, reg - 4, 1);
    } else {
      insn.operand(position, Insn.REG, reg, size);
    }
  }

  private void immediate(int position, long value, int size) {
    insn.operand(position, Insn.IMM, 0, size);
    insn.imm = value;
  }

  private void absolute(int position, int size) {
    insn.operand(position, Insn.MEM, 0, size);
    insn.displacement = bytes(insn.addressSize);
    insn.segment = segmentPrefix < 0 ? CpuState.DS : segmentPrefix;
  }

  private void memoryOperand() {
    int mod = modrm >> 6;
    int rm = modrm & 7;
    if (insn.addressSize == 2) {
      memory16(mod, rm);
    } else {
      memory32(mod, rm);
    }
    boolean stack = insn.base == CpuState.RSP || insn.base == CpuState.RBP;
    insn.segment = segmentPrefix >= 0 ? segmentPrefix : stack ? CpuState.SS : CpuState.DS;
  }

  private void memory16(int mod, int rm) {
    if (mod == 0 && rm == 6) {
      insn.displacement = signed(2);
      return;
    }
    insn.base = BASE16[rm];
    insn.index = INDEX16[rm];
    insn.displacement = mod == 0 ? 0 : mod == 1 ? signed(1) : signed(2);
  }

  private void memory32(int mod, int rm) {
    int base = rm;
    if (rm == 4) {
      int sib = next();
      base = sib & 7;
      int index = (sib >> 3 & 7) | (rex & 2) << 2;
      insn.index = index == 4 ? -1 : index;
      insn.scale = sib >> 6;
    }
    if (mod == 0 && base == 5) {
      insn.displacement = signed(4);
      insn.ripRelative = rm == 5 && defaultSize == 8;
      return;
    }
    insn.base = base | (rex & 1) << 3;
    insn.displacement = mod == 0 ? 0 : mod == 1 ? signed(1) : signed(4);
  }

  private long signed(int count) {
    int shift = 64 - 8 * count;
    return bytes(count) << shift >> shift;
  }

  private long bytes(int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (long) next() << 8 * i;
    }
    return value;
  }

  private int next() {
    if (length == Insn.MAX_LENGTH) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    int b = core.memory.fetch(ip + length);
    bytes[length++] = (byte) b;
    return b;
  }

  private void remember() {
    for (int i = length; i < bytes.length; i++) {
      bytes[i] = 0;
    }
    insn.raw0 = GuestMemory.load(bytes, 0, 8);
    insn.raw1 = GuestMemory.load(bytes, 8, 8);
    insn.mask0 = length >= 8 ? -1 : (1L << 8 * length) - 1;
    insn.mask1 = length <= 8 ? 0 : (1L << 8 * (length - 8)) - 1;
    finishOperands();
  }

  /** String instructions address DS:rSI unless a prefix says otherwise. */
  private void finishOperands() {
    if (insn.op.group == Op.Group.STRINGS
        || insn.op.group == Op.Group.PORTS
        || insn.op == Op.XLAT) {
      insn.segment = segmentPrefix < 0 ? CpuState.DS : segmentPrefix;
    }
  }
}
