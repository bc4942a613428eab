package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.SevCommand;
import seamtape.sim.kvm.sev.PlatformKeys;

/** S7: the ID block of KVM_SEV_SNP_LAUNCH_FINISH: what the owner expects, and who signed it. */
final class SnpIdentityTest {
  private static final long POLICY = 0x30000;
  private static final byte[] OWNER = {1, 2, 3};
  private static final byte[] AUTHOR = {4, 5, 6};
  private static final int ID_KEY = 576;
  private static final int AUTHOR_KEY = 2176;

  private final SevMachine sev = new SevMachine("linux-7.3");
  private final ByteBuffer block = little(96).putLong(88, POLICY);
  private final ByteBuffer auth = little(4096);

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void sign() {
    auth.putInt(0, 1).putInt(4, 1);
    auth.putInt(ID_KEY, 2).put(ID_KEY + 4, PlatformKeys.point(OWNER));
    auth.put(64, PlatformKeys.sign(OWNER, block.array()));
    auth.putInt(AUTHOR_KEY, 2).put(AUTHOR_KEY + 4, PlatformKeys.point(AUTHOR));
    byte[] key = Arrays.copyOfRange(auth.array(), ID_KEY, ID_KEY + 1028);
    auth.put(1664, PlatformKeys.sign(AUTHOR, key));
  }

  private String finish(boolean author) {
    sev.m.store(GUEST, block.array());
    sev.m.store(GUEST + 0x1000, auth.array());
    ByteBuffer finish = sev.struct(88).putLong(0, GUEST).putLong(8, GUEST + 0x1000);
    finish.put(16, (byte) 1).put(17, (byte) (author ? 1 : 0));
    return sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, finish);
  }

  @ParameterizedTest
  @CsvSource({
    "signed by the owner, none, 0, 0, 0 0, 0 0",
    "a version of the guest that the owner did not sign, block, 84, 1, EIO a, EIO a",
    "another digest, block, 0, 1, EIO b, EIO b",
    "another policy, block, 88, 1, EIO 7, EIO 7",
    "another algorithm, auth, 0, 2, EIO 16, EIO 16",
    "another algorithm of the author, auth, 4, 2, 0 0, EIO 16",
    "another curve, auth, 576, 1, EIO a, EIO a",
    "a key that is no point, auth, 580, 9, EIO a, EIO a",
    "a signature of something else, auth, 64, 9, EIO a, EIO a",
    "a number of the signature beyond 384 bits, auth, 112, 1, EIO a, EIO a",
    "a signature of the key that is none, auth, 1664, 9, 0 0, EIO a"
  })
  void s7TheFirmwareChecksDigestPolicyAlgorithmThenSignatures(
      String what, String where, int at, int value, String alone, String withAuthor) {
    for (boolean author : new boolean[] {false, true}) {
      sev.createVm(4);
      assertEquals("0 0", sev.init2(0, 0, 0));
      ByteBuffer start = sev.struct(64).putLong(0, POLICY);
      assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start));
      sign();
      byte before = where.equals("auth") ? auth.get(at) : block.get(at);
      if (!where.equals("none")) {
        (where.equals("auth") ? auth : block).put(at, (byte) value);
      }
      assertEquals(author ? withAuthor : alone, finish(author), what + author);
      (where.equals("auth") ? auth : block).put(at, before);
    }
  }
}
