package onload.nic.spi;

import onload.nic.packet.PacketPool;

import org.jspecify.annotations.Nullable;

/**
 * One receive ring, one transmit ring and one queue of events of a NIC, over the packet memory of one stack.
 *
 * <p><strong>Time</strong> comes in as {@code nowNs}, nanoseconds of a monotonic clock, read once by the caller and
 * never running backwards from call to call.
 *
 * <p><strong>Ownership.</strong> A buffer that is posted or queued for transmission belongs to the interface until
 * an event gives it back; what the interface had then belongs to who takes the event. The reference that was handed
 * over is the one that comes back. Whoever needs a frame after it was sent, such as a retransmission queue, takes a
 * reference of its own before, and writes to no byte of it until {@link NicEvents#transmitted}.
 *
 * <p><strong>Threads.</strong> All methods belong to the thread that owns the pool, except {@link #wakeUp}, whose
 * result is for any thread. No method blocks.
 *
 * <p><strong>After {@link #close}</strong> nothing happens any more: {@link #poll} and {@link #post} answer 0, {@link
 * #transmit} and {@link #addFilter} {@link #CLOSED}, {@link #prime}, {@link #removeFilter} and {@link #isLinkUp} false.
 * Closing signals the wake-up once; whoever waits or primes in a loop learns from its owner that it is over.
 */
public interface VirtualInterface extends AutoCloseable {
    /** Answer of {@link #transmit}: the ring is full; poll for completed transmits, then try again. */
    int RING_FULL = -1;

    /** Answer of {@link #transmit}: the frame is longer than the NIC takes, or has more buffers than it gathers. */
    int TOO_LONG = -2;

    /** Answer of {@link #transmit} and {@link #addFilter}: the interface is closed. */
    int CLOSED = -3;

    /** Answer of {@link #addFilter}: the NIC has no such kind of filter. */
    int FILTER_UNSUPPORTED = -4;

    /** Answer of {@link #addFilter}: the NIC has no room for another filter. */
    int FILTER_TABLE_FULL = -5;

    /** Answer of {@link #addFilter}: that flow belongs to another queue or stack already. */
    int FILTER_TAKEN = -6;

    /** {@return what the NIC can do; the same for the life of the interface} */
    NicCapabilities capabilities();

    /** {@return the NIC's Ethernet address, 48 bits} */
    long macAddress();

    /** {@return the counters of this interface, which any thread may read} */
    NicCounters counters();

    /** {@return the pool whose memory is registered} */
    PacketPool pool();

    /** {@return whether the link is up} */
    boolean isLinkUp();

    /**
     * Delivers what has happened, oldest first: frames received and transmits completed.
     *
     * <p>A received frame has data, length, frame length, time stamp and flags set; one longer than a buffer is a
     * chain, if the NIC scatters. The events may call {@link #transmit}, {@link #ring} and {@link #post}, but neither
     * {@code poll} nor {@link #close}.
     *
     * @param nowNs the time; it is the time stamp of frames that the NIC did not stamp
     * @param events told of each event, one by one
     * @param limit most events to deliver, ≥ 1
     * @return events delivered, 0 to {@code limit}; more may be waiting if it is {@code limit}
     */
    int poll(long nowNs, NicEvents events, int limit);

    /**
     * Fills the receive ring with fresh buffers of the pool's share {@link PacketPool#RECEIVE}.
     *
     * @param limit most buffers to post, ≥ 0
     * @return buffers posted; fewer than {@code limit} if the ring is full or the pool gives no more
     */
    int post(int limit);

    /**
     * Queues a frame; it goes out with the next {@link #ring}.
     *
     * @param packet the first buffer of a frame, from the Ethernet header on; if other buffers continue it, its {@link
     *     onload.nic.packet.PacketBuffers#frameLength} says the length of the whole
     * @return 0; or {@link #RING_FULL}, {@link #TOO_LONG} or {@link #CLOSED}, and then the caller still owns it
     */
    int transmit(int packet);

    /**
     * Rings the doorbell: the NIC sends what was queued. Once for a batch; without anything queued it costs
     * nothing.
     *
     * @param nowNs the time
     */
    void ring(long nowNs);

    /**
     * Arms the wake-up: the next event signals {@link #wakeUp} once.
     *
     * <p>Arming what is armed changes nothing, and a poll does not disarm: whoever is woken polls, and may find nothing
     * if somebody else has polled in the meantime.
     *
     * @return true if it is armed and no event is waiting; false if events slipped in, and then it is not armed and
     *     the caller polls
     */
    boolean prime();

    /** {@return what to wait on while nobody polls; the same object for the life of the interface} */
    WakeUp wakeUp();

    /**
     * Makes the frames of some flows this interface's.
     *
     * @return a number ≥ 0 for {@link #removeFilter}; or {@link #FILTER_UNSUPPORTED}, {@link #FILTER_TABLE_FULL} or
     *     {@link #FILTER_TAKEN}
     */
    int addFilter(Filter filter);

    /**
     * Gives flows up again.
     *
     * @param filter what {@link #addFilter} answered
     * @return false if there is no such filter
     */
    boolean removeFilter(int filter);

    /**
     * {@return what the kernel knows of the interface, for one that is shared with it; else null, and then addresses,
     * routes and neighbours are the stack's own affair}
     */
    default @Nullable KernelNetwork kernelNetwork() {
        return null;
    }

    /**
     * Detaches from the NIC: nothing reads or writes packet memory any more, filters are gone, a waiter is woken, and
     * every buffer that was posted, queued or waiting as an event is released. A second call does nothing.
     */
    @Override
    void close();
}
