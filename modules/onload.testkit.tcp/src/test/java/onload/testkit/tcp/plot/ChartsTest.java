package onload.testkit.tcp.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/** Charts as text. */
class ChartsTest {
    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "1.01,1.25", "7,8", "99,100", "100,100", "0.03,0.03", "1234,1250"})
    void axesEndAtRoundNumbers(double value, double end) {
        assertEquals(end, LineChart.rounded(value), end * 1e-9);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2.5,2.5", "100,100", "0.125,0.125"})
    void numbersHaveTheDigitsThatTheyNeed(double value, String text) {
        assertEquals(text, LineChart.number(value));
    }

    @Test
    void aCurveRunsFromCornerToCorner() {
        String svg =
                new LineChart("a < b", "time", "bytes")
                        .curve("one", new double[] {0, 10}, new double[] {0, 100})
                        .reference("two", new double[] {0, 10}, new double[] {100, 100})
                        .svg();
        assertTrue(svg.contains("M70.0 330.0L610.0 40.0"), svg);
        assertTrue(svg.contains("a &lt; b"), svg);
        assertTrue(svg.contains("stroke-dasharray"), svg);
        assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"), svg);
    }

    @Test
    void anEmptyCellIsLeftOut() {
        double[][] values = {{0.5, Double.NaN}};
        String svg = new GridChart("t", "loss", List.of("a", "b"), List.of("r"), values).svg();
        assertTrue(svg.contains("50.0 %"), svg);
        assertFalse(svg.contains("NaN"), svg);
    }

    @Test
    void coloursGoFromRedToGreen() {
        assertEquals("#e57373", GridChart.color(-1));
        assertEquals("#ffe082", GridChart.color(0.5));
        assertEquals("#81c784", GridChart.color(1.2));
    }
}
