package seamtape.workload;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.catalog.TdxCommand;
import seamtape.json.JsonWriter;

/**
 * The JSON Schema of workload files, for editors: completion and hints from the catalog. What only
 * a reading can know (names, the short form of calls) it lets pass.
 */
public final class WorkloadSchema {
  private final StringBuilder text = new StringBuilder();
  private final JsonWriter json = new JsonWriter(text, 2);

  private WorkloadSchema() {}

  /** The document, draft 7 of JSON Schema. */
  public static String text() {
    WorkloadSchema schema = new WorkloadSchema();
    schema.document();
    return schema.text.append('\n').toString();
  }

  private void document() {
    json.beginObject();
    member("$schema", "http://json-schema.org/draft-07/schema#");
    member("title", "Seamtape workload");
    member("type", "object");
    json.name("required").beginArray().value("steps").endArray();
    json.name("additionalProperties").value(false);
    json.name("properties").beginObject();
    head();
    json.endObject();
    json.name("definitions").beginObject();
    definitions();
    json.endObject().endObject();
  }

  private void head() {
    typed("name", "string", "name of the workload; its file's unless said");
    typed("doc", "string", "what it shows");
    json.name("machine").beginObject();
    member("description", "the machine it runs on");
    object(true);
    symbols("vendor", MachineRequest.VENDORS);
    symbols("tdx_module", MachineRequest.TDX_MODULES);
    symbols("role", MachineRequest.ROLES);
    json.endObject().endObject();
    json.name("profiles").beginObject();
    member("description", "the profiles that it is for; every one unless said");
    types("string", "array");
    json.endObject();
    typed("seed", "integer", "seed of all that is random, unless --seed gives another");
    open("parameters", "numbers, and text in quotes, that --set replaces", "number");
    open("memory", "user memory by name, in bytes, whole pages", "number");
    open("guest", "guest code by name", "code");
    reference("steps", "steps");
  }

  private void definitions() {
    json.name("number").beginObject();
    member("description", "a number, or an expression of numbers and names");
    json.name("type").beginArray().value("integer").value("string").value("boolean").endArray();
    json.endObject();
    json.name("value").beginObject();
    member("description", "a number, bytes in hex, or the members of an array or struct");
    types("integer", "string", "boolean", "array", "object");
    json.endObject();
    symbolDefinition("exit_reason", KvmExit.values());
    code();
    steps();
    data();
    expectations();
    for (KvmIoctl row : KvmIoctl.values()) {
      call(row);
    }
  }

  private void code() {
    json.name("code").beginObject();
    object(true);
    reference("org", "number");
    symbols("bits", List.of("16", "32", "64"));
    symbols("entry", List.of("td"));
    typed("firmware", "string", "parameter with the file of a firmware image; empty for none");
    reference("ram", "number");
    json.name("asm").beginObject();
    types("string", "array");
    json.endObject();
    typed("bytes", "string", "hex digits in pairs");
    json.endObject().endObject();
  }

  private void steps() {
    json.name("steps").beginObject();
    member("type", "array");
    json.name("items").beginObject().name("anyOf").beginArray();
    json.beginObject().name("type").value("string").endObject();
    json.beginObject().name("$ref").value("#/definitions/step").endObject();
    json.endArray().endObject().endObject();
    json.name("step").beginObject();
    object(false);
    typed("as", "string", "name that the result gets");
    reference("expect", "expect");
    actions();
    for (KvmIoctl row : KvmIoctl.values()) {
      json.name(row.name()).beginObject();
      member("description", row.doc());
      json.name("anyOf").beginArray();
      json.beginObject().name("type").value("null").endObject();
      json.beginObject().name("$ref").value("#/definitions/" + row.name()).endObject();
      json.endArray().endObject();
    }
    for (TdxCommand row : TdxCommand.values()) {
      command(row.name(), row.doc());
    }
    for (SevCommand row : SevCommand.values()) {
      command(row.name(), row.doc());
    }
    json.endObject().endObject();
  }

  /** A sub-command of KVM_MEMORY_ENCRYPT_OP. */
  private void command(String name, String doc) {
    json.name(name).beginObject();
    member("description", doc);
    types("object", "null");
    json.endObject();
  }

  private void actions() {
    for (String verb : List.of("open", "close", "dup", "eventfd", "mmap", "munmap")) {
      json.name(verb).beginObject();
      types("string", "integer", "object", "null");
      json.endObject();
    }
    numbers("ioctl", List.of("on", "request", "arg"));
    numbers("write", List.of("on", "value"));
    reference("store", "data");
    reference("compare", "data");
    typed("set", "object", "a struct by name, and its fields");
    json.name("repeat").beginObject();
    object(true);
    reference("times", "number");
    typed("as", "string", "variable that counts from 0");
    reference("steps", "steps");
    json.endObject().endObject();
    json.name("sections").beginObject();
    object(true);
    typed("of", "string", "guest code that is the image of a TD");
    typed("as", "string", "each of its sections in turn");
    reference("steps", "steps");
    json.endObject().endObject();
    open("threads", "threads that run at the same time, until all have ended", "steps");
    typed("signal", "string", "thread that gets a signal");
  }

