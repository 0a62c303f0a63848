/** Plots of measurements as SVG: small, in text, without a library. */
@NullMarked
package onload.testkit.tcp.plot;

import org.jspecify.annotations.NullMarked;
