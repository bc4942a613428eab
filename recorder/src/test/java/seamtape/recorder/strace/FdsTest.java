package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import seamtape.recorder.log.Warnings.Kind;

/** What an ioctl is made on, as far as the log lets one know. */
class FdsTest {
  private static List<String> subjects(Imported imported) {
    return imported.calls().stream().map(Imported.Call::subject).toList();
  }

  @Test
  void followsBareFdsFromTheCallsThatMakeThem() throws IOException {
    Imported imported =
        Imported.of(
            "ioctl(3, KVM_GET_API_VERSION, 0) = 12",
            "ioctl(3, KVM_CREATE_VM, 0) = 4",
            "ioctl(3, KVM_CREATE_VM, 0) = 5",
            "ioctl(5, KVM_CREATE_VCPU, 7) = 6",
            "ioctl(4, KVM_CREATE_VCPU, 1) = 8",
            "ioctl(6, KVM_RUN, 0) = 0",
            "ioctl(8, KVM_RUN, 0) = 0",
            "ioctl(4, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS) = 2");
    assertEquals(
        List.of("system", "system", "system", "vm1", "vm0", "vm1/vcpu7", "vm0/vcpu1", "vm0"),
        subjects(imported));
    assertEquals(0, imported.report.warningCounts().size());
  }

  @Test
  void anFdIsReusedAfterACloseThatTheLogDoesNotShow() throws IOException {
    Imported imported =
        Imported.of(
            "ioctl(3, KVM_CREATE_VM, 0) = 4",
            "ioctl(4, KVM_CREATE_VCPU, 0) = 5",
            "ioctl(3, KVM_CREATE_VM, 0) = 5",
            "ioctl(5, KVM_CREATE_VCPU, 2) = 4",
            "ioctl(4, KVM_RUN, 0) = 0");
    assertEquals("vm1/vcpu2", imported.call(4).subject());
  }

  @Test
  void followsDuplicatesAndCloses() throws IOException {
    Imported imported =
        Imported.of(
            "openat(AT_FDCWD, \"/dev/kvm\", O_RDWR|O_CLOEXEC) = 3",
            "ioctl(3, KVM_CREATE_VM, 0) = 4",
            "dup(4) = 5",
            "dup2(4, 9) = 9",
            "dup3(4, 10, O_CLOEXEC) = 10",
            "fcntl(4, F_DUPFD_CLOEXEC, 11) = 11",
            "fcntl(4, F_GETFD) = 0x1 (flags FD_CLOEXEC)",
            "close(4) = 0",
            "close(77) = 0",
            "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = 4",
            "ioctl(11, KVM_CREATE_VCPU, 0) = 4",
            "eventfd2(0, EFD_CLOEXEC|EFD_NONBLOCK) = 12",
            "mmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 4, 0) = 0x7f0000000000",
            "munmap(0x7f0000000000, 12288) = 0",
            "close(12) = 0");
    assertEquals(
        List.of(
            "OPEN",
            "KVM_CREATE_VM",
            "DUP",
            "DUP",
            "DUP",
            "DUP",
            "CLOSE",
            "KVM_CREATE_VCPU",
            "EVENTFD",
            "MMAP",
            "MUNMAP",
            "CLOSE"),
        imported.calls().stream().map(Imported.Call::name).toList());
    assertEquals("vm0", imported.call(7).subject());
    assertEquals("vm0/vcpu0", imported.call(9).subject());
    assertEquals(0x7f0000000000L, imported.call(9).enter().fields[0]);
    assertEquals(0x80800, imported.call(8).enter().fields[1]);
    assertEquals(2, imported.report.ioctls());
  }

  @Test
  void recordsAnonymousMemoryOnceASlotRefersToIt() throws IOException {
    Imported imported =
        Imported.of(
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) ="
                + " 0x7f0000000000",
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) ="
                + " 0x7f0000100000",
            "ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=0, flags=0, guest_phys_addr=0,"
                + " memory_size=4096, userspace_addr=0x7f0000101000}) = 0",
            "ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=0, flags=0, guest_phys_addr=0,"
                + " memory_size=0, userspace_addr=0x7f0000101000}) = 0",
            "munmap(0x7f0000000000, 8192) = 0",
            "munmap(0x7f0000100000, 8192) = 0");
    assertEquals(
        List.of("MMAP", "KVM_SET_USER_MEMORY_REGION", "KVM_SET_USER_MEMORY_REGION", "MUNMAP"),
        imported.calls().stream().map(Imported.Call::name).toList());
    assertEquals(0x7f0000100000L, imported.call(0).enter().fields[0]);
    assertEquals(8192, imported.call(0).enter().fields[1]);
  }

  @Test
  void infersFromTheRequestWhatTheLogNeverMade() throws IOException {
    Imported imported =
        Imported.of("ioctl(13, KVM_RUN, 0) = 0", "ioctl(12, KVM_SET_TSS_ADDR, 0xfffbd000) = 0");
    assertEquals(List.of("vm0/vcpu0", "vm1"), subjects(imported));
    assertEquals(2, imported.warnings(Kind.INFERRED_FD));
  }

  @Test
  void believesTheAnnotationMost() throws IOException {
    Imported imported =
        Imported.of(
            "ioctl(3</dev/kvm<char 10:232>>, KVM_CREATE_VM, 0) = 4<anon_inode:kvm-vm>",
            "ioctl(4<anon_inode:kvm-vm>, KVM_CREATE_VCPU, 0) = 5<anon_inode:kvm-vcpu:0>",
            "ioctl(5<anon_inode:kvm-vcpu:3>, KVM_RUN, 0) = 0",
            "close(5<pipe:[31833]>) = 0",
            "ioctl(6<anon_inode:kvm-vfio>, KVM_SET_DEVICE_ATTR, 0x7f00) = 0",
            "ioctl(1</dev/null<char 1:3>>, KVM_RUN, 0) = -1 ENOTTY (Inappropriate ioctl for device)");
    assertEquals(List.of("system", "vm0", "vm0/vcpu3", "vm0", "system"), subjects(imported));
  }

  @Test
  void keepsTheTablesOfProcessesApartWhenTheLogShowsTheFork() throws IOException {
    Imported imported =
        Imported.of(
            "1 openat(AT_FDCWD, \"/dev/kvm\", O_RDWR) = 3",
            "1 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 2",
            "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, exit_signal=0}, 88) = 9",
            "1 ioctl(3, KVM_CREATE_VM, 0) = 4",
            "2 ioctl(3, KVM_CREATE_VM, 0) = 4",
            "1 ioctl(4, KVM_CREATE_VCPU, 0) = 5",
            "2 ioctl(4, KVM_CREATE_VCPU, 0) = 5",
            "9 ioctl(5, KVM_RUN, 0) = 0",
            "2 ioctl(5, KVM_RUN, 0) = 0");
    assertEquals("vm0", imported.call(3).subject());
    assertEquals("vm1", imported.call(4).subject());
    assertEquals("vm0/vcpu0", imported.call(5).subject());
    assertEquals("vm1/vcpu0", imported.call(6).subject());
  }

  @Test
  void theFirstThreadKeepsItsIdWhenPidsAppear() throws IOException {
    Imported imported =
        Imported.of(
            "ioctl(3, KVM_CREATE_VM, 0) = 4",
            "strace: Process 501 attached",
            "[pid 500] ioctl(4, KVM_CREATE_VCPU, 0) = 5",
            "[pid 501] ioctl(5, KVM_RUN, 0) = 0");
    assertEquals(List.of(1, 1, 501), imported.calls().stream().map(Imported.Call::tid).toList());
  }
}
