package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.SevCommand;

/**
 * S7: KVM_SEV_SNP_LAUNCH_UPDATE of a page of type CPUID: what the CPU cannot be is corrected in the
 * VMM's page, which may then be tried again (sev-measure.md section 5).
 */
final class SnpCpuidPageTest {
  private static final int FIRST = 16;
  private static final int SIZE = 48;

  private final SevMachine sev = new SevMachine("linux-7.3");
  private final ByteBuffer page = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

  @BeforeEach
  void launch() {
    sev.createVm(4);
    sev.init2(0, 0, 0);
    sev.memfdSlot(0x4000);
    sev.setAttributes(0, 0x4000, 8);
    ByteBuffer start = sev.struct(64).putLong(0, 0x30000);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start));
  }

  private void function(int leaf, int subleaf, long xcr0, int[] out) {
    int at = FIRST + SIZE * page.getInt(0);
    page.putInt(at, leaf).putInt(at + 4, subleaf).putLong(at + 8, xcr0);
    for (int i = 0; i < out.length; i++) {
      page.putInt(at + 24 + 4 * i, out[i]);
    }
    page.putInt(0, page.getInt(0) + 1);
  }

  private String update() {
    sev.m.store(GUEST, page.array());
    ByteBuffer update = sev.struct(64).putLong(0, 1).putLong(8, GUEST).putLong(16, 4096);
    return sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update.put(24, (byte) 6));
  }

  private static int[] numbers(String words) {
    return Stream.of(words.split(" ")).mapToInt(word -> Long.decode(word).intValue()).toArray();
  }

  /** Leaf, subleaf, XCR0; EAX to EDX as asked and as the firmware leaves them. */
  @ParameterizedTest(name = "{3}")
  @CsvSource({
    "0x0 0 0,        0x11 0 0 0,        0x10 0 0 0,     more leaves than the CPU has",
    "0x0 0 0,        0x1 1 2 3,         0x1 1 2 3,      fewer and another name of the maker",
    "0x1 0 0,        0xb00f11 0x800 0 0, 0xa00f11 0x800 0 0, a newer family",
    "0x1 0 0,        0x800f12 0x7000800 0x88000001 0, 0x800f12 0x7000800 0x88000001 0, an older one",
    "0x1 0 0,        0xa00f11 0x400 4 0, 0xa00f11 0x800 0 0, other cache lines and DTES64",
    "0x6 0 0,        4 0 1 1,           4 0 1 0,        a register that is the CPU's or nothing",
    "0x7 0 0,        0 0x10001 0x10 0,  0 1 0x10 0,     AVX-512; OSPKE is free",
    "0xd 0 7,        7 0x240 0 0,       7 0x340 0 0,    the size of the area that holds AVX",
    "0xd 0 0x207,    1 0x988 0 0,       3 0x988 0 0,    without SSE",
    "0xd 1 0x207,    1 0x348 0 0,       1 0x348 0 0,    the compacted area",
    "0x80000008 0 0, 0x3934 0 0 0,      0x3030 0 0 0,   more address bits",
    "0x8000001f 0 0, 0xffff 0x5034 0 0, 0xfd3f 0x4033 0 0, another C-bit and five VMPLs",
    "0x12 0 0,       1 0 0 0,           0 0 0 0,        a leaf that there is not",
    "0x40000001 0 0, 1 2 3 4,           1 2 3 4,        the hypervisor's own leaf"
  })
  void s7WhatTheCpuCannotBeIsCorrected(String leaf, String asked, String told, String why) {
    int[] at = numbers(leaf);
    function(at[0], at[1], at[2], numbers(asked));
    boolean good = asked.equals(told);
    assertEquals(good ? "0 0" : "EIO 16", update(), why);
    byte[] after = sev.bytes(GUEST, 4096);
    page.put(0, after);
    for (int i = 0; i < 4; i++) {
      assertEquals(numbers(told)[i], page.getInt(FIRST + 24 + 4 * i), why + ", register " + i);
    }
    assertEquals(good ? "EIO 0" : "0 0", update(), "the corrected page is taken, the other once");
  }

  @Test
  void s7ATableOfMoreThan64FunctionsAndReservedBytesAreRefused() {
    page.putInt(0, 65);
    assertEquals("EIO 16", update());
    page.putInt(0, -1);
    assertEquals("EIO 16", update());
    page.putInt(0, 0);
    function(0, 0, 0, new int[4]);
    page.put(FIRST + 40, (byte) 1);
    assertEquals("EIO 16", update());
    page.put(FIRST + 40, (byte) 0);
    assertEquals("0 0", update());
  }

  /** As QEMU does: each leaf of the model CPU that the table of the ABI has. */
  @Test
  void s7TheCpusOwnLeavesPassAsTheyAre() throws IOException {
    Path table = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/cpu-cpuid.csv");
    for (String line : Files.readAllLines(table)) {
      String[] c = line.split(",");
      // The host's sizes of the XSAVE area are those of its own XCR0.
      if (c[0].equals("amd") && !c[1].equals("0xd")) {
        int[] out = new int[4];
        for (int i = 0; i < 4; i++) {
          out[i] = Long.decode(c[3 + i]).intValue();
        }
        function(Long.decode(c[1]).intValue(), c[2].isEmpty() ? 0 : Integer.parseInt(c[2]), 0, out);
      }
    }
    assertEquals("0 0", update());
  }
}
