package seamtape.workload;

/** Where in a workload file something stands; both from 1. */
public record Position(int line, int column) {
  @Override
  public String toString() {
    return line + ":" + column;
  }
}
