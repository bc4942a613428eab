package seamtape.sim.sev;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.machine.NestedCalls;
import seamtape.sim.TestMachine;

/** A machine with an AMD CPU, and SEV commands in one line each. */
final class SevMachine {
  /** Where the command's own struct lies, where blobs lie, and where results go. */
  static final long DATA = ARG + 0x400;

  static final long BLOB = ARG + 0x1000;
  static final long OUT = ARG + 0x3000;

  static final int KEEP_ERROR = 0x5a5a;

  final TestMachine m;
  int sevFd;
  int vm;

  /** Of the last launch. */
  int policy;

  SevMachine(String profile) {
    this(profile, NestedCalls.NONE);
  }

  SevMachine(String profile, NestedCalls nested) {
    this(new TestMachine(profile, "amd", false, nested));
  }

  SevMachine(TestMachine machine) {
    m = machine;
    m.open();
    sevFd = (int) m.machine.open(TestMachine.TID, "/dev/sev", 2);
    m.memory.map(GUEST, 0x40_0000);
  }

  /** Makes a VM of a type and works on it from now on. */
  int createVm(long type) {
    vm = (int) m.ioctl(m.kvm, KvmIoctl.KVM_CREATE_VM, type);
    m.vm = vm;
    return vm;
  }

  int createVcpu(int id) {
    m.vcpu = (int) m.ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, id);
    m.machine.mmap(TestMachine.TID, RUN, 12288, 3, 1, m.vcpu, 0);
    return m.vcpu;
  }

  /** A struct at {@link #DATA}, to be filled. */
  ByteBuffer struct(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  String command(SevCommand command) {
    return command(command.id(), 0);
  }

  String command(SevCommand command, ByteBuffer data) {
    m.store(DATA, data.array());
    return command(command.id(), DATA);
  }

  /** The result as a number or an errno's name, then what the firmware said. */
  String command(int id, long data) {
    ByteBuffer command = struct(24);
    command.putInt(0, id).putLong(8, data).putInt(16, KEEP_ERROR).putInt(20, sevFd);
    m.store(ARG, command.array());
    long result = m.ioctl(vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, ARG);
    int error = (int) m.number(ARG + 16, 4);
    String said = error == KEEP_ERROR ? "-" : Integer.toHexString(error);
    return name(result) + " " + said;
  }

  static String name(long result) {
    return Errno.ofResult(result).map(Enum::name).orElse(Long.toString(result));
  }

  String enableCap(int target, KvmCapability cap, long arg) {
    ByteBuffer enable = struct(104);
    enable.putInt(0, cap.number()).putLong(8, arg);
    m.store(ARG, enable.array());
    return name(m.ioctl(target, KvmIoctl.KVM_ENABLE_CAP, ARG));
  }

  String init(boolean es) {
    return command(es ? SevCommand.KVM_SEV_ES_INIT : SevCommand.KVM_SEV_INIT);
  }

  String init2(long features, int flags, int ghcbVersion) {
    ByteBuffer init = struct(48);
    init.putLong(0, features).putInt(8, flags).putShort(12, (short) ghcbVersion);
    return command(SevCommand.KVM_SEV_INIT2, init);
  }

  String launchStart(int policy) {
    return launchStart(0, policy);
  }

  String launchStart(int handle, int policy) {
    this.policy = policy;
    return command(SevCommand.KVM_SEV_LAUNCH_START, struct(40).putInt(0, handle).putInt(4, policy));
  }

  String updateData(long address, int length) {
    return command(
        SevCommand.KVM_SEV_LAUNCH_UPDATE_DATA, struct(16).putLong(0, address).putInt(8, length));
  }

  String measure(int length) {
    return command(SevCommand.KVM_SEV_LAUNCH_MEASURE, struct(16).putLong(0, OUT).putInt(8, length));
  }

  String finish() {
    return command(SevCommand.KVM_SEV_LAUNCH_FINISH);
  }

  /** Handle, policy and state, when the firmware tells them. */
  String status() {
    String result = command(SevCommand.KVM_SEV_GUEST_STATUS, struct(12));
    return result.equals("0 0")
        ? m.number(DATA, 4) + " " + m.number(DATA + 4, 4) + " " + m.number(DATA + 8, 4)
        : result;
  }

  /** A VM with a running guest of a policy, a region of its memory encrypted. */
  SevMachine running(int policy) {
    createVm(0);
    init(false);
    launchStart(policy);
    updateData(GUEST, 0x1000);
    measure(48);
    finish();
    return this;
  }

  byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    m.memory.read(address, bytes, 0, length);
    return bytes;
  }

  /** A slot at 0 with a guest_memfd behind it, and {@code GUEST} as what is shared. */
  void memfdSlot(long size) {
    m.store(ARG, struct(64).putLong(0, size).array());
    long memfd = m.ioctl(vm, KvmIoctl.KVM_CREATE_GUEST_MEMFD, ARG);
    ByteBuffer region = struct(160).putInt(4, 4).putLong(16, size).putLong(24, GUEST);
    m.store(ARG, region.putInt(40, (int) memfd).array());
    assertEquals(0, m.ioctl(vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION2, ARG));
  }

  void setAttributes(long address, long size, long attributes) {
    m.store(ARG, struct(32).putLong(0, address).putLong(8, size).putLong(16, attributes).array());
    assertEquals(0, m.ioctl(vm, KvmIoctl.KVM_SET_MEMORY_ATTRIBUTES, ARG));
  }

  /** The owner's packet for LAUNCH_SECRET of 16 bytes: header at BLOB + 0x100, data at + 0x200. */
  void secret() throws GeneralSecurityException {
    secret(0);
  }

  /**
   * As {@link #secret()}.
   *
   * @param flags of the packet: 1 for compressed data
   */
  void secret(int flags) throws GeneralSecurityException {
    byte[] measured = bytes(OUT, 32);
    byte[] data = new byte[16];
    ByteBuffer mac = struct(1 + 4 + 16 + 4 + 4 + 16 + 32).put((byte) 1).putInt(1, flags);
    mac.putInt(21, 16).putInt(25, 16).position(29);
    mac.put(data).put(measured);
    byte[] header = new byte[52];
    header[0] = (byte) flags;
    System.arraycopy(hmac(hmac("1", "tik:3"), mac.array()), 0, header, 20, 32);
    m.store(BLOB + 0x100, header);
    m.store(BLOB + 0x200, data);
  }

  private static byte[] hmac(String key, String text) throws GeneralSecurityException {
    byte[] drawn = hmac(key.getBytes(US_ASCII), text.getBytes(US_ASCII));
    return Arrays.copyOf(drawn, 16);
  }

  private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text);
  }
}
