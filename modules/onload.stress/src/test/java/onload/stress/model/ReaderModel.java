package onload.stress.model;

import onload.nic.packet.PacketBuffers;
import onload.sockets.lock.Inbox;

import org.jetbrains.lincheck.datastructures.Operation;

/** One thread takes what is put into an {@link Inbox}, and sleeps while there is nothing. */
public class ReaderModel {
    /** The inbox. */
    protected final Inbox box;

    /** Whether the reader sleeps or is about to, and wants to be woken. */
    protected volatile boolean isAsleep;

    private final Cards cards = new Cards();
    private boolean isWoken;

    /** Makes one with nothing to read. */
    public ReaderModel() {
        box = new Inbox(cards.buffers());
    }

    /** Puts something in, and wakes who sleeps. */
    @Operation
    public void put() {
        box.put(cards.write(1));
        if (isAsleep) {
            wake();
        }
    }

    /** Waits until there is something, and takes it. */
    @Operation
    public void take() {
        while (!tryTake()) {
            await();
        }
    }

    private boolean tryTake() {
        box.enter();
        int packet = box.first();
        if (packet != PacketBuffers.NONE) {
            box.removeFirst();
            cards.giveBack(packet);
        }
        box.leave();
        return packet != PacketBuffers.NONE;
    }

    /** Sleeps, unless there may be something. */
    protected void await() {
        isAsleep = true;
        if (!box.hasPackets()) {
            sleep();
        }
        isAsleep = false;
    }

    /** Sleeps until it is woken, or was before: like parking, which Lincheck takes for a mere pause. */
    protected final synchronized void sleep() {
        while (!isWoken) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts here", e);
            }
        }
        isWoken = false;
    }

    private synchronized void wake() {
        isWoken = true;
        notifyAll();
    }

    /** What is expected of it: that everybody comes to an end. */
    public static class InOrder {
        /** Ends. */
        public void put() {}

        /** Ends. */
        public void take() {}
    }
}
