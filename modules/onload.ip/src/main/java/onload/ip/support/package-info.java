/**
 * What the protocol engines share, here and above: a heap of deadlines, a table keyed by address, a keyed hash, a limit
 * on a rate. Algorithms without protocol, which a transport uses as the rooms of the IP layer do.
 */
@NullMarked
package onload.ip.support;

import org.jspecify.annotations.NullMarked;
