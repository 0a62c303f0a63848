/**
 * Loss recovery of a sender: which sequence numbers the peer has, which are lost, which go again, and how long to
 * wait for an answer. Algorithms without connections (RFC 2018, RFC 6298, RFC 6675).
 */
@NullMarked
package onload.tcp.recovery;

import org.jspecify.annotations.NullMarked;
