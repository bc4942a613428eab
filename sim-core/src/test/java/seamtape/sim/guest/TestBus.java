package seamtape.sim.guest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A machine of pages only: no devices; CPUID, MSRs and interrupts as a test sets them. */
final class TestBus implements GuestBus {
  /** Guest pages by number; null where no slot is. */
  final byte[][] pages = new byte[1024][];

  final boolean[] readOnly = new boolean[1024];
  final List<int[]> cpuidTable = new ArrayList<>();
  Answer msrAnswer = Answer.FAULT;
  Answer hypercallAnswer = Answer.FAULT;
  int interrupt = -1;
  long tsc;

  /** Backs {@code size} bytes from {@code gpa} with zeroed pages. */
  TestBus map(int gpa, int size) {
    for (int page = gpa >> 12; page < gpa + size + 4095 >> 12; page++) {
      pages[page] = new byte[4096];
    }
    return this;
  }

  void write(int gpa, byte... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      pages[gpa + i >> 12][gpa + i & 4095] = bytes[i];
    }
  }

  byte[] read(int gpa, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = pages[gpa + i >> 12][gpa + i & 4095];
    }
    return bytes;
  }

  @Override
  public byte[] readPage(long gpa) {
    return gpa >>> 12 < pages.length ? pages[(int) (gpa >>> 12)] : null;
  }

  @Override
  public byte[] writePage(long gpa) {
    byte[] page = readPage(gpa);
    return page == null || readOnly[(int) (gpa >>> 12)] ? null : page;
  }

  @Override
  public boolean pioIn(int port, int size, byte[] data, int offset) {
    return false;
  }

  @Override
  public boolean pioOut(int port, int size, byte[] data, int offset) {
    return false;
  }

  @Override
  public boolean mmioRead(long gpa, int length, byte[] data, int offset) {
    return false;
  }

  @Override
  public boolean mmioWrite(long gpa, int length, byte[] data, int offset) {
    return false;
  }

  @Override
  public void cpuid(int leaf, int subleaf, int[] registers) {
    Arrays.fill(registers, 0);
    for (int[] row : cpuidTable) {
      if (row[0] == leaf) {
        System.arraycopy(row, 1, registers, 0, 4);
      }
    }
  }

  @Override
  public Answer readMsr(int index, long[] value) {
    value[0] = 0;
    return msrAnswer;
  }

  @Override
  public Answer writeMsr(int index, long value) {
    return msrAnswer;
  }

  @Override
  public long tsc() {
    return tsc;
  }

  @Override
  public Answer hypercall(CpuState cpu) {
    return hypercallAnswer;
  }

  @Override
  public boolean interruptPending() {
    return interrupt >= 0;
  }

  @Override
  public int acknowledgeInterrupt() {
    int vector = interrupt;
    interrupt = -1;
    return vector;
  }
}
