package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;
import static seamtape.sim.sev.SevMachine.OUT;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.SevCommand;

/**
 * S7: every command in every state of the guest in the firmware, as the column firmware_guest_state
 * of sev-commands.csv says; where that is uncertain, as AMD's published firmware (AMD-ASPFW,
 * sev_mcmd.c) does. A command in another state fails with INVALID_GUEST_STATE and changes nothing.
 */
final class SevGuestStatesTest {
  private static final String LAUNCHED = "es+vcpu+esstarted+data";

  /** States and how to reach them, with a guest that has one vCPU. */
  private enum Reached {
    LUPDATE(LAUNCHED),
    LSECRET(LAUNCHED + "+measured"),
    RUNNING(LSECRET.words + "+finished"),
    SUPDATE(RUNNING.words + "+sendstart"),
    RUPDATE(SUPDATE.words + "+packet+es+vcpu+receivestart"),
    SENT(SUPDATE.words + "+sendfinish");

    private final String words;

    Reached(String words) {
      this.words = words;
    }
  }

  private static final Set<Reached> ANY = Set.of(Reached.values());

  private static final Map<SevCommand, Set<Reached>> PUBLISHED =
      Map.of(
          SevCommand.KVM_SEV_DBG_DECRYPT, ANY,
          SevCommand.KVM_SEV_DBG_ENCRYPT, ANY,
          SevCommand.KVM_SEV_GET_ATTESTATION_REPORT,
              Set.of(Reached.LSECRET, Reached.RUNNING, Reached.SUPDATE, Reached.SENT));

  /**
   * What is not asked in a state: it makes a guest, is for VMs of other kinds, or is no command.
   */
  private static final List<String> APART =
      List.of("INIT", "SNP", "LAUNCH_START", "RECEIVE_START", "CERT_EXPORT");

  @ParameterizedTest
  @EnumSource(Reached.class)
  void s7ACommandIsTakenInTheStatesOfItsRow(Reached state) throws Exception {
    Map<String, String> columns = SevCommandTableTest.column(5);
    Map<String, String> wrong = new TreeMap<>();
    for (SevCommand command : SevCommand.values()) {
      String row = columns.get(command.name());
      boolean apart = APART.stream().anyMatch(command.name()::contains);
      if (apart || command.name().matches(".*(SEND|RECEIVE)_UPDATE_VMSA")) {
        continue;
      }
      SevMachine sev = new SevMachine("linux-7.3");
      new SevState(sev).reach(state.words);
      String[] ends = row.split(" -> ");
      boolean taken = allowed(command, ends[0]).contains(state);
      String next = taken && ends.length > 1 ? ends[1] : state.name();
      String got = ask(sev, command);
      int after = sev.status().charAt(4) - '0';
      String expected = (taken ? "0 0" : "EIO 2") + " " + number(next);
      if (!expected.equals(got + " " + after)) {
        wrong.put(command.name(), got + " " + after + ", not " + expected);
      }
    }
    assertEquals(Map.of(), wrong);
  }

  private static Set<Reached> allowed(SevCommand command, String row) {
    if (PUBLISHED.containsKey(command)) {
      return PUBLISHED.get(command);
    }
    return row.equals("any") ? ANY : Set.of(Reached.valueOf(row.split(" ")[0]));
  }

  private static int number(String state) {
    return List.of("UNINIT", "LUPDATE", "LSECRET", "RUNNING", "SUPDATE", "RUPDATE", "SENT")
        .indexOf(state);
  }

  /** The command with an argument that is right where the state is. */
  private static String ask(SevMachine sev, SevCommand command) throws GeneralSecurityException {
    ByteBuffer data = sev.struct(128);
    switch (command) {
      case KVM_SEV_LAUNCH_UPDATE_DATA -> data.putLong(0, GUEST + 0x1000).putInt(8, 16);
      case KVM_SEV_LAUNCH_MEASURE -> data.putLong(0, OUT).putInt(8, 48);
      case KVM_SEV_LAUNCH_SECRET -> {
        sev.secret();
        packet(data);
      }
      case KVM_SEV_RECEIVE_UPDATE_DATA -> packet(data);
      case KVM_SEV_DBG_DECRYPT, KVM_SEV_DBG_ENCRYPT ->
          data.putLong(0, GUEST).putLong(8, OUT).putInt(16, 16);
      case KVM_SEV_GET_ATTESTATION_REPORT -> data.putLong(16, OUT).putInt(24, 208);
      case KVM_SEV_SEND_START -> {
        return new SevState(sev).sendStart();
      }
      case KVM_SEV_SEND_UPDATE_DATA -> {
        return new SevState(sev).sendPacket();
      }
      default -> {}
    }
    return sev.command(command, data);
  }

  private static void packet(ByteBuffer data) {
    data.putLong(0, BLOB + 0x100).putInt(8, 52).putLong(16, GUEST).putInt(24, 16);
    data.putLong(32, BLOB + 0x200).putInt(40, 16);
  }
}
