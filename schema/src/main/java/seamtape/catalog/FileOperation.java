package seamtape.catalog;

import static seamtape.catalog.Field.outcome;
import static seamtape.catalog.Field.stimulus;
import static seamtape.catalog.Format.ADDRESS;
import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.FD;
import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.Format.REQUEST;
import static seamtape.catalog.Format.RESULT;

import java.util.List;

/** File operations on KVM fds and on the user memory that KVM is given. */
public enum FileOperation implements Call {
  OPEN("Open a device file; the path is the copied bytes", stimulus("flags", HEX, "O_ flags")),
  CLOSE("Close an fd", stimulus("fd", FD, "")),
  DUP("Duplicate an fd to the lowest free one", stimulus("fd", FD, "")),
  EVENTFD("Create an eventfd", stimulus("initval", DEC, ""), stimulus("flags", HEX, "EFD_ flags")),
  MMAP(
      "Map anonymous memory (fd -1) or a KVM fd at an address",
      stimulus("addr", ADDRESS, ""),
      stimulus("length", DEC, "bytes"),
      stimulus("prot", HEX, "PROT_ flags"),
      stimulus("flags", HEX, "MAP_ flags"),
      stimulus("fd", FD, ""),
      stimulus("offset", HEX, "bytes")),
  MUNMAP("Unmap user memory", stimulus("addr", ADDRESS, ""), stimulus("length", DEC, "bytes")),
  /** Numbers of type 0xAE without a row: recorded raw, never lost. */
  KVM_UNKNOWN_IOCTL(
      "A KVM ioctl that the catalog does not know",
      stimulus("fd", FD, ""),
      stimulus("request", REQUEST, "full 32-bit number"),
      stimulus("arg", HEX, ""));

  private final String doc;
  private final List<Field> in;

  FileOperation(String doc, Field... in) {
    this.doc = doc;
    this.in = List.of(in);
  }

  @Override
  public Family family() {
    return Family.FILE_OPERATION;
  }

  @Override
  public int number() {
    return ordinal();
  }

  @Override
  public String doc() {
    return doc;
  }

  @Override
  public List<Field> in() {
    return in;
  }

  @Override
  public List<Field> out() {
    return RET;
  }

  @Override
  public boolean copies() {
    return this == KVM_UNKNOWN_IOCTL || this == OPEN;
  }

  @Override
  public String label() {
    return this == KVM_UNKNOWN_IOCTL ? "KVM_?" : name().toLowerCase(java.util.Locale.ROOT);
  }

  private static final List<Field> RET =
      List.of(outcome("ret", RESULT, "result, or a negative errno"));
}
