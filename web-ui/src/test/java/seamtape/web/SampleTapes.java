package seamtape.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.strace.StraceImport;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;

/** Recordings to browse: written event by event, and one imported from a real run. */
final class SampleTapes implements AutoCloseable {
  /** As hostile as a string in a recording can be: markup, controls, right-to-left override. */
  static final String HOSTILE =
      "</script><img src=x onerror=alert(1)><style>*{display:none}</style>&amp;\u202egnp\u0007";

  private static final long HOST = Actor.vmm(4711);
  private static final long OPERAND_BUSY = 0x8000020000000001L;

  private final TapeWriter writer;
  private final Event event = new Event();
  private long time;
  private long last;

  private SampleTapes(Path dir, String profile, String workload) throws IOException {
    Manifest manifest = Manifest.of(Manifest.Source.SIM, profile).withWorkload(workload, 7);
    writer = TapeWriter.create(dir, manifest);
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  private long append() {
    last = writer.append(event);
    return last;
  }

  private long enter(Call call, long actor, long link, long... fields) {
    event.enter(call, actor, time += 190, link);
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
    return append();
  }

  private long nested(Call call, long actor, long parent, long... fields) {
    return enter(call, actor, last + 1 - parent, fields);
  }

  private Event returning(Call call, long actor, long enter, long... fields) {
    event.returns(call, actor, time += 310, last + 1 - enter);
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
    return event;
  }

  private void returns(Call call, long actor, long enter, long... fields) {
    returning(call, actor, enter, fields);
    append();
  }

  private void call(Call call, long subject, long[] in, long ret) {
    returns(call, HOST, enter(call, HOST, subject, in), ret);
  }

  /**
   * A TD-like run: nested calls on two vCPUs, structs, errors, inputs; {@code changed} varies it.
   */
  static void nested(Path dir, int rounds, boolean changed) throws IOException {
    try (SampleTapes tape =
        new SampleTapes(dir, changed ? "linux-6.2" : "linux-7.3", "td-sample")) {
      tape.setUp();
      for (int i = 0; i < rounds; i++) {
        tape.round(i, changed && i % 5 == 3);
      }
      tape.writer.seal();
    }
  }

  private void setUp() {
    open("/dev/kvm", 3);
    call(KvmIoctl.KVM_GET_API_VERSION, Subject.SYSTEM, new long[] {3, 0}, 12);
    call(KvmIoctl.KVM_CREATE_VM, Subject.SYSTEM, new long[] {3, 5}, 4);
    call(KvmIoctl.KVM_CHECK_EXTENSION, Subject.vm(0), new long[] {4, 0}, 1);
    call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), new long[] {4, 0}, 5);
    call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), new long[] {4, 1}, 6);
    call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), new long[] {4, 1}, Errno.EEXIST.result());
  }

  private void open(String path, long ret) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    event.enter(FileOperation.OPEN, HOST, time += 100, Subject.SYSTEM);
    event.copy(0, bytes, 0, bytes.length);
    returns(FileOperation.OPEN, HOST, append(), ret);
  }

  private void round(int i, boolean differs) {
    int vcpu = i & 1;
    event.input(Input.USER_MEMORY, HOST, time += 20);
    event.fields[0] = 0x7f00_0000_1000L + i * 64L;
    event.copy(0, new byte[40], 0, 40);
    append();
    setRegisters(vcpu, i);
    long run = enter(KvmIoctl.KVM_RUN, HOST, Subject.vcpu(0, vcpu), 5 + vcpu, 0);
    enterTd(run, vcpu, i, differs);
    KvmExit exit = i % 9 == 0 ? KvmExit.KVM_EXIT_HLT : KvmExit.KVM_EXIT_IO;
    byte[] page = runPage(exit);
    returning(KvmIoctl.KVM_RUN, HOST, run, 0, exit.number()).copy(0, page, 0, page.length);
    append();
    if (i % 7 == 3) {
      call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), new long[] {4, 0}, Errno.EEXIST.result());
    }
  }

  /** struct kvm_run of an OUT of one byte to port 0x3f8. */
  private static byte[] runPage(KvmExit exit) {
    byte[] page = new byte[64];
    page[8] = (byte) exit.number();
    byte[] io = {1, 1, (byte) 0xf8, 3, 1};
    System.arraycopy(io, 0, page, 32, io.length);
    return page;
  }

  private void setRegisters(int vcpu, int i) {
    returns(KvmIoctl.KVM_SET_REGS, HOST, enterRegisters(HOST, vcpu, i), 0);
  }

  private long enterRegisters(long actor, int vcpu, int i) {
    byte[] registers = new byte[144];
    for (int b = 0; b < registers.length; b++) {
      registers[b] = (byte) (b % 8 < 3 ? b * 7 + i : 0);
    }
    event.enter(KvmIoctl.KVM_SET_REGS, actor, time += 90, Subject.vcpu(0, vcpu));
    event.fields[0] = 5 + vcpu;
    event.fields[1] = 0x7ffe_0000_2000L;
    event.copy(0, registers, 0, registers.length);
    return append();
  }

  private void enterTd(long run, int vcpu, int i, boolean differs) {
    long guest = Actor.vcpu(0, vcpu);
    long seamcall = nested(Seamcall.TDH_VP_ENTER, HOST, run, 0x4000_0000L);
    long tdcall = nested(Tdcall.TDG_VP_VMCALL, guest, seamcall, 0);
    long hypercall = nested(KvmHypercall.KVM_HC_KICK_CPU, guest, tdcall, 5, 0, 1);
    returns(KvmHypercall.KVM_HC_KICK_CPU, guest, hypercall, differs ? -1000 : 0);
    returns(Tdcall.TDG_VP_VMCALL, guest, tdcall, 0);
    returns(Seamcall.TDH_VP_ENTER, HOST, seamcall, i % 11 == 5 ? OPERAND_BUSY : 0);
  }

  /** Cheap calls, as many as make so many events; every 997th fails. */
  static void plain(Path dir, int events) throws IOException {
    try (SampleTapes tape = new SampleTapes(dir, "linux-7.3", "plain")) {
      for (int i = 0; i < events / 2; i++) {
        long ret = i % 997 == 996 ? Errno.EINVAL.result() : i & 1;
        Call call = i % 5 == 0 ? KvmIoctl.KVM_CHECK_EXTENSION : KvmIoctl.KVM_IOEVENTFD;
        tape.call(call, Subject.vm(i & 3), new long[] {4, i % 200}, ret);
      }
      tape.writer.seal();
    }
  }

  /** The same recording under another name, with what was found out about it or without. */
  static void again(Path tape, Path other, boolean index) throws IOException {
    try (Stream<Path> files = Files.walk(tape)) {
      for (Path file : files.sorted().toList()) {
        Path there = other.resolve(tape.relativize(file));
        if (!index && file.startsWith(tape.resolve("index"))) {
          continue;
        }
        if (Files.isDirectory(file)) {
          Files.createDirectory(there);
        } else {
          Files.createLink(there, file);
        }
      }
    }
  }

  /** A recording that is being written. */
  static final class Growing implements AutoCloseable {
    private final SampleTapes tape;
    private int made;

    private Growing(SampleTapes tape) {
      this.tape = tape;
    }

    /** Makes so many calls. */
    void add(int calls) {
      for (int i = 0; i < calls; i++) {
        tape.call(KvmIoctl.KVM_IOEVENTFD, Subject.vm(0), new long[] {4, made++ % 200}, 0);
      }
    }

    void seal() throws IOException {
      tape.writer.seal();
    }

    @Override
    public void close() throws IOException {
      tape.close();
    }
  }

  static Growing growing(Path dir) throws IOException {
    return new Growing(new SampleTapes(dir, "linux-7.3", "growing"));
  }

  /** A recording whose names and strings are markup. */
  static void hostile(Path dir) throws IOException {
    try (SampleTapes tape = new SampleTapes(dir, HOSTILE, HOSTILE)) {
      tape.open(HOSTILE, Errno.ENOENT.result());
      tape.writer.seal();
    }
  }

  /**
   * Two threads that set registers at the same time: events 17 to 20, the first's about the
   * other's.
   */
  static void threads(Path dir) throws IOException {
    try (SampleTapes tape = new SampleTapes(dir, "linux-7.3", "threads")) {
      tape.setUp();
      tape.setRegisters(0, 1);
      long other = Actor.vmm(4712);
      long outer = tape.enterRegisters(HOST, 0, 2);
      long inner = tape.enterRegisters(other, 1, 3);
      tape.returns(KvmIoctl.KVM_SET_REGS, other, inner, 0);
      tape.returns(KvmIoctl.KVM_SET_REGS, HOST, outer, 0);
      tape.writer.seal();
    }
  }

  /** So many open files, the first with fd 3. */
  static void files(Path dir, int files) throws IOException {
    try (SampleTapes tape = new SampleTapes(dir, "linux-7.3", "files")) {
      for (int i = 0; i < files; i++) {
        tape.open("/dev/kvm", 3 + i);
      }
      tape.writer.seal();
    }
  }

  /** A recording without a call. */
  static void empty(Path dir) throws IOException {
    try (SampleTapes tape = new SampleTapes(dir, "linux-7.3", "nothing")) {
      tape.writer.seal();
    }
  }

  /** A recording in whose middle bytes were overwritten: what is around them can be read. */
  static void cut(Path dir) throws IOException {
    plain(dir, 40_000);
    damage(dir);
  }

  /** Overwrites bytes in the middle as a failing disk does: length and time of the file stay. */
  static void damage(Path dir) throws IOException {
    long blocks = Tape.manifestOf(dir).totals().bytes();
    try (Stream<Path> files = Files.walk(dir.resolve("journal"))) {
      Path journal = files.filter(f -> f.toString().endsWith(".cq4")).findFirst().orElseThrow();
      FileTime time = Files.getLastModifiedTime(journal);
      try (FileChannel channel = FileChannel.open(journal, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[100]), channel.size() - blocks / 2);
      }
      Files.setLastModifiedTime(journal, time);
    }
  }

  /** The log of a real QEMU. */
  static void imported(Path dir, String log) throws IOException {
    Path root = Path.of(System.getProperty("seamtape.root"));
    Path file = root.resolve("fixtures/corpus/strace").resolve(log + ".strace.gz");
    StraceImport.of(List.of(file), dir, ImportOptions.of(InputStream.nullInputStream()));
  }
}
