package onload.cli.measure;

import org.HdrHistogram.Histogram;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Percentiles of times, and how they lie, for people and for programs. */
final class Distribution {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
    private static final int WIDTH = 50;
    private static final int ROWS = 12;

    private Distribution() {}

    static Map<String, Object> map(Histogram times) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("min", times.getTotalCount() == 0 ? 0 : times.getMinValue());
        for (double percentile : PERCENTILES) {
            map.put("p" + name(percentile), times.getValueAtPercentile(percentile));
        }
        map.put("max", times.getMaxValue());
        map.put("mean", times.getMean());
        return map;
    }

    private static String name(double percentile) {
        return percentile == Math.rint(percentile)
                ? String.valueOf((int) percentile)
                : String.valueOf(percentile);
    }

    static String text(Histogram times) {
        if (times.getTotalCount() == 0) {
            return "";
        }
        StringBuilder text = new StringBuilder("microseconds:");
        map(times)
                .forEach((name, ns) ->
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        "  %s %.2f",
                                        name,
                                        ((Number) ns).doubleValue() / 1000)));
        return text.append('\n').append(plot(times)).toString();
    }

    /** Rows of equal ratio from the shortest to what all but one in a thousand are below. */
    private static String plot(Histogram times) {
        double low = Math.max(1, times.getMinValue());
        double high = Math.max(low + 1, (double) times.getValueAtPercentile(99.9));
        double ratio = Math.pow(high / low, 1.0 / ROWS);
        long most = 1;
        long[] counts = new long[ROWS];
        for (int i = 0; i < ROWS; i++) {
            long from = (long) (low * Math.pow(ratio, i)) + (i == 0 ? 0 : 1);
            long to = (long) (low * Math.pow(ratio, i + 1));
            counts[i] = to < from ? 0 : times.getCountBetweenValues(from, to);
            most = Math.max(most, counts[i]);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            int bar = (int) (counts[i] * WIDTH / most);
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  %10.2f us  %-50s %5.1f %%%n",
                            low * Math.pow(ratio, i + 1) / 1000,
                            "#".repeat(bar),
                            counts[i] * 100.0 / times.getTotalCount()));
        }
        return text.toString();
    }
}
