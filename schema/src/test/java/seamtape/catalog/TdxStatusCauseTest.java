package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TdxStatusCauseTest {
  @ParameterizedTest
  @EnumSource
  void everyStatusHasACauseInOneLine(TdxStatus status) {
    String cause = TdxStatusCause.of(status);
    assertFalse(cause.isEmpty() || cause.contains("\n"));
    assertNotEquals(status.meaning(), cause);
  }

  @ParameterizedTest
  @CsvSource({
    "0xc0000c0000000000, no such field",
    "0xc0000b0000000001, secure EPT page is missing",
    "0xc000060800000000, not allowed in the TD's state",
    "0x8000ff00ffff0000, no TDX module",
  })
  void rawWordsThatPeopleMeetAreToldWhy(String word, String why) {
    TdxStatus status = TdxStatus.of(Long.parseUnsignedLong(word.substring(2), 16)).orElseThrow();
    assertTrue(TdxStatusCause.of(status).contains(why));
  }
}
