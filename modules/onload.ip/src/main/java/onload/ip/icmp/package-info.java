/**
 * ICMP: what errors may be sent and how often, how they are built, and what those that come in are about (RFC
 * 792, RFC
 * 1122, RFC 4443).
 */
@NullMarked
package onload.ip.icmp;

import org.jspecify.annotations.NullMarked;
