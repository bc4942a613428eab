package seamtape.sim.guest;

/**
 * The opcode map of the subset, in the operand notation of the SDM's appendix A. A line is
 * "opcode[/reg][m|r] operation operands flags"; "m" takes only memory forms and "r" only register
 * forms of that row.
 *
 * <p>Operands: E modrm.rm, G modrm.reg, M memory, R register in rm, Z register in the opcode, S C D
 * segment, control and debug register, I immediate, J offset, O absolute address, A far pointer.
 * Sizes: b w d q; v operand size; z operand size but at most 4; y 4, or 8 with REX.W; s a byte
 * sign-extended to the operand size; n native (4, in long mode 8). Flags: lock LOCK is allowed; i64
 * invalid in long mode; d64 operand size 8 in long mode.
 */
final class OpcodeTable {
  private static final String[] ARITHMETIC = {
    "ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP"
  };
  private static final String[] SHIFT = {"ROL", "ROR", "RCL", "RCR", "SHL", "SHR", "SHL", "SAR"};

  private static final String ONE_BYTE =
      """
      06 PUSH ES i64
      07 POP ES i64
      0e PUSH CS i64
      16 PUSH SS i64
      17 POP SS i64
      1e PUSH DS i64
      1f POP DS i64
      40-47 INC Zv i64
      48-4f DEC Zv i64
      50-57 PUSH Zv d64
      58-5f POP Zv d64
      60 PUSHA - i64
      61 POPA - i64
      68 PUSH Iz d64
      69 IMUL3 Gv,Ev,Iz
      6a PUSH Is d64
      6b IMUL3 Gv,Ev,Is
      6c INS b
      6d INS z
      6e OUTS b
      6f OUTS z
      70-7f JCC Jb d64
      84 TEST Eb,Gb
      85 TEST Ev,Gv
      86 XCHG Eb,Gb lock
      87 XCHG Ev,Gv lock
      88 MOV Eb,Gb
      89 MOV Ev,Gv
      8a MOV Gb,Eb
      8b MOV Gv,Ev
      8c MOV Ev,Sw
      8d LEA Gv,M
      8e MOV Sw,Ew
      8f/0 POP Ev d64
      90 NOP -
      91-97 XCHG Zv,rAX
      98 CBW v
      99 CWD v
      9a CALLF Ap i64
      9c PUSHF v d64
      9d POPF v d64
      9e SAHF -
      9f LAHF -
      a0 MOV AL,Ob
      a1 MOV rAX,Ov
      a2 MOV Ob,AL
      a3 MOV Ov,rAX
      a4 MOVS b
      a5 MOVS v
      a6 CMPS b
      a7 CMPS v
      a8 TEST AL,Ib
      a9 TEST rAX,Iz
      aa STOS b
      ab STOS v
      ac LODS b
      ad LODS v
      ae SCAS b
      af SCAS v
      b0-b7 MOV Zb,Ib
      b8-bf MOV Zv,Iv
      c2 RET Iw d64
      c3 RET - d64
      c4 LES Gv,Mp i64
      c5 LDS Gv,Mp i64
      c6/0 MOV Eb,Ib
      c7/0 MOV Ev,Iz
      c8 ENTER Iw,Ie d64
      c9 LEAVE - d64
      ca RETF Iw
      cb RETF -
      cc INT3 -
      cd INT Ib
      ce INTO - i64
      cf IRET v
      d7 XLAT b
      e0 LOOPNE Jb d64
      e1 LOOPE Jb d64
      e2 LOOP Jb d64
      e3 JCXZ Jb d64
      e4 IN AL,Ib
      e5 IN eAX,Ib
      e6 OUT Ib,AL
      e7 OUT Ib,eAX
      e8 CALL Jz d64
      e9 JMP Jz d64
      ea JMPF Ap i64
      eb JMP Jb d64
      ec IN AL,DX
      ed IN eAX,DX
      ee OUT DX,AL
      ef OUT DX,eAX
      f4 HLT -
      f5 CMC -
      f6/0 TEST Eb,Ib
      f6/1 TEST Eb,Ib
      f6/2 NOT Eb lock
      f6/3 NEG Eb lock
      f6/4 MUL Eb
      f6/5 IMUL Eb
      f6/6 DIV Eb
      f6/7 IDIV Eb
      f7/0 TEST Ev,Iz
      f7/1 TEST Ev,Iz
      f7/2 NOT Ev lock
      f7/3 NEG Ev lock
      f7/4 MUL Ev
      f7/5 IMUL Ev
      f7/6 DIV Ev
      f7/7 IDIV Ev
      f8 CLC -
      f9 STC -
      fa CLI -
      fb STI -
      fc CLD -
      fd STD -
      fe/0 INC Eb lock
      fe/1 DEC Eb lock
      ff/0 INC Ev lock
      ff/1 DEC Ev lock
      ff/2 CALL Ev d64
      ff/3 CALLF Mp
      ff/4 JMP Ev d64
      ff/5 JMPF Mp
      ff/6 PUSH Ev d64
      """;

