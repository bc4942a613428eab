package seamtape.web;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import seamtape.json.Json;
import seamtape.json.JsonException;

/**
 * A recording's {@code notes.json}: {@code {revision, bookmarks: [{event, text}], filters: [{name,
 * filter}], colours: [{filter, colour}]}}. No part of the evidence. Who writes must name the
 * revision that they read, so that two tabs do not undo each other.
 */
final class Notes {
  private static final String FILE = "notes.json";
  private static final int MAX_BOOKMARKS = 1000;
  private static final int MAX_TEXT = 4000;

  private Notes() {}

  static JsonObject read(Path recording) throws IOException {
    try {
      String text = Files.readString(recording.resolve(FILE));
      Json.parse(text); // tells where it is damaged
      JsonObject json = new JsonObject(text);
      return checked(json).put("revision", json.getLong("revision", 0L));
    } catch (NoSuchFileException e) {
      return checked(new JsonObject()).put("revision", 0L);
    } catch (JsonException e) {
      throw damaged(e.getMessage()).with("line", e.line()).with("column", e.column());
    } catch (Problem e) {
      throw damaged(e.getMessage()).with("member", e.json().getString("member"));
    } catch (CharacterCodingException e) {
      throw damaged("it is no UTF-8");
    } catch (DecodeException | ClassCastException e) {
      throw damaged("it is no object with a revision");
    }
  }

  private static Problem damaged(String why) {
    return new Problem(
        422, "Damaged notes", "notes.json of this recording is not readable: " + why);
  }

  static JsonObject write(Path recording, JsonObject json) throws IOException {
    long revision = read(recording).getLong("revision");
    if (!(json.getValue("revision") instanceof Number given) || given.longValue() != revision) {
      throw new Problem(
          409, "Conflict", "the notes were changed elsewhere meanwhile; load them again");
    }
    JsonObject checked = checked(json).put("revision", revision + 1);
    Path written = Files.createTempFile(recording, "notes", ".json");
    Files.writeString(written, checked.encodePrettily());
    Files.move(written, recording.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    return checked;
  }

  private static JsonObject checked(JsonObject json) {
    return new JsonObject()
        .put("bookmarks", list(json, "bookmarks", "event", "text"))
        .put("filters", list(json, "filters", "name", "filter"))
        .put("colours", list(json, "colours", "filter", "colour"));
  }

  private static JsonArray list(JsonObject json, String key, String first, String second) {
    JsonArray list = new JsonArray();
    if (json.getValue(key) == null) {
      return list;
    }
    if (!(json.getValue(key) instanceof JsonArray given) || given.size() > MAX_BOOKMARKS) {
      String what = key + " are a list of at most " + MAX_BOOKMARKS;
      throw Problem.badRequest(what).with("member", key);
    }
    for (Object one : given) {
      if (!(one instanceof JsonObject object)
          || object.getValue(first) == null
          || String.valueOf(object.getValue(second)).length() > MAX_TEXT) {
        String member = key + "[" + list.size() + "]";
        throw Problem.badRequest(key + " have " + first + " and " + second).with("member", member);
      }
      list.add(
          new JsonObject()
              .put(first, object.getValue(first))
              .put(second, String.valueOf(object.getValue(second, ""))));
    }
    return list;
  }
}
