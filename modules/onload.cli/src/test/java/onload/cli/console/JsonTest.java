package onload.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class JsonTest {
    @Test
    void mapsKeepTheirOrderAndNest() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", List.of(1, 2.5, true));
        map.put("a", Map.of());
        map.put("n", null);
        assertEquals("{\"b\":[1,2.5,true],\"a\":{},\"n\":null}", Json.write(map));
        assertEquals("[]", Json.write(List.of()));
    }

    @Test
    void textsAreEscaped() {
        assertEquals(
                "\"q\\\" b\\\\ n\\n t\\u0009 z\\u0000 é €\"",
                Json.write("q\" b\\ n\n t\t z\0 é €"));
        assertEquals("\"\\ud800\"", Json.write("\ud800"), "half a character is none in UTF-8");
    }

    @Test
    void whatIsNoNumberInJsonIsNull() {
        assertEquals(
                "[null,null,1.0]",
                Json.write(Arrays.asList(Double.NaN, Double.POSITIVE_INFINITY, 1.0)));
    }

    @Test
    void everythingElseIsAText() {
        assertEquals("\"NEW\"", Json.write(Thread.State.NEW));
    }
}
