package onload.sockets.lock;

import onload.nic.packet.PacketBuffers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Packets on their way from one thread to another without the stack's lock: from the holder to the reader of a
 * socket, or from readers back to the holder.
 *
 * <p>Any thread may put, and any may take; who takes, takes all. Packets are linked by {@code next}. A packet
 * that comes back while another thread is putting does no harm, since that thread links to whatever is first at
 * the moment when it succeeds.
 * <em>Memory order</em>: volatile; who takes a packet sees what who put it has written. An empty box costs its
 * reader one volatile read.
 */
public class Mailbox {
    private static final VarHandle LAST;

    static {
        try {
            LAST = MethodHandles.lookup().findVarHandle(Mailbox.class, "last", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PacketBuffers buffers;

    private volatile int last = PacketBuffers.NONE;

    /** Makes an empty one for the packets of a pool. */
    public Mailbox(PacketBuffers buffers) {
        this.buffers = buffers;
    }

    /** {@return the layout of the packets} */
    public final PacketBuffers buffers() {
        return buffers;
    }

    /** {@return whether there is nothing in it} True a moment ago. */
    public final boolean isEmpty() {
        return last == PacketBuffers.NONE;
    }

    /** Puts a packet in, which is the taker's from now on. */
    public final void put(int packet) {
        while (true) {
            int seen = last;
            buffers.next(packet, seen);
            if (LAST.compareAndSet(this, seen, packet)) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * {@return the packet that was put in last, the others following by {@code next}; or {@link PacketBuffers#NONE}}
     */
    public final int takeAllLastFirst() {
        return last == PacketBuffers.NONE
                ? PacketBuffers.NONE
                : (int) LAST.getAndSet(this, PacketBuffers.NONE);
    }

    /**
     * {@return the packet that was put in first, the others following by {@code next}; or {@link PacketBuffers#NONE}}
     */
    public final int takeAll() {
        int packet = takeAllLastFirst();
        int first = PacketBuffers.NONE;
        while (packet != PacketBuffers.NONE) {
            int before = buffers.next(packet);
            buffers.next(packet, first);
            first = packet;
            packet = before;
        }
        return first;
    }
}
