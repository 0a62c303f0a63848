/**
 * Segments that came before those that should precede them: kept in order, bounded, and reported by SACK blocks
 * until the gap is filled. What came first stays, whatever overlaps it later, and what comes twice is reported
 * as a duplicate.
 */
@NullMarked
package onload.tcp.reassembly;

import org.jspecify.annotations.NullMarked;
