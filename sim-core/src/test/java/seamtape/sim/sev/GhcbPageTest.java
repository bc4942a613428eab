package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.machine.NestedCalls;

/**
 * S7: VMGEXIT with a page. Codes are those of behaviour.md section 8, fields those of
 * sev-measure.md section 7; a code without a case fails.
 */
final class GhcbPageTest {
  private static final int RAX = 0x1f8;
  private static final int RCX = 0x308;
  private static final int RDX = 0x310;
  private static final int RBX = 0x318;
  private static final int CPL = 0xcb;
  private static final int SCRATCH = 0x3a8;
  private static final int XCR0 = 0x3e8;
  private static final long BUFFER = EsGuest.GHCB + 0x800;

  private static final int HLT = 5;

  /** Every code, what the guest asks with it, what it must give, and how that ends. */
  private enum Exit {
    WRITE_DR7(0x37, 0, 0, "5 0 0", RAX, 0x400),
    RDTSC(0x6e, 0, 0, "17"),
    RDPMC(0x6f, 0, 0, "5 0 0", RCX, 0),
    CPUID(0x72, 0, 0, "5 0 0", RAX, 0xd, RCX, 0, XCR0, 1),
    IOIO_OUT(0x7b, 0x0010_0010, 0, "2", RAX, 7),
    IOIO_IN(0x7b, 0x0010_0011, 0, "2"),
    IOIO_OUTS(0x7b, 0x0010_0014, 3, "2", SCRATCH, BUFFER),
    MSR_READ(0x7c, 0, 0, "5 0 0", RCX, 0x277),
    MSR_WRITE(0x7c, 1, 0, "5 0 0", RCX, 0x277, RAX, 0x0007_0406, RDX, 0x0007_0406),
    VMMCALL(0x81, 0, 0, "5 0 0", RAX, 1, CPL, 0),
    RDTSCP(0x87, 0, 0, "8"),
    WBINVD(0x89, 0, 0, "5 0 0"),
    MONITOR(0x8a, 0, 0, "5 0 0", RAX, 0, RCX, 0, RDX, 0),
    MWAIT(0x8b, 0, 0, "5 0 0", RAX, 0, RCX, 0),
    MMIO_READ(0x8000_0001L, 0xd000_0000L, 4, "6", SCRATCH, BUFFER),
    MMIO_WRITE(0x8000_0002L, 0xd000_0000L, 4, "6", SCRATCH, BUFFER),
    NMI_COMPLETE(0x8000_0003L, 0, 0, "5 0 0"),
    AP_HLT_LOOP(0x8000_0004L, 0, 0, "32"),
    AP_JUMP_TABLE(0x8000_0005L, 1, 0, "5 0 0"),
    PSC(0x8000_0010L, 0, 0, "5 0 10000000000", SCRATCH, BUFFER),
    GUEST_REQUEST(0x8000_0011L, 0x4000, 0x5000, "5 0 16"),
    EXT_GUEST_REQUEST(0x8000_0012L, 0x4000, 0x5000, "5 0 16"),
    AP_CREATION(0x8000_0013L, 1, 0x4000, "5 0 0", RAX, 1),
    RUN_VMPL(0x8000_0018L, 0, 0, "5 2 6"),
    SAVIC(0x8000_001aL, 0, 0, "5 2 6"),
    HV_FEATURES(0x8000_fffdL, 0, 0, "5 0 3"),
    TERMINATION(0x8000_fffeL, 0, 0, "24"),
    UNSUPPORTED_EVENT(0x8000_ffffL, 0, 0, "-22");

    final long code;
    final long info1;
    final long info2;
    final String ends;
    final long[] fields;

    Exit(long code, long info1, long info2, String ends, long... fields) {
      this.code = code;
      this.info1 = info1;
      this.info2 = info2;
      this.ends = ends;
      this.fields = fields;
    }

    boolean snp() {
      return switch (this) {
        case PSC, GUEST_REQUEST, EXT_GUEST_REQUEST, AP_CREATION -> true;
        default -> false;
      };
    }

    void ask(EsGuest guest) {
      guest.ghcb(code, info1, info2, fields);
    }
  }

  private static EsGuest guest(boolean snp) {
    EsGuest guest = EsGuest.looping(snp);
    if (snp) {
      assertEquals(EsGuest.GHCB | 0x13, guest.msr(EsGuest.GHCB | 0x12), "registered");
    }
    return guest;
  }

  /** Error or exit reason, and the outcome where the guest went on to its HLT. */
  private static String end(EsGuest guest) {
    guest.m.storeNumber(GUEST + EsGuest.MAILBOX, 8, EsGuest.GHCB);
    long result = guest.m.run();
    if (result != 0) {
      return Long.toString(result);
    }
    int reason = guest.m.exitReason();
    return reason == HLT ? "5 " + guest.outcome() : Integer.toString(reason);
  }

