/**
 * AF_XDP sockets: rings in memory that the kernel and we share, over packet memory that is registered once.
 *
 * <p>An {@link onload.linux.xdp.XdpSocket} is one queue of one device. Its four rings are each written by one side: we
 * produce addresses into the fill ring and descriptors into the transmit ring ({@link
 * onload.linux.xdp.ProducerRing}), the kernel produces the completion and the receive ring ({@link
 * onload.linux.xdp.ConsumerRing}). An index is published with release semantics and read with acquire, as the
 * kernel does at its side; entries in between are plain memory.
 *
 * <p>Layouts and numbers are those of include/uapi/linux/if_xdp.h. The rings belong to one thread.
 */
@NullMarked
package onload.linux.xdp;

import org.jspecify.annotations.NullMarked;
