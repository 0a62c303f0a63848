package onload.sockets.lock;

import onload.nic.packet.PacketBuffers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A stock of empty packets that threads take from without the stack's lock: a stack, last in first out, whose
 * packets are linked by {@code next}.
 *
 * <p>Any thread may push and pop. The word is the top packet and a number that grows with each change: a thread
 * that read what is below the top, and was then asleep while that packet went out and came back, fails and looks
 * again. What it read of a packet that somebody else has by now is never used. <em>Memory order</em>: volatile
 * compare-and-set, so that who pops a packet sees what who pushed it has written.
 */
public final class PacketStack {
    private static final long PACKET_MASK = 0xFFFF_FFFFL;
    private static final long ONE_CHANGE = 1L << 32;
    private static final VarHandle TOP;
    private static final VarHandle SIZE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TOP = lookup.findVarHandle(PacketStack.class, "top", long.class);
            SIZE = lookup.findVarHandle(PacketStack.class, "size", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PacketBuffers buffers;

    /** Packet + 1 in the lower half, 0 for none; changes in the upper. */
    @SuppressWarnings("unused") // by TOP
    private volatile long top;

    /** Roughly how many there are; right when nobody is at it. */
    @SuppressWarnings("unused") // by SIZE
    private volatile int size;

    /** Makes an empty one for the packets of a pool. */
    public PacketStack(PacketBuffers buffers) {
        this.buffers = buffers;
    }

    /** Adds a packet, which is the stock's from now on. */
    public void push(int packet) {
        while (true) {
            long seen = (long) TOP.getVolatile(this);
            buffers.next(packet, (int) (seen & PACKET_MASK) - 1);
            long changed = (seen & ~PACKET_MASK) + ONE_CHANGE | packet + 1;
            if (TOP.compareAndSet(this, seen, changed)) {
                SIZE.getAndAdd(this, 1);
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** {@return a packet, which is the caller's from now on; or {@link PacketBuffers#NONE}} */
    public int pop() {
        while (true) {
            long seen = (long) TOP.getVolatile(this);
            int packet = (int) (seen & PACKET_MASK) - 1;
            if (packet == PacketBuffers.NONE) {
                return PacketBuffers.NONE;
            }
            int below = buffers.next(packet);
            long changed = (seen & ~PACKET_MASK) + ONE_CHANGE | (below + 1 & PACKET_MASK);
            if (TOP.compareAndSet(this, seen, changed)) {
                SIZE.getAndAdd(this, -1);
                return packet;
            }
            Thread.onSpinWait();
        }
    }

    /** {@return how many packets there are, a moment ago and not to the last one} */
    public int size() {
        return Math.max(0, (int) SIZE.getOpaque(this));
    }
}