  @Test
  void s7EveryExitCodeOfTheTableHasACase() throws IOException {
    Path rules = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/behaviour.md");
    String text = Files.readString(rules);
    Matcher code =
        Pattern.compile("0x([0-9a-fA-F]+) ?[A-Za-z]")
            .matcher(text.substring(text.indexOf("## 8.")));
    Set<String> inTable = new TreeSet<>();
    while (code.find()) {
      inTable.add(Long.toHexString(Long.parseLong(code.group(1), 16)));
    }
    Set<String> cases =
        Arrays.stream(Exit.values())
            .map(e -> Long.toHexString(e.code))
            .collect(Collectors.toCollection(TreeSet::new));
    inTable.removeAll(cases);
    assertEquals(Set.of(), inTable);
    assertTrue(cases.size() > 20);
  }

  @ParameterizedTest
  @EnumSource(Exit.class)
  void s7AnExitEndsAsItsRowSays(Exit exit) {
    EsGuest guest = guest(exit.snp());
    exit.ask(guest);
    assertEquals(exit.ends, end(guest));
  }

  @ParameterizedTest
  @EnumSource(Exit.class)
  void s7AFieldThatIsMissingIsRefused(Exit exit) {
    boolean known = exit != Exit.RUN_VMPL && exit != Exit.SAVIC;
    List<Long> needed = LongStream.of(0x390, 0x398, 0x3a0).boxed().collect(Collectors.toList());
    for (int i = 0; i < exit.fields.length; i += 2) {
      needed.add(exit.fields[i]);
    }
    EsGuest guest = guest(exit.snp());
    for (long field : needed) {
      boolean common = field >= 0x390 && field <= 0x3a0;
      exit.ask(guest);
      guest.invalidate((int) field);
      assertEquals(common || known ? "2 4" : "2 6", guest.outcomeOfRound(), "without " + field);
    }
  }

  @ParameterizedTest
  @EnumSource(Exit.class)
  void s7ChecksComeInTheOrderRegistrationUsageEventInput(Exit exit) {
    EsGuest guest = EsGuest.looping(true);
    exit.ask(guest);
    guest.m.storeNumber(GUEST + EsGuest.GHCB + 0xffc, 4, 1);
    assertEquals("2 1", guest.outcomeOfRound(), "not registered");
    guest.msr(EsGuest.GHCB | 0x12);
    exit.ask(guest);
    guest.m.storeNumber(GUEST + EsGuest.GHCB + 0xffc, 4, 1);
    assertEquals("2 2", guest.outcomeOfRound(), "usage");
    EsGuest plain = EsGuest.looping(false);
    exit.ask(plain);
    plain.m.storeNumber(GUEST + EsGuest.GHCB + 0xffc, 4, 1);
    assertEquals("2 2", plain.outcomeOfRound());
    exit.ask(plain);
    if (exit.snp()) {
      assertEquals("2 6", plain.outcomeOfRound(), "an SNP guest's");
    }
    assertEquals(0, guest.m.number(GUEST + EsGuest.GHCB + 0x3f0, 1), "the bitmap is cleared");
  }

  @ParameterizedTest
  @EnumSource(Exit.class)
  void s7LinuxBefore611KnowsVersion1Only(Exit exit) {
    EsGuest guest = new EsGuest("linux-6.2", false, NestedCalls.NONE).launched(EsGuest.LOOP, "hlt");
    exit.ask(guest);
    boolean later = exit.code >= 0x8000_0010L && exit != Exit.UNSUPPORTED_EVENT;
    assertEquals(later ? "5 2 6" : exit.ends, end(guest));
  }

  @Test
  void s7CpuidAndMsrsComeBackInTheGhcb() {
    EsGuest guest = guest(false);
    guest.ghcb(0x72, 0, 0, RAX, 0x8000_001fL, RCX, 0);
    assertEquals("0 0", guest.outcomeOfRound());
    assertEquals(51, guest.answer(RBX), "the C-bit of the table that user space gave");
    guest.ghcb(0x7c, 1, 0, RCX, 0x277, RAX, 0x0706_0504L, RDX, 0x0100_0706L);
    assertEquals("0 0", guest.outcomeOfRound());
    guest.ghcb(0x7c, 0, 0, RCX, 0x277);
    assertEquals("0 0", guest.outcomeOfRound());
    assertEquals(0x0706_0504L, guest.answer(RAX));
    assertEquals(0x0100_0706L, guest.answer(RDX));
    guest.ghcb(0x7c, 0, 0, RCX, 0x4711);
    assertEquals("1 8000030d", guest.outcomeOfRound(), "#GP is the guest's to raise");
  }

  @ParameterizedTest
  @CsvSource({
    "a write of 2 bytes, 0x00100020, 0x1234",
    "a read of 1 byte keeps the rest, 0x00100011, 0x55667788",
    "a read of 4 bytes, 0x00100041, 0x55667788"
  })
  void s7PortsGoToUserSpaceAndComeBack(String what, String info, String rax) {
    EsGuest guest = guest(false);
    guest.ghcb(0x7b, Long.decode(info), 0, RAX, Long.decode(rax));
    assertEquals(2, guest.exit(EsGuest.GHCB), "KVM_EXIT_IO");
    boolean in = (Long.decode(info) & 1) != 0;
    long size = Long.decode(info) >>> 4 & 7;
    assertEquals((in ? 0 : 1) | size << 8 | 0x10 << 16 | 1L << 32, guest.runField(32), what);
    if (!in) {
      assertEquals(Long.decode(rax), guest.m.number(RUN + 0x1000, (int) size));
    }
    guest.m.storeNumber(RUN + 0x1000, 4, 0xaabb_ccddL);
    assertEquals(HLT, guest.run());
    long mask = (1L << 8 * size) - 1;
    long expected = in ? Long.decode(rax) & ~mask | 0xaabb_ccddL & mask : Long.decode(rax);
    assertEquals(size == 4 ? 0xaabb_ccddL : expected, guest.answer(RAX));
  }