  private static final String TWO_BYTE =
      """
      00/0 SLDT Ew
      00/1 STR Ew
      00/2 LLDT Ew
      00/3 LTR Ew
      01/0m SGDT M
      01/1m SIDT M
      01/2m LGDT M
      01/3m LIDT M
      01/4 SMSW Ev
      01/6 LMSW Ew
      01/7m INVLPG M
      06 CLTS -
      08 INVD -
      09 WBINVD -
      0b UD -
      0d NOP Ev
      18-1f NOP Ev
      20 MOVCR Rn,Cn
      21 MOVCR Rn,Dn
      22 MOVCR Cn,Rn
      23 MOVCR Dn,Rn
      30 WRMSR -
      33 RDPMC -
      31 RDTSC -
      32 RDMSR -
      40-4f CMOVCC Gv,Ev
      80-8f JCC Jz d64
      90-9f SETCC Eb
      a0 PUSH FS d64
      a1 POP FS d64
      a2 CPUID -
      a3 BT Ev,Gv
      a4 SHLD Ev,Gv,Ib
      a5 SHLD Ev,Gv,CL
      a8 PUSH GS d64
      a9 POP GS d64
      aa RSM -
      ab BTS Ev,Gv lock
      ac SHRD Ev,Gv,Ib
      ad SHRD Ev,Gv,CL
      ae/5r NOP Ev
      ae/6r NOP Ev
      ae/7r NOP Ev
      ae/7m NOP Ev
      af IMUL2 Gv,Ev
      b0 CMPXCHG Eb,Gb lock
      b1 CMPXCHG Ev,Gv lock
      b2 LSS Gv,Mp
      b3 BTR Ev,Gv lock
      b4 LFS Gv,Mp
      b5 LGS Gv,Mp
      b6 MOVZX Gv,Eb
      b7 MOVZX Gv,Ew
      b9 UD Ev
      ba/4 BT Ev,Ib
      ba/5 BTS Ev,Ib lock
      ba/6 BTR Ev,Ib lock
      ba/7 BTC Ev,Ib lock
      bb BTC Ev,Gv lock
      bc BSF Gv,Ev
      bd BSR Gv,Ev
      be MOVSX Gv,Eb
      bf MOVSX Gv,Ew
      c0 XADD Eb,Gb lock
      c1 XADD Ev,Gv lock
      c7/1m CMPXCHG8B M lock
      c7/6r RDRAND Rv
      c7/7r RDSEED Rv
      c8-cf BSWAP Zv
      ff UD -
      """;

  /** Rows by opcode (two-byte opcodes from 0x100), modrm.reg, and 1 for register forms. */
  private static final Opcode[] ROWS = new Opcode[512 * 16];

  private static final boolean[] MODRM = new boolean[512];

  private static final Opcode UNDEFINED = new Opcode(Op.UD, new String[0], false, false, false);

  static {
    for (int i = 0; i < 8; i++) {
      arithmetic(i, ARITHMETIC[i]);
      shift(i, SHIFT[i]);
    }
    ONE_BYTE.lines().forEach(line -> row(line, 0));
    TWO_BYTE.lines().forEach(line -> row(line, 0x100));
    undefineHoles();
  }

  private OpcodeTable() {}

