package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.event.Event;

class CatalogTest {
  static Stream<Call> calls() {
    return Catalog.calls().stream();
  }

  @ParameterizedTest
  @MethodSource("calls")
  void everyRowIsFoundByItsIdItsNameAndItsNumber(Call call) {
    assertSame(call, Catalog.calls().get(Catalog.id(call)));
    assertSame(call, Catalog.byName(call.name()).orElseThrow());
    assertSame(call, Catalog.byNumber(call.family(), call.number()));
    assertTrue(call.name().matches("[A-Za-z][A-Za-z0-9_]*"), call.name());
    assertFalse(call.label().isBlank());
  }

  @ParameterizedTest
  @MethodSource("calls")
  void everyRowIsDescribedInOneSentence(Call call) {
    assertFalse(call.doc().isBlank());
    assertTrue(Character.isUpperCase(call.doc().charAt(0)), call.doc());
    assertFalse(call.doc().endsWith("."), call.doc());
    assertTrue(call.doc().length() <= 100, call.doc());
  }

  @ParameterizedTest
  @MethodSource("calls")
  void fieldsHaveNamesOfTheirOwnAndFitAnEvent(Call call) {
    for (List<Field> fields : List.of(call.in(), call.out())) {
      assertTrue(fields.size() <= Event.MAX_FIELDS);
      Set<String> names = new HashSet<>();
      fields.forEach(field -> assertTrue(names.add(field.name()), field.name()));
      fields.forEach(field -> assertTrue(field.name().matches("[a-z][a-z0-9_]*"), field.name()));
    }
    assertTrue(call.in().stream().allMatch(field -> field.role() == Role.STIMULUS));
    assertTrue(call.out().stream().noneMatch(field -> field.role() == Role.STIMULUS));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void whatAnswersBeginsWithItsResult(Call call) {
    if (call.family() == Family.INPUT) {
      assertTrue(call.out().isEmpty());
    } else {
      assertEquals("ret", call.out().get(0).name());
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void everyFamilyHasRowsAndEveryNestedOneHasARowForTheUnknown(Family family) {
    assertTrue(calls().anyMatch(call -> call.family() == family));
    assertEquals(family.nests(), Catalog.byNumber(family, Call.UNKNOWN_NUMBER) != null);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void everyFormatWritesNumbersWhereItIsDecimal(Format format) {
    assertEquals(format.decimal(), format.value(5) instanceof Number);
  }

  @Test
  void onlyTdhVpEnterCostsRegisterCopies() {
    List<String> costs =
        calls()
            .flatMap(call -> call.out().stream().map(field -> call + "." + field.name()))
            .filter(name -> name.contains("copied_"))
            .toList();
    assertEquals(List.of("TDH_VP_ENTER.copied_in", "TDH_VP_ENTER.copied_out"), costs);
    assertTrue(
        Seamcall.TDH_VP_ENTER.out().stream()
            .filter(field -> field.name().startsWith("copied_"))
            .allMatch(field -> field.role() == Role.COST));
  }
}
