package onload.nic.packet;

import org.jspecify.annotations.Nullable;

/**
 * The packet buffers of one stack: gives them out, counts who refers to them, and takes them back.
 *
 * <p>The free list is a stack, last in first out, so that the buffer given out next is the one whose lines are
 * most likely still in the cache. Allocation and release touch that stack and the buffer's first line and
 * nothing else.
 *
 * <h2>Budget</h2>
 *
 * <p>Every buffer is given out for a share. {@link #RECEIVE} is what the NIC fills and sockets have queued,
 * {@link #SEND} is application data, {@link #CONTROL} is what keeps the protocols alive: ACKs, ARP, ICMP. A
 * share has a limit, and the last free buffers are kept for the shares that make others come home:
 *
 * <table>
 *   <caption>What is given out under pressure</caption>
 *   <tr><th>pressure</th><th>when</th><th>RECEIVE</th><th>SEND</th><th>CONTROL</th></tr>
 *   <tr><td>{@link #NORMAL}</td><td></td><td>to its limit</td><td>to its limit</td><td>yes</td></tr>
 *   <tr><td>{@link #LOW}</td><td>free ≤ low threshold</td><td>to its limit</td><td>to its limit</td>
 *       <td>yes</td></tr>
 *   <tr><td>{@link #CRITICAL}</td><td>free ≤ critical threshold</td>
 *       <td>while free is above half the threshold</td><td>no</td><td>to the last</td></tr>
 * </table>
 *
 * <p>{@code LOW} is a word to the layers above, which then offer smaller windows. Running out is never an
 * exception: {@link #allocate} answers {@link PacketBuffers#NONE} and counts.
 *
 * <h2>Threads</h2>
 *
 * <p>Belongs to one thread at a time.
 */
public final class PacketPool implements AutoCloseable {
    /** Share: frames received and waiting to be. */
    public static final int RECEIVE = 0;

    /** Share: application data to be sent. */
    public static final int SEND = 1;

    /** Share: what the protocols themselves send. */
    public static final int CONTROL = 2;

    /** Pressure: there is enough. */
    public static final int NORMAL = 0;

    /** Pressure: windows should shrink. */
    public static final int LOW = 1;

    /** Pressure: no application data is accepted. */
    public static final int CRITICAL = 2;

    private static final int SHARES = 3;

    private final PoolOptions options;
    private final PacketMemory memory;
    private final PacketBuffers buffers;
    private final @Nullable PacketAccounts accounts;

    private final int[] free;
    private int freeCount;

    /** Free buffers at or below which a share gets none: the reserve of the others. */
    private final int[] reserve = new int[SHARES];

    private final int[] limit = new int[SHARES];
    private final int[] inUse = new int[SHARES];
    private final long[] refused = new long[SHARES];
    private long badReleases;

    private PacketPool(PoolOptions options, PacketMemory memory) {
        this.options = options;
        this.memory = memory;
        this.buffers = new PacketBuffers(memory.buffer(), options.bufferLength());
        this.free = new int[options.buffers()];
        this.accounts = options.accounting() ? new PacketAccounts(buffers, free.length) : null;
        limit[RECEIVE] = options.receiveLimit();
        limit[SEND] = options.sendLimit();
        limit[CONTROL] = options.buffers();
        reserve[RECEIVE] = options.criticalThreshold() / 2;
        reserve[SEND] = options.criticalThreshold();
        for (int packet = free.length - 1; packet >= 0; packet--) {
            buffers.references(packet, 0);
            free[freeCount++] = packet;
        }
    }

