/**
 * The addresses of this host: which there are on which interface, what state each is in, and how one comes into use
 * without taking it from another host.
 *
 * <p>An address is tentative until nobody on the link has contradicted it: by duplicate address detection for IPv6
 * (RFC 4862, section 5.4), by conflict detection for IPv4 (RFC 5227). Then it is preferred, later perhaps deprecated,
 * and gone when its lifetime ends. The address table holds them all and answers the question that
 * every received packet asks: is this address ours?
 */
@NullMarked
package onload.ip.address;

import org.jspecify.annotations.NullMarked;