  @Test
  void s7StringsLieInTheScratchArea() {
    EsGuest guest = guest(false);
    guest.ghcb(0x7b, 0x0010_0014, 3, SCRATCH, BUFFER);
    guest.m.store(GUEST + BUFFER, (byte) 'a', (byte) 'b', (byte) 'c');
    assertEquals(2, guest.exit(EsGuest.GHCB));
    assertEquals(3, guest.m.number(RUN + 36, 4), "elements");
    assertEquals('b', guest.m.number(RUN + 0x1001, 1));
    assertEquals(HLT, guest.run());
    guest.ghcb(0x7b, 0x0010_0025, 2, SCRATCH, EsGuest.MAILBOX + 0x100);
    assertEquals(2, guest.exit(EsGuest.GHCB));
    guest.m.storeNumber(RUN + 0x1000, 4, 0x1111_2222);
    assertEquals(HLT, guest.run());
    assertEquals(0x1111_2222, guest.m.number(GUEST + EsGuest.MAILBOX + 0x100, 4), "written back");
  }

  @ParameterizedTest
  @CsvSource({
    "no address, 0, 4",
    "before the shared buffer, 0x97fc, 4",
    "beyond the shared buffer, 0x9fec, 8",
    "wraps, 0xfffffffffffffffc, 8",
    "no memory, 0x70000000, 4"
  })
  void s7AScratchAreaThatIsNoneIsRefused(String what, String address, long length) {
    EsGuest guest = guest(false);
    long scratch = Long.parseUnsignedLong(address.replaceFirst("^0x", ""), 16);
    guest.ghcb(0x8000_0001L, 0xd000_0000L, length, SCRATCH, scratch);
    assertEquals("2 3", guest.outcomeOfRound(), what);
  }

  @Test
  void s7MmioIsReadAndWrittenThroughTheScratchArea() {
    EsGuest guest = guest(false);
    guest.ghcb(0x8000_0002L, 0xd000_0010L, 8, SCRATCH, BUFFER);
    guest.m.storeNumber(GUEST + BUFFER, 8, 0x1122_3344_5566_7788L);
    assertEquals(6, guest.exit(EsGuest.GHCB), "KVM_EXIT_MMIO");
    assertEquals(0xd000_0010L, guest.runField(32));
    assertEquals(0x1122_3344_5566_7788L, guest.runField(40));
    assertEquals(8 | 1L << 32, guest.runField(48) & 0xff_ffff_ffffL, "a write of 8 bytes");
    assertEquals(HLT, guest.run());
    guest.ghcb(0x8000_0001L, 0xd000_0010L, 4, SCRATCH, BUFFER);
    assertEquals(6, guest.exit(EsGuest.GHCB));
    guest.m.storeNumber(RUN + 40, 8, 0xcafe);
    assertEquals(HLT, guest.run());
    assertEquals(0xcafe, guest.m.number(GUEST + BUFFER, 4));
    guest.ghcb(0x8000_0001L, 0xd000_0010L, 9, SCRATCH, BUFFER);
    assertEquals("2 5", guest.outcomeOfRound(), "more than 8 bytes with version 2");
    guest.ghcb(0x8000_0001L, 0xd000_0010L, 0, SCRATCH, BUFFER);
    assertEquals("0 0", guest.outcomeOfRound(), "nothing to do");
  }

  @Test
  void s7Version1SplitsLongMmio() {
    EsGuest guest = new EsGuest("linux-6.2", false, NestedCalls.NONE).launched(EsGuest.LOOP, "hlt");
    guest.ghcb(0x8000_0002L, 0xd000_0000L, 12, SCRATCH, BUFFER);
    assertEquals(6, guest.exit(EsGuest.GHCB));
    assertEquals(8, guest.m.number(RUN + 48, 4));
    assertEquals(6, guest.run(), "the rest");
    assertEquals(0xd000_0008L, guest.runField(32));
    assertEquals(4, guest.m.number(RUN + 48, 4));
    assertEquals(HLT, guest.run());
  }

  @Test
  void s7TheJumpTableIsTheHostsToKeep() {
    EsGuest guest = guest(false);
    guest.ghcb(0x8000_0005L, 0, 0x4000);
    assertEquals("0 0", guest.outcomeOfRound());
    guest.ghcb(0x8000_0005L, 1, 0);
    assertEquals("0 4000", guest.outcomeOfRound());
    guest.ghcb(0x8000_0005L, 2, 0);
    assertEquals("2 5", guest.outcomeOfRound());
  }
}
