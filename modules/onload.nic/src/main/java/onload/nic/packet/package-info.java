/**
 * Packet memory: one region, fixed-size buffers in it, and the pool that knows which of them are free.
 *
 * <p>A packet buffer is an {@code int}, its number in the region. What is known about it (where its data
 * begins, how long it is, who refers to it) stands in the first cache lines of the buffer itself, so that an
 * event, a queue or a ring carries one number and whoever reads the data has its description in the same
 * place. {@link onload.nic.packet.PacketBuffers} is that layout; {@link onload.nic.packet.PacketPool} gives
 * buffers out and takes them back; {@link onload.nic.packet.PacketMemory} is the region, which a NIC registers
 * once for DMA.
 *
 * <p>A frame that a NIC received stays in its buffer until the application has read it. The application's
 * bytes are copied once into a buffer that then is the send queue, the wire's and the retransmission's. No
 * layer copies a packet to hand it to the next.
 *
 * <h2>Threads</h2>
 *
 * <p>A pool and its buffers belong to one thread at a time: in a stack, to the holder of the stack's lock.
 * Nothing here synchronises. A buffer that another thread is done with is handed back to the owner through a
 * queue of the layer above.
 */
@NullMarked
package onload.nic.packet;

import org.jspecify.annotations.NullMarked;
