/**
 * Local ports that a transport chooses by itself (RFC 6056), for all transports alike. Nobody outside can
 * foretell the next one from those that he has seen. Each transport has ports of its own and says itself which
 * of them are free.
 */
@NullMarked
package onload.ip.port;

import org.jspecify.annotations.NullMarked;
