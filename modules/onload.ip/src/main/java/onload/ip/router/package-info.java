/**
 * Router discovery: which routers and prefixes a link has, and the addresses, routes and parameters that follow from
 * what routers advertise (RFC 4861, section 6.3; RFC 4862; RFC 4191), and redirects (RFC 4861, section 8.3).
 *
 * <p>Whoever is on the link can send an advertisement, so that each is bounded in what it can do. The lists are short,
 * for each interface apart, and closed to newcomers when they are full: a flood cannot push out who was there. Hop
 * limits, MTUs and times are believed within bounds that keep the host reachable. An address is not shortened below two
 * hours (RFC 4862, section 5.5.3). A redirect counts only if it comes from the first hop, and leads neither to this
 * host nor away from it.
 *
 * <p>Differences to the letter of RFC 4861: routers are asked until one answers, at intervals that double up to an hour
 * (RFC 7559), rather than three times; an advertised on-link prefix of length 0, or within {@code ::/64}, is not
 * believed, nor are parameters out of their bounds.
 */
@NullMarked
package onload.ip.router;

import org.jspecify.annotations.NullMarked;
