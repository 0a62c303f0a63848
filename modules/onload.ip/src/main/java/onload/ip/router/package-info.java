/**
 * Router discovery: which routers and prefixes a link has, and the addresses, routes and parameters that follow from
 * what routers advertise (RFC 4861, section 6.3; RFC 4862; RFC 4191), and redirects (RFC 4861, section 8.3).
 */
@NullMarked
package onload.ip.router;

import org.jspecify.annotations.NullMarked;