  private void data() {
    json.name("data").beginObject();
    object(true);
    reference("at", "number");
    typed("bytes", "string", "hex digits in pairs");
    typed("text", "string", "UTF-8");
    typed("code", "string", "guest code by name");
    for (String size : List.of("u8", "u16", "u32", "u64")) {
      reference(size, "value");
    }
    json.endObject().endObject();
  }

  private void expectations() {
    json.name("result").beginObject();
    member("description", "a number, the name of an errno, ok or any");
    types("integer", "string");
    json.endObject();
    json.name("exit").beginObject();
    json.name("anyOf").beginArray();
    json.beginObject().name("$ref").value("#/definitions/exit_reason").endObject();
    json.beginObject();
    object(false);
    reference("reason", "exit_reason");
    reference("data", "number");
    typed("text", "string", "");
    json.endObject().endObject().endArray().endObject();
    json.name("expect").beginObject();
    member("description", "what the step should give; by profile where profiles differ");
    types("integer", "string", "object");
    json.name("properties").beginObject();
    reference("ret", "result");
    reference("errno", "result");
    typed("out", "object", "fields of the struct that the call writes");
    reference("exit", "exit");
    json.name("exits").beginObject();
    member("type", "array");
    reference("items", "exit");
    json.endObject();
    typed("output", "string", "what the guest wrote to ports");
    reference("otherwise", "expect");
    json.endObject();
    json.name("patternProperties").beginObject();
    reference("^linux-", "expect");
    json.endObject();
    json.name("additionalProperties").value(false);
    json.endObject();
  }

  private void call(KvmIoctl row) {
    json.name(row.name()).beginObject();
    object(!row.pointer());
    for (String key : arguments(row)) {
      reference(key, "value");
    }
    if (row == KvmIoctl.KVM_RUN) {
      json.name("until").beginObject();
      types("string", "array");
      json.endObject();
      reference("max", "number");
      typed("io", "object", "data given to IN, by port");
      typed("mmio", "object", "data given to MMIO reads, by address");
    }
    json.endObject();
    if (row.pointer()) {
      // Paths into nested structs and arrays: cs.base, args[0].
      json.name("patternProperties").beginObject();
      reference("[.\\[]", "value");
      json.endObject();
      json.name("additionalProperties").value(false);
    }
    json.endObject();
  }

  private static Set<String> arguments(KvmIoctl row) {
    Set<String> keys = new TreeSet<>(List.of("on", "arg"));
    if (row.takesValue()) {
      keys.add(row.in().get(1).name());
    }
    if (row.pointer()) {
      keys.addAll(List.of("from", "bytes", "room"));
      keys.addAll(fields(Structs.of(row.struct())));
    }
    return keys;
  }

  private static Collection<String> fields(StructLayout layout) {
    return layout.fields().stream()
        .map(StructField::name)
        .filter(name -> name.indexOf('[') < 0)
        .toList();
  }

  private void object(boolean closed) {
    member("type", "object");
    if (closed) {
      json.name("additionalProperties").value(false);
    }
    json.name("properties").beginObject();
  }

  private void member(String name, String value) {
    json.name(name).value(value);
  }

  private void typed(String name, String type, String description) {
    json.name(name).beginObject();
    member("type", type);
    if (!description.isEmpty()) {
      member("description", description);
    }
    json.endObject();
  }

  private void types(String... types) {
    json.name("type").beginArray();
    for (String type : types) {
      json.value(type);
    }
    json.endArray();
  }

  private void reference(String name, String definition) {
    json.name(name).beginObject().name("$ref").value("#/definitions/" + definition).endObject();
  }

  private void symbols(String name, List<String> values) {
    json.name(name).beginObject().name("enum").beginArray();
    for (String value : values) {
      json.value(value);
      if (value.chars().allMatch(Character::isDigit)) {
        json.value(Long.parseLong(value));
      }
      if (value.equals("1.0") || value.equals("1.5")) {
        json.value(Double.parseDouble(value));
      }
    }
    json.endArray().endObject();
  }

  private void symbolDefinition(String name, Enum<?>[] values) {
    json.name(name).beginObject().name("enum").beginArray();
    for (Enum<?> value : values) {
      json.value(value.name());
    }
    json.endArray().endObject();
  }

  private void numbers(String name, List<String> keys) {
    json.name(name).beginObject();
    object(true);
    for (String key : keys) {
      reference(key, "number");
    }
    json.endObject().endObject();
  }

  /** An object whose member names the author chooses. */
  private void open(String name, String description, String definition) {
    json.name(name).beginObject();
    member("description", description);
    member("type", "object");
    reference("additionalProperties", definition);
    json.endObject();
  }
}
