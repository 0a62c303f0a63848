/**
 * Packets as text, in the words of tcpdump: for traces, test failures and {@code onload tcpdump}. It reads
 * whatever bytes it is given and says what is malformed; it is for people and allocates.
 */
@NullMarked
package onload.wire.text;

import org.jspecify.annotations.NullMarked;
