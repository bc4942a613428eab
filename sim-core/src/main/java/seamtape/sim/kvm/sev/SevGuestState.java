package seamtape.sim.kvm.sev;

/** States of a guest in the firmware; the position is the value of GUEST_STATUS. */
public enum SevGuestState {
  UNINIT,
  LUPDATE,
  LSECRET,
  RUNNING,
  SUPDATE,
  RUPDATE,
  SENT
}
