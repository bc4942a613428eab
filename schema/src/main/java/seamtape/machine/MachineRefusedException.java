package seamtape.machine;

/** A machine that cannot be built as it was asked for; the message says what to ask for instead. */
public final class MachineRefusedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public MachineRefusedException(String message) {
    super(message);
  }

  /**
   * Builds a machine, of any build of the simulator.
   *
   * @throws MachineRefusedException when the factory refuses, or speaks another version
   */
  public static Machine orMachine(
      MachineFactory factory, MachineSpec spec, UserMemory memory, NestedCalls nested) {
    if (factory.version() != Machine.VERSION) {
      throw new MachineRefusedException(
          "simulator %s speaks version %d of the machine interface; this Seamtape speaks %d"
              .formatted(factory.build(), factory.version(), Machine.VERSION));
    }
    try {
      return factory.create(spec, memory, nested);
    } catch (IllegalArgumentException e) {
      throw new MachineRefusedException(e.getMessage());
    }
  }
}
