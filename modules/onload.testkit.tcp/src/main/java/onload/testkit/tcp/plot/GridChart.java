package onload.testkit.tcp.plot;

import java.util.List;
import java.util.Locale;

/** A table of parts of one, each cell in a colour from red for nothing to green for all. */
public final class GridChart {
    private static final int CELL_WIDTH = 84;
    private static final int CELL_HEIGHT = 30;
    private static final int LEFT = 190;
    private static final int TOP = 70;
    private static final int MARGIN = 20;

    /** From nothing to all: red, yellow, green. */
    private static final int[][] COLORS = {{229, 115, 115}, {255, 224, 130}, {129, 199, 132}};

    private final String title;
    private final String acrossName;
    private final List<String> across;
    private final List<String> down;
    private final double[][] values;

    /**
     * Makes a table.
     *
     * @param title of it
     * @param acrossName what changes from column to column
     * @param across names of the columns
     * @param down names of the rows
     * @param values by row and column, 0 to 1 or a little more; not a number for an empty cell
     */
    public GridChart(
            String title,
            String acrossName,
            List<String> across,
            List<String> down,
            double[][] values) {
        this.title = title;
        this.acrossName = acrossName;
        this.across = List.copyOf(across);
        this.down = List.copyOf(down);
        this.values = new double[values.length][];
        for (int i = 0; i < values.length; i++) {
            this.values[i] = values[i].clone();
        }
    }

    /** {@return the table as SVG} */
    public String svg() {
        int width = LEFT + across.size() * CELL_WIDTH + MARGIN;
        int height = TOP + down.size() * CELL_HEIGHT + MARGIN;
        Svg svg = new Svg(width, height);
        svg.text(width / 2.0, 20, "middle", title);
        svg.text(LEFT - 10, TOP - 10, "end", acrossName);
        for (int column = 0; column < across.size(); column++) {
            double x = LEFT + (column + 0.5) * CELL_WIDTH;
            svg.text(x, TOP - 10, "middle", across.get(column));
        }
        for (int row = 0; row < down.size(); row++) {
            double y = TOP + row * CELL_HEIGHT;
            svg.text(LEFT - 10, y + CELL_HEIGHT / 2.0 + 4, "end", down.get(row));
            for (int column = 0; column < across.size(); column++) {
                cell(svg, LEFT + column * CELL_WIDTH, y, values[row][column]);
            }
        }
        return svg.end();
    }

    private static void cell(Svg svg, double x, double y, double value) {
        if (Double.isNaN(value)) {
            return;
        }
        svg.rectangle(x + 1, y + 1, CELL_WIDTH - 2, CELL_HEIGHT - 2, color(value));
        String words = String.format(Locale.ROOT, "%.1f %%", value * 100);
        svg.text(x + CELL_WIDTH / 2.0, y + CELL_HEIGHT / 2.0 + 4, "middle", words);
    }

    /** {@return the colour of a part of one} */
    static String color(double value) {
        double at = Math.clamp(value, 0.0, 1.0) * (COLORS.length - 1);
        int low = Math.min((int) at, COLORS.length - 2);
        StringBuilder color = new StringBuilder("#");
        for (int i = 0; i < 3; i++) {
            double mixed = COLORS[low][i] + (at - low) * (COLORS[low + 1][i] - COLORS[low][i]);
            color.append(String.format(Locale.ROOT, "%02x", (int) Math.round(mixed)));
        }
        return color.toString();
    }
}
