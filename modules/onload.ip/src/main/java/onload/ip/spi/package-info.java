/**
 * What stands on the IP layer implements this: transport protocols, which own the ports of an IP protocol, and raw
 * receivers, which look on.
 *
 * <p>A transport registers once, for one protocol number of both IP versions. From then on it is handed every
 * datagram of that protocol that is for this host, whole and checked up to its own header; every ICMP error about a
 * datagram that it has sent; and the end of every batch, which is when it acknowledges, wakes and reports once
 * for all
 * that the batch brought.
 *
 * <p>{@link onload.ip.spi.IpDatagram} and {@link onload.ip.spi.IcmpError} are windows on what is at hand: one of each
 * exists in a layer and is filled anew for each call, so that nothing is allocated and nothing of them may be
 * kept.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything here is called under the stack's lock.
 */
@NullMarked
package onload.ip.spi;

import org.jspecify.annotations.NullMarked;
