package seamtape.bench;

/** The flags of the parent pom's seamtape.jvm.flags, for the forks of JMH. */
final class ChronicleFlags {
  static final String ANALYTICS = "-Dchronicle.analytics.disable=true";
  static final String MISC = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
  static final String REF = "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED";
  static final String UTIL = "--add-exports=java.base/jdk.internal.util=ALL-UNNAMED";
  static final String NIO = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";
  static final String UNSAFE = "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED";
  static final String IO = "--add-opens=java.base/java.io=ALL-UNNAMED";
  static final String LANG = "--add-opens=java.base/java.lang=ALL-UNNAMED";
  static final String COLLECTIONS = "--add-opens=java.base/java.util=ALL-UNNAMED";
  static final String REFLECT = "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED";

  private ChronicleFlags() {}
}
