/**
 * What makes the opening of a connection hard to forge or to flood: initial sequence numbers under a secret, SYN
 * cookies, and limits on challenges. Algorithms without connections.
 */
@NullMarked
package onload.tcp.handshake;

import org.jspecify.annotations.NullMarked;
