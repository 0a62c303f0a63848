/**
 * The impaired relay as a command: {@code onload wire} stands between two NICs and delays, loses, reorders, duplicates
 * and limits what passes, the same way each time from the same seed, so that real programs meet a bad network.
 */
@NullMarked
package onload.cli.wire;

import org.jspecify.annotations.NullMarked;
