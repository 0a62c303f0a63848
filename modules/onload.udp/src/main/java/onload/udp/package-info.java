/**
 * UDP (RFC 768, RFC 8085) of one stack: an engine that stands on the IP layer, and sockets that datagrams are sent and
 * received by. No thread, no clock and no blocking: whoever drives the stack gives the time.
 */
@NullMarked
package onload.udp;

import org.jspecify.annotations.NullMarked;
