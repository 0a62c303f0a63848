/** Ports that a transport chooses by itself (RFC 6056), for all transports alike. */
@NullMarked
package onload.ip.port;

import org.jspecify.annotations.NullMarked;
