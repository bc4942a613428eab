package seamtape.cli;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import seamtape.machine.Machine;
import seamtape.machine.MachineFactory;
import seamtape.sim.Simulator;

/** The simulator of this build, or one that a jar brings. */
final class Simulators {
  private static final String ENTRY = "seamtape.sim.Simulator";
  private static final String SHARED = "seamtape.machine.";

  private Simulators() {}

  static MachineFactory builtIn() {
    return new Simulator();
  }

  /**
   * @param jar null for the simulator of this build
   */
  static MachineFactory of(Path jar) {
    return jar == null ? builtIn() : load(jar);
  }

  private static MachineFactory load(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new UsageException("no simulator jar at " + jar + ": check the path");
    }
    try {
      ClassLoader loader = new ChildFirst(jar.toUri().toURL());
      Object simulator = loader.loadClass(ENTRY).getConstructor().newInstance();
      return checked((MachineFactory) simulator, jar);
    } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
      throw new UsageException(
          jar + " is not a simulator: it has no usable class " + ENTRY + " (" + e + ")");
    } catch (MalformedURLException e) {
      throw new UsageException("not a path of a jar: " + jar);
    }
  }

  private static MachineFactory checked(MachineFactory factory, Path jar) {
    if (factory.version() != Machine.VERSION) {
      throw new UsageException(
          jar
              + " speaks version "
              + factory.version()
              + " of the machine interface, this Seamtape "
              + Machine.VERSION
              + ": build it against the same interface");
    }
    return factory;
  }

  /** Loads the jar's own classes, catalog included; only the machine's interface is shared. */
  private static final class ChildFirst extends URLClassLoader {
    ChildFirst(URL jar) {
      super("simulator", new URL[] {jar}, Simulators.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("seamtape.") || name.startsWith(SHARED)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }

    @Override
    public URL getResource(String name) {
      URL own = findResource(name);
      return own == null ? super.getResource(name) : own;
    }

    @Override
    public java.io.InputStream getResourceAsStream(String name) {
      URL own = findResource(name);
      try {
        return own == null ? super.getResourceAsStream(name) : own.openStream();
      } catch (IOException e) {
        return null;
      }
    }
  }
}