    /**
     * Makes a pool on memory of its own.
     *
     * @throws IllegalArgumentException if the buffers are more than {@link PacketMemory#MAX_BYTES} together, or their
     *     length is not allowed
     * @throws IllegalStateException if the memory is not to be had; the message says what to do
     */
    public static PacketPool open(PoolOptions options) {
        long bytes = (long) options.buffers() * options.bufferLength();
        PacketMemory memory = PacketMemory.allocate(bytes, options.hugePages());
        try {
            return new PacketPool(options, memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    /**
     * Makes a pool on given memory, which the pool closes when it is closed.
     *
     * @throws IllegalArgumentException if the memory is too small, or the length of a buffer is not allowed
     */
    public static PacketPool on(PacketMemory memory, PoolOptions options) {
        long bytes = (long) options.buffers() * options.bufferLength();
        if (memory.length() < bytes) {
            throw new IllegalArgumentException(
                    "%d buffers of %d bytes do not fit %d bytes of packet memory"
                            .formatted(options.buffers(), options.bufferLength(), memory.length()));
        }
        return new PacketPool(options, memory);
    }

    /** {@return the layout of the buffers, by which they are read and written} */
    public PacketBuffers buffers() {
        return buffers;
    }

    /** {@return the region that a NIC registers} */
    public PacketMemory memory() {
        return memory;
    }

    /** {@return how this pool was made} */
    public PoolOptions options() {
        return options;
    }

    /**
     * Gives out a buffer: empty, with one reference.
     *
     * @param share {@link #RECEIVE}, {@link #SEND} or {@link #CONTROL}
     * @return the buffer; or {@link PacketBuffers#NONE} if the share is at its limit or the rest is reserved
     */
    public int allocate(int share) {
        if (freeCount <= reserve[share] || inUse[share] >= limit[share]) {
            refused[share]++;
            return PacketBuffers.NONE;
        }
        int packet = free[--freeCount];
        inUse[share]++;
        if (accounts != null) {
            accounts.allocated(packet);
        }
        buffers.reset(packet);
        buffers.owned(packet, share);
        return packet;
    }

    /**
     * Adds a reference: one more {@link #release} until the buffer goes home.
     *
     * <p>Retaining a buffer that is home is an error of the caller, as is releasing it, and treated alike: counted
     * and otherwise ignored, or an {@link IllegalStateException} with accounting. A reference to it would let the
     * next release put it into the pool a second time.
     */
    public void retain(int packet) {
        int references = buffers.references(packet);
        if (references < 1) {
            retainedAtHome(packet);
            return;
        }
        buffers.references(packet, references + 1);
    }

    /**
     * Takes a reference away; with the last one the buffer goes home, and so do, likewise by one reference, the
     * buffers that continue its frame.
     *
     * <p>Releasing a buffer that is home is an error of the caller. It is counted and otherwise ignored, since
     * giving a buffer out twice would be worse; with accounting it is an {@link IllegalStateException} that says
     * who released it before.
     *
     * @return whether the buffer went home
     */
    public boolean release(int packet) {
        int references = buffers.references(packet);
        if (references > 1) {
            buffers.references(packet, references - 1);
            return false;
        }
        if (references < 1) {
            releasedAtHome(packet);
            return false;
        }
        int current = packet;
        do {
            int continuation = buffers.continuation(current);
            goHome(current);
            current = continuation;
        } while (current != PacketBuffers.NONE && isLastReference(current));
        return true;
    }

    private boolean isLastReference(int packet) {
        int references = buffers.references(packet);
        if (references > 1) {
            buffers.references(packet, references - 1);
        } else if (references < 1) {
            releasedAtHome(packet);
        }
        return references == 1;
    }

    private void goHome(int packet) {
        buffers.references(packet, 0);
        inUse[buffers.share(packet)]--;
        if (accounts != null) {
            accounts.released(packet);
        }
        free[freeCount++] = packet;
    }

    private void retainedAtHome(int packet) {
        badReleases++;
        if (accounts != null) {
            throw accounts.retainedAtHome(packet);
        }
    }

    private void releasedAtHome(int packet) {
        badReleases++;
        if (accounts != null) {
            throw accounts.releasedTwice(packet);
        }
    }

    /** {@return {@link #NORMAL}, {@link #LOW} or {@link #CRITICAL}} */
    public int pressure() {
        if (freeCount > options.lowThreshold()) {
            return NORMAL;
        }
        return freeCount > options.criticalThreshold() ? LOW : CRITICAL;
    }

    /** {@return the number of buffers at home} */
    public int available() {
        return freeCount;
    }

    /** {@return the number of all buffers} */
    public int capacity() {
        return free.length;
    }

    /** {@return the number of buffers out for a share} */
    public int inUse(int share) {
        return inUse[share];
    }

    /** {@return how often a share was refused a buffer} */
    public long refused(int share) {
        return refused[share];
    }

    /** {@return how often a buffer was released or retained that was home: each one a fault of a caller} */
    public long badReleases() {
        return badReleases;
    }

    /**
     * {@return what is not home, in words; empty if every buffer is} With accounting it says where each was
     * allocated.
     */
    public String outstanding() {
        if (freeCount == free.length) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        text.append(free.length - freeCount).append(" of ").append(free.length);
        text.append(" packet buffers are not home: ");
        int named = 0;
        for (int packet = 0; packet < free.length && named < 16; packet++) {
            if (buffers.references(packet) != 0) {
                text.append(named++ == 0 ? "" : ", ").append(packet);
                text.append(" (references ").append(buffers.references(packet)).append(')');
                if (accounts != null) {
                    accounts.describe(packet, text);
                }
            }
        }
        return text.append(accounts == null ? "; -Donload.pool.accounting=true says who" : "")
                .toString();
    }

    /**
     * Gives the memory back. Whoever registered it with a NIC closes the NIC first; buffers that are out are lost
     * with it. A second call does nothing.
     */
    @Override
    public void close() {
        memory.close();
    }
}
