package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Notes that are damaged are told as such, with the place, whatever is wrong with them. */
class NotesTest {
  @TempDir Path dir;

  private JsonObject problem(byte[] notes) throws Exception {
    Files.write(dir.resolve("notes.json"), notes);
    Problem told = assertThrows(Problem.class, () -> Notes.read(dir));
    assertEquals(422, told.status());
    assertTrue(told.getMessage().startsWith("notes.json of this recording is not readable: "));
    Problem writing =
        assertThrows(Problem.class, () -> Notes.write(dir, new JsonObject().put("revision", 0)));
    assertEquals(422, writing.status(), "nothing is written over what may be mended");
    return told.json();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{\"revision\": 1, | 1 | 16",
        "{\"bookmarks\": [}} | 1 | 16",
        "nothing | 1 | 1",
        "{} {} | 1 | 4",
      })
  void aTextThatIsNoJsonIsToldWithLineAndColumn(String text, int line, int column)
      throws Exception {
    JsonObject problem = problem(text.getBytes(StandardCharsets.UTF_8));
    assertEquals(line + ":" + column, problem.getValue("line") + ":" + problem.getValue("column"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{\"bookmarks\": [{\"event\": 3, \"text\": \"x\"}, {\"text\": \"y\"}]} | bookmarks[1]",
        "{\"bookmarks\": {\"event\": 3}} | bookmarks",
        "{\"filters\": [7]} | filters[0]",
        "{\"colours\": [{}]} | colours[0]",
      })
  void aListThatIsNoneIsToldByItsMember(String text, String member) throws Exception {
    assertEquals(member, problem(text.getBytes(StandardCharsets.UTF_8)).getString("member"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {"[]", "7", "{\"revision\": \"x\"}", "{\"revision\": []}"})
  void whatIsJsonAndNoNotesIsToldToo(String text) throws Exception {
    problem(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void bytesThatAreNoTextAreToldToo() throws Exception {
    problem(new byte[] {'{', (byte) 0xff, '}'});
  }

  @Test
  void withoutAFileThereAreNoNotes() throws Exception {
    assertEquals(0, Notes.read(dir).getLong("revision"));
  }
}
