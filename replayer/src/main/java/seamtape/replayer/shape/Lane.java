package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.List;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** Where calls happen: a vCPU, or a thread of the VMM for calls on no vCPU. */
public final class Lane {
  private final String name;
  private final boolean vcpu;
  private final List<Track> tracks = new ArrayList<>();

  Lane(String name, boolean vcpu) {
    this.name = name;
    this.vcpu = vcpu;
  }

  /** {@code vm0/vcpu1} or {@code vmm/4711}. */
  public String name() {
    return name;
  }

  public boolean vcpu() {
    return vcpu;
  }

  /** One for each depth of nesting. */
  public List<Track> tracks() {
    return tracks;
  }

  void write(NumberWriter to) {
    to.put(name);
    to.put(vcpu ? 1 : 0);
    to.put(tracks.size());
    tracks.forEach(track -> track.write(to));
  }

  static Lane read(NumberReader from) {
    Lane lane = new Lane(from.text(), from.number() != 0);
    int count = from.count();
    for (int depth = 0; depth < count; depth++) {
      lane.tracks.add(Track.read(from, depth));
    }
    return lane;
  }

  Track track(int depth) {
    while (tracks.size() <= depth) {
      tracks.add(new Track(tracks.size()));
    }
    return tracks.get(depth);
  }
}
