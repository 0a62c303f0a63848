/**
 * The addresses of this host: which there are on which interface, what state each is in, and how one comes into use
 * without taking it from another host.
 *
 * <p>An address is tentative until nobody on the link has contradicted it: by duplicate address detection for IPv6
 * (RFC 4862, section 5.4), by conflict detection for IPv4 (RFC 5227). Then it is preferred, later perhaps deprecated,
 * and gone when its lifetime ends. The address table holds them all and answers the question that every received
 * packet asks: is this address ours?
 *
 * <pre>
 *                add                nobody has it               preferred lifetime ends
 *               ------&gt; TENTATIVE ----------------&gt; PREFERRED -----------------------&gt; DEPRECATED
 *                          |    ^                     |    ^                             |  |
 *       another host has it|    |the link comes up    |    '-----------------------------'  |valid lifetime
 *                          v    |anew                 |given up (IPv4)    lifetime renewed   |ends
 *                        DUPLICATE &lt;------------------'                                    v
 * </pre>
 *
 * <p>What happens on a link comes in by three questions, one for each kind of message that tells of another host:
 * {@code neighborSolicited}, {@code neighborAdvertised} and {@code arpSeen}. What has to be sent goes out through an
 * {@link onload.ip.address.AddressLink}, which the layer that sends implements. Each address has one deadline for its
 * next step and one for its lifetimes.
 *
 * <p>What is decided here: IPv4 addresses are used at once by default and announced, as on other systems, since probing
 * takes four to seven seconds; and they are never given up because of a conflict, since anybody on the link can make
 * one up. Both are options.
 */
@NullMarked
package onload.ip.address;

import org.jspecify.annotations.NullMarked;
