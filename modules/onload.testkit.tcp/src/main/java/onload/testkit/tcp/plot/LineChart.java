package onload.testkit.tcp.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Curves over one axis from 0 on, with a legend. */
public final class LineChart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 380;
    private static final int LEFT = 70;
    private static final int RIGHT = 150;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int STEPS = 5;
    private static final String AXIS = "#444444";
    private static final String GRID = "#dddddd";
    private static final List<String> COLORS =
            List.of("#0b5fa5", "#d1580f", "#2b8a3e", "#8f2fa8", "#b8860b", "#c2255c");

    private final String title;
    private final String acrossName;
    private final String upName;
    private final List<Curve> curves = new ArrayList<>();

    private static final class Curve {
        final String name;
        final double[] across;
        final double[] up;
        final boolean isDashed;

        Curve(String name, double[] across, double[] up, boolean isDashed) {
            this.name = name;
            this.across = across.clone();
            this.up = up.clone();
            this.isDashed = isDashed;
        }
    }

    /**
     * Begins a chart.
     *
     * @param title of it
     * @param acrossName what goes across, with its unit
     * @param upName what goes up, with its unit
     */
    public LineChart(String title, String acrossName, String upName) {
        this.title = title;
        this.acrossName = acrossName;
        this.upName = upName;
    }

    /** Adds a curve through points. */
    public LineChart curve(String name, double[] across, double[] up) {
        curves.add(new Curve(name, across, up, false));
        return this;
    }

    /** Adds a dashed curve, for what is a reference. */
    public LineChart reference(String name, double[] across, double[] up) {
        curves.add(new Curve(name, across, up, true));
        return this;
    }

    /** {@return the chart as SVG} */
    public String svg() {
        double mostAcross = most(true);
        double mostUp = most(false);
        Svg svg = new Svg(WIDTH, HEIGHT);
        svg.text(WIDTH / 2.0, TOP / 2.0 + 4, "middle", title);
        axes(svg, mostAcross, mostUp);
        for (int i = 0; i < curves.size(); i++) {
            Curve curve = curves.get(i);
            String color = COLORS.get(i % COLORS.size());
            svg.path(points(curve, mostAcross, mostUp), color, curve.isDashed);
            double y = TOP + 10 + 18 * i;
            double x = WIDTH - RIGHT + 12;
            String mark = String.format(Locale.ROOT, "M%.1f %.1fL%.1f %.1f", x, y, x + 20, y);
            svg.path(mark, color, curve.isDashed);
            svg.text(x + 26, y + 4, "start", curve.name);
        }
        return svg.end();
    }

    private double most(boolean across) {
        double most = 0;
        for (Curve curve : curves) {
            for (double value : across ? curve.across : curve.up) {
                most = Math.max(most, value);
            }
        }
        return rounded(most);
    }

    /** {@return the next number that is 1, 2, 2.5 or 5 times a power of ten} */
    static double rounded(double value) {
        if (value <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10}) {
            if (value <= step * power * (1 + 1e-9)) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static double x(double value, double most) {
        return LEFT + value / most * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double most) {
        return HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);
    }

    private static String points(Curve curve, double mostAcross, double mostUp) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < curve.across.length; i++) {
            points.append(i == 0 ? 'M' : 'L')
                    .append(
                            String.format(
                                    Locale.ROOT,
                                    "%.1f %.1f",
                                    x(curve.across[i], mostAcross),
                                    y(curve.up[i], mostUp)));
        }
        return points.toString();
    }

    private void axes(Svg svg, double mostAcross, double mostUp) {
        for (int i = 0; i <= STEPS; i++) {
            double across = mostAcross * i / STEPS;
            double up = mostUp * i / STEPS;
            svg.line(LEFT, y(up, mostUp), WIDTH - RIGHT, y(up, mostUp), GRID);
            svg.text(LEFT - 6, y(up, mostUp) + 4, "end", number(up));
            svg.text(x(across, mostAcross), HEIGHT - BOTTOM + 18, "middle", number(across));
        }
        svg.line(LEFT, y(0, 1), WIDTH - RIGHT, y(0, 1), AXIS);
        svg.line(LEFT, TOP, LEFT, y(0, 1), AXIS);
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", acrossName);
        svg.upwards(18, (TOP + HEIGHT - BOTTOM) / 2.0, upName);
    }

    /** {@return a number with as many digits as it needs, at most three after the point} */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "");
    }
}
