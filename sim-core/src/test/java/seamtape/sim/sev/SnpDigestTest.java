package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.SevCommand;
import seamtape.sim.kvm.sev.PlatformKeys;

/**
 * S7: the launch digest of an SNP guest over pages of every type, in any order, is what section 5
 * of sev-measure.md makes of them: KVM_SEV_SNP_LAUNCH_FINISH takes the ID block of that digest, and
 * none other.
 */
final class SnpDigestTest {
  private static final long POLICY = 0x30000;
  private static final int FRAMES = 24;
  private static final int NORMAL = 1;
  private static final int CPUID = 6;
  private static final int[] TYPES = {NORMAL, 3, 4, 5, CPUID};

  private final SevMachine sev = new SevMachine("linux-7.3");
  private byte[] digest = new byte[48];

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void s7TheDigestIsTheChainOverAllPagesAndVmsas(long seed) throws Exception {
    Random random = new Random(seed);
    sev.createVm(4);
    sev.init2(0, 0, 0);
    sev.memfdSlot(FRAMES << 12);
    sev.setAttributes(0, FRAMES << 12, 8);
    ByteBuffer start = sev.struct(64).putLong(0, POLICY);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start));
    for (int frame = 0; frame < FRAMES - 4; ) {
      int type = TYPES[random.nextInt(TYPES.length)];
      int pages = type == CPUID ? 1 : 1 + random.nextInt(3);
      add(random, frame, pages, type);
      frame += pages + random.nextInt(2);
    }
    for (int vcpu = 0; vcpu < seed; vcpu++) {
      sev.createVcpu(vcpu);
      extend(sha384(SevLaunchTest.resetVmsa(1)), 2, 0xffff_ffff_f000L);
    }
    assertEquals("0 0", finish());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 47})
  void s7AnotherDigestIsRefused(int at) throws Exception {
    sev.createVm(4);
    sev.init2(0, 0, 0);
    ByteBuffer start = sev.struct(64).putLong(0, POLICY);
    sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start);
    digest[at] ^= 1;
    assertEquals("EIO b", finish());
    digest[at] ^= 1;
    assertEquals("0 0", finish(), "nothing was added");
  }

  private void add(Random random, int frame, int pages, int type) throws Exception {
    byte[] content = new byte[pages << 12];
    random.nextBytes(content);
    if (type == CPUID) {
      content = new byte[content.length];
    }
    sev.m.store(GUEST + 0x20000, content);
    ByteBuffer update = sev.struct(64).putLong(0, frame).putLong(16, content.length);
    update.putLong(8, type == 3 ? 0 : GUEST + 0x20000).put(24, (byte) type);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update));
    for (int page = 0; page < pages; page++) {
      byte[] bytes = java.util.Arrays.copyOfRange(content, page << 12, page + 1 << 12);
      extend(type == NORMAL ? sha384(bytes) : new byte[48], type, (long) frame + page << 12);
    }
  }

  private void extend(byte[] content, int type, long gpa) throws GeneralSecurityException {
    ByteBuffer info = ByteBuffer.allocate(112).order(ByteOrder.LITTLE_ENDIAN);
    info.put(digest).put(content).putShort((short) 112).put((byte) type).putLong(104, gpa);
    digest = sha384(info.array());
  }

  private static byte[] sha384(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-384").digest(bytes);
  }

  private String finish() {
    ByteBuffer block = sev.struct(96).put(digest).putLong(88, POLICY);
    sev.m.store(GUEST + 0x30000, block.array());
    byte[] owner = {9};
    ByteBuffer auth = sev.struct(4096).putInt(0, 1).putInt(576, 2);
    auth.put(580, PlatformKeys.point(owner)).put(64, PlatformKeys.sign(owner, block.array()));
    sev.m.store(GUEST + 0x31000, auth.array());
    ByteBuffer finish = sev.struct(88).putLong(0, GUEST + 0x30000).putLong(8, GUEST + 0x31000);
    return sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, finish.put(16, (byte) 1));
  }
}
