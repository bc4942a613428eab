package seamtape.codec;

import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.Field;

/**
 * A row that this build's catalog has not, or has with fewer fields, as the writer of a recording
 * described it. Not part of {@link seamtape.catalog.Catalog}; its ordinal is -1.
 */
public record WriterCall(
    String name,
    Family family,
    int number,
    String label,
    String doc,
    List<Field> in,
    List<Field> out,
    boolean copies)
    implements Call {
  @Override
  public int ordinal() {
    return -1;
  }
}