  private static void arithmetic(int i, String name) {
    String lock = name.equals("CMP") ? "" : " lock";
    String[] forms = {"Eb,Gb" + lock, "Ev,Gv" + lock, "Gb,Eb", "Gv,Ev", "AL,Ib", "rAX,Iz"};
    for (int form = 0; form < forms.length; form++) {
      row(
          Integer.toHexString(0x100 | i * 8 + form).substring(1) + " " + name + " " + forms[form],
          0);
    }
    row("80/" + i + " " + name + " Eb,Ib" + lock, 0);
    row("81/" + i + " " + name + " Ev,Iz" + lock, 0);
    row("82/" + i + " " + name + " Eb,Ib i64" + lock, 0);
    row("83/" + i + " " + name + " Ev,Is" + lock, 0);
  }

  private static void shift(int i, String name) {
    row("c0/" + i + " " + name + " Eb,Ib", 0);
    row("c1/" + i + " " + name + " Ev,Ib", 0);
    row("d0/" + i + " " + name + " Eb,1", 0);
    row("d1/" + i + " " + name + " Ev,1", 0);
    row("d2/" + i + " " + name + " Eb,CL", 0);
    row("d3/" + i + " " + name + " Ev,CL", 0);
  }

  private static void row(String line, int map) {
    String[] words = line.split(" ");
    String where = words[0];
    String flags = line.substring(where.length());
    Opcode opcode =
        new Opcode(
            Op.valueOf(words[1]),
            words[2].equals("-") ? new String[0] : words[2].split(","),
            flags.contains(" lock"),
            flags.contains(" i64"),
            flags.contains(" d64"));
    int first = Integer.parseInt(where.substring(0, 2), 16) + map;
    boolean range = where.length() > 2 && where.charAt(2) == '-';
    int last = range ? Integer.parseInt(where.substring(3), 16) + map : first;
    boolean group = where.length() > 2 && where.charAt(2) == '/';
    for (int number = first; number <= last; number++) {
      MODRM[number] |= group || opcode.needsModrm();
      for (int slot = 0; slot < 16; slot++) {
        boolean reg = !group || slot >> 1 == where.charAt(3) - '0';
        boolean form =
            where.length() < 5 || range || (slot & 1) == (where.charAt(4) == 'r' ? 1 : 0);
        if (reg && form) {
          ROWS[number * 16 + slot] = opcode;
        }
      }
    }
  }

  /**
   * In an opcode group the rows that are not there are undefined instructions, except 0F 01 and 0F
   * AE.
   */
  private static void undefineHoles() {
    for (int number = 0; number < 512; number++) {
      boolean open = number == 0x101 || number == 0x1ae || number == 0x1c7 || number == 0x100;
      for (int slot = 0; slot < 16 && MODRM[number] && !open; slot++) {
        if (ROWS[number * 16 + slot] == null) {
          ROWS[number * 16 + slot] = UNDEFINED;
        }
      }
    }
  }

  /**
   * True when a ModRM byte follows the opcode ({@code number} from 0x100: two-byte); 63: ARPL,
   * MOVSXD.
   */
  static boolean hasModrm(int number) {
    return MODRM[number] || number == 0x63;
  }

  /** The row, or null when the subset does not have the instruction. */
  static Opcode row(int number, int reg, boolean registerForm) {
    return ROWS[number * 16 + reg * 2 + (registerForm ? 1 : 0)];
  }

  /** One row of the map. */
  static final class Opcode {
    final Op op;
    final String[] operands;
    final boolean lock;
    final boolean invalidInLongMode;
    final boolean defaults64;

    Opcode(Op op, String[] operands, boolean lock, boolean invalidInLongMode, boolean defaults64) {
      this.op = op;
      this.operands = operands;
      this.lock = lock;
      this.invalidInLongMode = invalidInLongMode;
      this.defaults64 = defaults64;
    }

    boolean needsModrm() {
      for (String operand : operands) {
        if (operand.length() == 2 && "EGRSCD".indexOf(operand.charAt(0)) >= 0 && isModrm(operand)) {
          return true;
        }
        if (operand.equals("M") || operand.equals("Mp")) {
          return true;
        }
      }
      return false;
    }

    private static boolean isModrm(String operand) {
      return Character.isLowerCase(operand.charAt(1));
    }
  }
}
