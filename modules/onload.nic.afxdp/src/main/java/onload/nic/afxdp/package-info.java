/**
 * NICs of the Linux kernel by AF_XDP: a queue's rings in memory that the kernel and the stack share, over the
 * stack's own packet memory.
 *
 * <p><strong>Two ways to own traffic.</strong> With {@code share=off} every frame of the queue is the stack's.
 * With {@code share=on} the interface and its addresses stay the kernel's, and the stack has the flows for which
 * it has added filters; a program of eBPF in front of the kernel's stack looks each frame up in a map of them.
 * What it does not find goes on to the kernel as if nobody were there: ARP, ping, ssh, and fragments, which have
 * no ports.
 *
 * <p><strong>The life of a frame.</strong> {@link onload.nic.spi.VirtualInterface#post} writes addresses of
 * buffers into the fill ring. The kernel, or the device in zero-copy mode, writes a frame into one of them,
 * behind the 128 bytes of metadata and 256 of its own, and a descriptor into the receive ring; a poll makes that
 * a packet without touching its bytes. To send, the descriptor of a packet goes into the transmit ring, the
 * doorbell is one system call for all that was queued, and the address comes back in the completion ring.
 *
 * <p><strong>When the process dies</strong>, in whatever way, the kernel closes its descriptors: the program is
 * detached, the queue is free, and the interface goes on as if nothing had been.
 */
@NullMarked
package onload.nic.afxdp;

import org.jspecify.annotations.NullMarked;
