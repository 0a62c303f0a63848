/**
 * ICMP for both versions of IP, without what needs the rest of the layer: dispatch and sending are above.
 *
 * <p>An ICMP error goes out when three agree. {@link onload.ip.icmp.IcmpErrorRules} says whether one may be sent
 * about a packet at all (RFC 1122, section 3.2.2; RFC 4443, section 2.4 e): what is not certain is forbidden. {@link
 * onload.ip.icmp.IcmpRateLimit} says whether one may be sent now, to everybody and to this one. {@link
 * onload.ip.icmp.IcmpErrorBuilder} has a buffer for it, and quotes as much as the version allows. The rules come
 * before the limit, so that what is forbidden costs nobody a token.
 *
 * <p>An ICMP error that comes in is a stranger's word. {@link onload.ip.icmp.IcmpQuotes} reads from it which
 * packet it is about, and {@link onload.ip.icmp.IcmpKinds} what has happened to that, in words that are the same
 * for both versions; whether the packet was ever sent is asked of its transport. What this host finds by itself,
 * such as that a neighbour does not answer, takes the same form without a message.
 *
 * <p>{@link onload.ip.icmp.EchoReplies} makes of a request its reply, in the request's own buffers where nobody else
 * needs them.
 *
 * <p>IPv6 packets are looked at by the lengths of their extension headers alone here: a packet that is reported or
 * quoted is not processed, and what demanded the report must not hide what comes after it.
 */
@NullMarked
package onload.ip.icmp;

import org.jspecify.annotations.NullMarked;
