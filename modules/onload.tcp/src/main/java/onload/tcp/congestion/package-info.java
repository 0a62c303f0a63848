/**
 * Congestion control: how much may be in flight, decided by algorithms behind one seam. An algorithm is told what
 * was acknowledged and what was lost, and answers with a window; it knows neither connections nor segments.
 */
@NullMarked
package onload.tcp.congestion;

import org.jspecify.annotations.NullMarked;
