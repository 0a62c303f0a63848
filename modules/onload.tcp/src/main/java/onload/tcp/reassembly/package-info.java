/**
 * Segments that came before those that should precede them: kept in order, bounded, and reported by SACK blocks
 * until the gap is filled.
 */
@NullMarked
package onload.tcp.reassembly;

import org.jspecify.annotations.NullMarked;
