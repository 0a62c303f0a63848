/**
 * Group membership: who in this host listens to which groups and sources, and telling the routers (IGMPv3, RFC 3376;
 * MLDv2, RFC 3810).
 */
@NullMarked
package onload.ip.multicast;

import org.jspecify.annotations.NullMarked;
