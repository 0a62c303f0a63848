package onload.sockets.lock;

import onload.nic.packet.PacketBuffers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a socket has received and its user has not read. The holder of the stack's lock puts packets in; readers
 * take them out without that lock, one at a time, for which there is a lock of the inbox's own that is held for
 * the length of a copy.
 *
 * <p>{@link #enter} and {@link #leave} enclose all that readers do. Nobody may wait for the stack's lock in
 * between; the other way round is allowed. <em>Memory order</em>: entering is a volatile compare-and-set,
 * leaving a release.
 */
public final class Inbox extends Mailbox {
    /** Looks before a thread that waits for a reader lets others run: the reader may not be running. */
    private static final int SPINS = 100;

    private static final VarHandle READER;

    static {
        try {
            READER = MethodHandles.lookup().findVarHandle(Inbox.class, "reader", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by READER
    private volatile int reader;

    /** The next packet to be read, the others following; the reader's. */
    private int first = PacketBuffers.NONE;

    /** Makes an empty one for the packets of a pool. */
    public Inbox(PacketBuffers buffers) {
        super(buffers);
    }

    /** {@return whether the caller is the reader now} */
    public boolean tryEnter() {
        return reader == 0 && READER.compareAndSet(this, 0, 1);
    }

    /** Waits until the caller is the reader; not for long, since readers only copy. */
    @SuppressWarnings("ThreadPriorityCheck") // A reader that is not running is let run.
    public void enter() {
        for (int i = 0; !tryEnter(); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Lets others read. */
    public void leave() {
        READER.setRelease(this, 0);
    }

    /**
     * {@return whether there may be something to read} For any thread. It is false only if all that was in the
     * box when the call began is out by its end: who then sleeps, and is woken by the next packet, misses none.
     * What comes in during the call it may miss, also if the box is at no moment empty.
     */
    public boolean hasPackets() {
        // A reader that is at it may have taken what was put in and not said so yet; once it has
        // left, its field is right.
        return !isEmpty() || (int) READER.getAcquire(this) != 0 || first != PacketBuffers.NONE;
    }

    /** {@return the first packet, which stays; or {@link PacketBuffers#NONE}} For the reader. */
    public int first() {
        if (first == PacketBuffers.NONE) {
            first = takeAll();
        }
        return first;
    }

    /** {@return the packet after one that is in the box; or {@link PacketBuffers#NONE}} For the reader. */
    public int after(int packet) {
        int next = buffers().next(packet);
        if (next == PacketBuffers.NONE) {
            next = takeAll();
            buffers().next(packet, next);
        }
        return next;
    }

    /** Takes the first packet out, which is the reader's from now on. */
    public void removeFirst() {
        int packet = first;
        first = buffers().next(packet);
        buffers().next(packet, PacketBuffers.NONE);
    }

    /**
     * Puts another packet in the place of the first: the rest of a chain whose first buffer is read. For the reader.
     */
    public void replaceFirst(int packet) {
        buffers().next(packet, buffers().next(first));
        first = packet;
    }
}
