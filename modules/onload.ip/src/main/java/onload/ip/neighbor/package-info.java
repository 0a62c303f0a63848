/**
 * The neighbour cache: which Ethernet address a host on the link has, for IPv4 and IPv6 alike, in the states of RFC
 * 4861, section 7.3.
 */
@NullMarked
package onload.ip.neighbor;

import org.jspecify.annotations.NullMarked;
