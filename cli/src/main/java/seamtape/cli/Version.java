package seamtape.cli;

import picocli.CommandLine.IVersionProvider;

/** Version of the tool and of the Java it runs on. */
final class Version implements IVersionProvider {
  /** Name and version, as manifests carry it. */
  static final String TOOL = "seamtape " + implementation();

  private static String implementation() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development build" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      TOOL,
      "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
    };
  }
}
