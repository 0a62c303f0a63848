/**
 * TCP (RFC 9293) of one stack: an engine that stands on the IP layer, connections and listeners. No thread, no
 * clock and no blocking: whoever drives the stack gives the time, and is told what has become of connections by
 * an interface that this package owns.
 */
@NullMarked
package onload.tcp;

import org.jspecify.annotations.NullMarked;
