package onload.testkit.tcp.plot;

import java.util.Locale;

/** Writes SVG: lines, rectangles, paths and text, with numbers of one digit after the point. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /** Begins a picture with a white ground. */
    Svg(int width, int height) {
        add(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                                + " font-family=\"sans-serif\" font-size=\"12\">",
                        width,
                        height,
                        width,
                        height));
        rectangle(0, 0, width, height, "#ffffff");
    }

    void line(double x1, double y1, double x2, double y2, String color) {
        add(
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                        x1,
                        y1,
                        x2,
                        y2,
                        color));
    }

    void rectangle(double x, double y, double width, double height, String color) {
        add(
                String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
                        x,
                        y,
                        width,
                        height,
                        color));
    }

    /** Draws a path that is not filled; the points are text such as {@code M1 2L3 4}. */
    void path(String points, String color, boolean isDashed) {
        add(
                String.format(
                        Locale.ROOT,
                        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"%s/>",
                        points,
                        color,
                        isDashed ? " stroke-dasharray=\"5 4\"" : ""));
    }

    /** Writes text; the anchor is {@code start}, {@code middle} or {@code end}. */
    void text(double x, double y, String anchor, String words) {
        add(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
                        x,
                        y,
                        anchor,
                        escaped(words)));
    }

    /** Writes text that runs upwards. */
    void upwards(double x, double y, String words) {
        add(
                String.format(
                        Locale.ROOT,
                        "<text transform=\"translate(%.1f %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                        x,
                        y,
                        escaped(words)));
    }

    private void add(String element) {
        text.append(element).append('\n');
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** {@return the whole picture} */
    String end() {
        return text + "</svg>\n";
    }
}
