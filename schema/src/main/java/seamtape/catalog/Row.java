package seamtape.catalog;

/**
 * What recording asks of a call for each event, as fields: asking the {@link Call}, one of ten
 * enums, costs more than the answer is worth there.
 */
public final class Row {
  public final Call call;

  /** Its {@link Catalog#id}; -1 for a row of another build. */
  public final int index;

  /** Fields of the enter event (of the only event, for an input). */
  public final int in;

  /** Fields of the return event. */
  public final int out;

  /** See {@link Call#copies}. */
  public final boolean copies;

  /** True for KVM ioctls, those without a row included. */
  public final boolean ioctl;

  Row(Call call, int index) {
    this.call = call;
    this.index = index;
    in = call.in().size();
    out = call.out().size();
    copies = call.copies();
    ioctl = call.family() == Family.KVM_IOCTL || call == FileOperation.KVM_UNKNOWN_IOCTL;
  }
}
