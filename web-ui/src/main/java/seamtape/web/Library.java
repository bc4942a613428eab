package seamtape.web;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/**
 * The recordings of a directory. Ids are slugs of the directories' names and are looked up here;
 * nothing of a request ever becomes a path. Links are not followed. Blocking.
 */
final class Library {
  private static final String SUFFIX = ".tape";

  /** More recordings than this are not listed. */
  private static final int MAX_RECORDINGS = 4096;

  private static final int MAX_NAME = 80;

  /** Deleted recordings, until somebody empties it. */
  static final String TRASH = ".trash";

  /**
   * One recording.
   *
   * @param manifest null when it cannot be read
   * @param fault why it cannot be opened, null for a whole one
   */
  record Entry(String id, String name, Path path, Manifest manifest, String fault) {}

  private final Path directory;

  /** The last listing's answers, by path, so that an unchanged recording is not opened again. */
  private final Map<Path, Known> known = new LinkedHashMap<>();

  /** Given out for recordings that are being made. */
  private final java.util.Set<Path> reserved = new java.util.HashSet<>();

  private record Known(long stamp, Manifest manifest, String fault) {}

  Library(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /** All recordings, by name. */
  synchronized List<Entry> list() throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Path path : directories()) {
      String file = path.getFileName().toString();
      String name = file.substring(0, file.length() - SUFFIX.length());
      String id = unused(slug(name), entries);
      Known state = look(path);
      entries.put(id, new Entry(id, name, path, state.manifest, state.fault));
    }
    known.keySet().retainAll(entries.values().stream().map(Entry::path).toList());
    return List.copyOf(entries.values());
  }

  Entry find(String id) throws IOException {
    for (Entry entry : list()) {
      if (entry.id().equals(id)) {
        return entry;
      }
    }
    throw Problem.notFound("no recording is called " + id);
  }

  /**
   * A path for a new recording that no other has.
   *
   * @param wanted what a person calls it; anything but letters, digits and a few signs is replaced
   */
  synchronized Path reserve(String wanted) throws IOException {
    if (isRecording(directory.toAbsolutePath())) {
      throw new Problem(409, "Conflict", "a single recording is served; serve a directory instead");
    }
    String plain = wanted.strip().replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[.-]+|-+$", "");
    String name = plain.length() > MAX_NAME ? plain.substring(0, MAX_NAME) : plain;
    name = name.isEmpty() ? "recording" : name;
    Path path = directory.resolve(name + SUFFIX);
    for (int i = 2; Files.exists(path, LinkOption.NOFOLLOW_LINKS) || reserved.contains(path); i++) {
      path = directory.resolve(name + "-" + i + SUFFIX);
    }
    reserved.add(path);
    return path;
  }

  static String nameOf(Path recording) {
    String file = recording.getFileName().toString();
    return file.substring(0, file.length() - SUFFIX.length());
  }

  /** Moves a recording out of the list; gives what brings it back. */
  synchronized String discard(String id) throws IOException {
    Path path = find(id).path();
    if (path.equals(directory.toAbsolutePath())) {
      throw new Problem(409, "Conflict", "the one recording that is served cannot be deleted");
    }
    Path trash = Files.createDirectories(directory.resolve(TRASH));
    String file = path.getFileName().toString();
    for (int i = 2; Files.exists(trash.resolve(file)); i++) {
      file = nameOf(path) + "-" + i + SUFFIX;
    }
    Files.move(path, trash.resolve(file));
    reserved.remove(path);
    return file;
  }

  /** Brings a discarded recording back; its id then. */
  synchronized String restore(String file) throws IOException {
    Path trash = directory.resolve(TRASH);
    if (Files.isDirectory(trash)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(trash)) {
        for (Path path : all) {
          if (path.getFileName().toString().equals(file) && isRecording(path)) {
            Path back = reserve(nameOf(path));
            Files.move(path, back);
            return idOf(back);
          }
        }
      }
    }
    throw Problem.notFound("nothing deleted is called " + file);
  }

  private String idOf(Path path) throws IOException {
    return list().stream()
        .filter(entry -> entry.path().getFileName().equals(path.getFileName()))
        .map(Entry::id)
        .findFirst()
        .orElse("");
  }

  private List<Path> directories() throws IOException {
    List<Path> found = new ArrayList<>();
    if (isRecording(directory.toAbsolutePath())) {
      found.add(directory.toAbsolutePath());
      return found;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path path : all) {
        if (found.size() < MAX_RECORDINGS && isRecording(path)) {
          found.add(path);
        }
      }
    }
    found.sort(null);
    return found;
  }

  private static boolean isRecording(Path path) {
    Path name = path.getFileName();
    return name != null
        && name.toString().endsWith(SUFFIX)
        && name.toString().length() > SUFFIX.length()
        && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Lower-case letters, digits and hyphens. */
  static String slug(String name) {
    String slug = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String trimmed = slug.replaceAll("^-|-$", "");
    return trimmed.isEmpty() ? "recording" : trimmed;
  }

  private static String unused(String slug, Map<String, Entry> entries) {
    String id = slug;
    for (int i = 2; entries.containsKey(id); i++) {
      id = slug + "-" + i;
    }
    return id;
  }

  private Known look(Path path) {
    long stamp = stamp(path);
    Known last = known.get(path);
    boolean unchanged =
        last != null
            && last.stamp == stamp
            && (last.manifest == null || last.manifest.state() != Manifest.State.OPEN);
    if (unchanged) {
      return last;
    }
    Known now = open(path, stamp);
    known.put(path, now);
    return now;
  }

  private static long stamp(Path path) {
    try {
      Path manifest = path.resolve("manifest.json");
      return Files.getLastModifiedTime(manifest).toMillis() * 31 + Files.size(manifest);
    } catch (IOException e) {
      return -1;
    }
  }

  /** One that is still written is not opened: that takes longer and longer, for each look. */
  private static Known open(Path path, long stamp) {
    try {
      Manifest manifest = Tape.manifestOf(path);
      boolean open = manifest.state() == Manifest.State.OPEN;
      return new Known(stamp, manifest, open ? null : fault(path));
    } catch (TapeException e) {
      return new Known(stamp, null, message(e));
    }
  }

  private static String fault(Path path) throws TapeException {
    try (Tape tape = Tape.open(path)) {
      if (Tape.isLong(tape.eventCount())) {
        tape.keepIndex(); // who opens it next need not look for its blocks again
      }
      Manifest manifest = tape.manifest();
      boolean lost =
          manifest.state() == Manifest.State.SEALED
              && tape.eventCount() != manifest.totals().events();
      return lost ? "the journal ends before the events the seal counts" : null;
    }
  }

  /** The message without the path, which is nobody's business but the server's. */
  static String message(TapeException e) {
    String text = String.valueOf(e.getMessage());
    String path = e.path() + ": ";
    return text.startsWith(path) ? text.substring(path.length()) : text;
  }
}
