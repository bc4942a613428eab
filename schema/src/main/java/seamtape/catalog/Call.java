package seamtape.catalog;

import java.util.List;

/** A row of the catalog. Implemented by one enum a family; {@link Catalog} knows them all. */
public interface Call {
  /** The {@link #number} of a family's row for calls that have no row: kept raw, never lost. */
  int UNKNOWN_NUMBER = -1;

  /** The name in source code, workloads and the Avro schema: letters, digits, underscores. */
  String name();

  /** Position in its family. */
  int ordinal();

  Family family();

  /** The ABI number: 32-bit ioctl request, leaf, sub-function or hypercall number. */
  int number();

  /** One sentence. */
  String doc();

  /** Fields of the enter event (of the only event, for an input). */
  List<Field> in();

  /** Fields of the return event. */
  List<Field> out();

  /** Names of the fields of {@link #in} that are 0 in nearly all events. */
  default List<String> seldomIn() {
    return List.of();
  }

  /** Names of the fields of {@link #out} that are 0 in nearly all events. */
  default List<String> seldomOut() {
    return List.of();
  }

  /** True where events carry bytes copied from or to user memory. */
  default boolean copies() {
    return false;
  }

  /** The first version of the kernel or the TDX module that has it; empty where it is not told. */
  default String since() {
    return "";
  }

  /** The name people know, as its specification writes it. */
  default String label() {
    return name();
  }
}
