/**
 * What the rooms of the IP layer share: a heap of deadlines, a table keyed by address, a limit on a rate. Algorithms
 * without protocol.
 */
@NullMarked
package onload.ip.internal;

import org.jspecify.annotations.NullMarked;
