/**
 * Charts of measurements as SVG: a {@link onload.testkit.tcp.plot.LineChart} of curves, and a {@link
 * onload.testkit.tcp.plot.GridChart} of coloured cells. They are texts that a page can show without any program, the
 * same to the last character for the same figures, so that a change of the figures is a change of the file.
 */
@NullMarked
package onload.testkit.tcp.plot;

import org.jspecify.annotations.NullMarked;
