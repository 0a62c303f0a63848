package onload.ip.fragment;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.spi.IpDatagram;
import onload.ip.support.DeadlineHeap;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6FragmentHeader;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts datagrams together again that came in fragments (RFC 791, section 3.2; RFC 8200, section 4.5).
 *
 * <p>The whole datagram is the received buffers themselves, one continuing the other: payload is not copied, except
 * for what makes its first {@link IpDatagram#CONTIGUOUS} bytes stand together. Its header is that of the first
 * fragment, rewritten as if it had come whole; its time of arrival is that of the fragment that came last, since
 * there was no datagram before; no NIC vouches for its checksum.
 *
 * <h2>What belongs together</h2>
 *
 * <p>Fragments with the same addresses and identification, in IPv4 the same protocol, that came in by the same
 * interface: what one link carries cannot spoil what another does.
 *
 * <h2>What is not put together</h2>
 *
 * <ul>
 *   <li>A datagram of which two fragments overlap, in IPv4 as in IPv6 (RFC 5722, section 4), or that has two ends.
 *       What is there is dropped, and what still comes is too until the datagram's time is over. An exact copy, that
 *       is one with the same offset and length, is dropped by itself (RFC 8200, section 4.5).
 *   <li>A datagram with fragments that say both that congestion was met and that the transport cannot be told (RFC
 *       3168, section 5.3). If none says the latter, one that met congestion makes it the word of the whole; any
 *       other mixture leaves that of the first fragment.
 *   <li>Fragments that cannot be, and TCP headers in pieces: see {@link #ipv4} and {@link #ipv6}.
 * </ul>
 *
 * <h2>What makes room</h2>
 *
 * <p>Everything is bounded by {@link ReassemblyOptions}. Where a source is over its own limit, its oldest datagram
 * goes; where all are over the limit of all, the oldest of the source with the most datagrams. Many sources with one
 * each, as in a flood with forged ones, so lose theirs in the order in which they came.
 *
 * <p>Belongs to the holder of the stack's lock. Allocates nothing after construction.
 */
public final class Reassembly {
    /**
     * Answer of {@link #ipv6}: the datagram would be longer than an IPv6 packet can be. The sender is owed a
     * parameter problem, code 0, that points to the fragment offset field (RFC 8200, section 4.5). Counted; the
     * packet stays the caller's.
     */
    public static final int PROBLEM_OFFSET = -2;

    /**
     * Answer of {@link #ipv6}: the length of a fragment that is not the last one is no multiple of 8. The sender is
     * owed a parameter problem, code 0, that points to the payload length field (RFC 8200, section 4.5). Counted;
     * the packet stays the caller's.
     */
    public static final int PROBLEM_LENGTH = -3;

    /**
     * Answer of {@link #ipv6}: the first fragment does not have all headers through the upper layer's. The sender is
     * owed a parameter problem, code 3, with the pointer 0 (RFC 8200, section 4.5; RFC 7112, section 5). Counted;
     * the packet stays the caller's.
     */
    public static final int PROBLEM_CHAIN = -4;

    private static final int NONE = PacketBuffers.NONE;
    private static final int MAX_LENGTH = 65_535;

    /** RFC 1858, section 3.1: the least of a TCP header that a first fragment must have, its flags included. */
    private static final int MIN_TCP_FRAGMENT = 16;

    private static final int NOT_ECT_SEEN = 1;

    private final ReassemblyOptions options;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final ReassemblyEvents events;

    private final DatagramTable table;
    private final FragmentLists lists;
    private final Sources sources;
    private final DeadlineHeap deadlines;
    private final FragmentHeaders headers = new FragmentHeaders();

    /** Of each datagram: the buffers it holds, the ECN codepoints seen, and why it is condemned if it is. */
    private final int[] held;

    private final int[] ecnSeen;
    private final @Nullable IpCounter[] verdicts;

    /**
     * Of its first fragment: bytes before the payload, place of the next header, bytes through the upper layer's.
     */
    private final int[] headerLengths;

    private final int[] nextHeaderOffsets;
    private final int[] upperLayerOffsets;

    private int buffersHeld;

    /**
     * Makes one that holds nothing.
     *
     * @param options how much is kept, and for how long
     * @param pool whose packets the fragments are
     * @param counters where drops are counted, each fragment once
     * @param events who is told of datagrams that were given up
     * @param hashKey random bits, so that nobody outside can foretell who collides with whom
     */
    public Reassembly(
            ReassemblyOptions options,
            PacketPool pool,
            IpCounters counters,
            ReassemblyEvents events,
            long hashKey) {
        this.options = options;
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.events = events;
        int capacity = options.maxDatagrams();
        table = new DatagramTable(capacity, hashKey);
        lists = new FragmentLists(capacity, options.maxFragmentsPerDatagram());
        sources = new Sources(capacity, ~hashKey);
        deadlines = new DeadlineHeap(capacity);
        held = new int[capacity];
        ecnSeen = new int[capacity];
        verdicts = new @Nullable IpCounter[capacity];
        headerLengths = new int[capacity];
        nextHeaderOffsets = new int[capacity];
        upperLayerOffsets = new int[capacity];
    }

    /** {@return the number of datagrams that are in pieces, those among them that are condemned} */
    public int datagrams() {
        return table.size();
    }

    /** {@return the number of buffers that fragments hold} */
    public int buffers() {
        return buffersHeld;
    }

    // Input.

    /**
     * A fragment of an IPv4 datagram. Dropped are those whose length or offset cannot be, those that go beyond
     * 65,535 bytes, and those that cut a TCP header (RFC 1858, section 3; RFC 3128).
     *
     * @param packet the fragment, whose data begins at a header that was checked, all of it in the first buffer; the
     *     only reference to it, which is taken. Padding after it is taken off
     * @param interfaceIndex the interface that it came in by
     * @param nowNs the time
     * @return the whole datagram, with its reference, if this was what was missing, or if it is no fragment; or
     *     {@link PacketBuffers#NONE}
     */
    public int ipv4(int packet, int interfaceIndex, long nowNs) {
        int header = buffers.data(packet);
        if (!Ipv4Header.isFragment(memory, header)) {
            return packet;
        }
        counters.increment(IpCounter.FRAGMENTS_RECEIVED);
        headers.readIpv4(memory, header);
        IpCounter fault = ipv4Fault(Ipv4Header.protocol(memory, header));
        if (fault != null) {
            return dropped(packet, fault);
        }
        table.ipv4Key(memory, header, interfaceIndex);
        return take(packet, interfaceIndex, nowNs, options.ipv4TimeoutNs());
    }

    private @Nullable IpCounter ipv4Fault(int protocol) {
        if (headers.isImpossible()) {
            return IpCounter.FRAGMENT_DROPPED_MALFORMED;
        }
        // RFC 3128: nothing of a TCP header may be in a fragment other than the first.
        if (protocol == IpProtocol.TCP
                && (headers.offset == 8
                        || (headers.offset == 0 && headers.length < MIN_TCP_FRAGMENT))) {
            return IpCounter.FRAGMENT_DROPPED_TINY;
        }
        return headers.headerLength + headers.end() > MAX_LENGTH
                ? IpCounter.FRAGMENT_DROPPED_TOO_LONG
                : null;
    }

    /**
     * A fragment of an IPv6 packet, whose extension headers up to the fragment header were read. An atomic one is
     * the whole packet, whatever else there is of its identification (RFC 6946, section 4): it is answered without
     * its fragment header.
     *
     * @param packet the fragment, whose data begins at the IPv6 header, with all headers through the fragment header
     *     in the first buffer; the only reference to it, which is taken unless a {@code PROBLEM…} is the answer.
     *     Padding after it is taken off
     * @param fragmentHeaderOffset index in packet memory of the fragment header
     * @param fragmentNextHeaderOffset index in packet memory of the next-header field that names it
     * @param interfaceIndex the interface that it came in by
     * @param nowNs the time
     * @return the whole packet, with its reference, if this was what was missing; or {@link PacketBuffers#NONE}; or
     *     {@link #PROBLEM_OFFSET}, {@link #PROBLEM_LENGTH} or {@link #PROBLEM_CHAIN}, all below it
     */
    public int ipv6(
            int packet,
            int fragmentHeaderOffset,
            int fragmentNextHeaderOffset,
            int interfaceIndex,
            long nowNs) {
        int header = buffers.data(packet);
        counters.increment(IpCounter.FRAGMENTS_RECEIVED);
        headers.readIpv6(memory, header, fragmentHeaderOffset, fragmentNextHeaderOffset);
        if (headers.length < 0 || !BufferChain.holds(buffers, packet, headers.frameLength())) {
            return dropped(packet, IpCounter.FRAGMENT_DROPPED_MALFORMED);
        }
        if (Ipv6FragmentHeader.isAtomic(memory, fragmentHeaderOffset)) {
            return atomic(packet);
        }
        int problem = ipv6Problem(header, buffers.length(packet));
        if (problem != 0) {
            return problem;
        }
        if (headers.isImpossible()) {
            return dropped(packet, IpCounter.FRAGMENT_DROPPED_MALFORMED);
        }
        table.ipv6Key(memory, header, fragmentHeaderOffset, interfaceIndex);
        return take(packet, interfaceIndex, nowNs, options.ipv6TimeoutNs());
    }

    private int ipv6Problem(int header, int available) {
        if (!headers.isLast && (headers.length & 7) != 0) {
            counters.increment(IpCounter.FRAGMENT_DROPPED_MALFORMED);
            return PROBLEM_LENGTH;
        }
        if (headers.ipv6PayloadLength(headers.end()) > MAX_LENGTH) {
            counters.increment(IpCounter.FRAGMENT_DROPPED_TOO_LONG);
            return PROBLEM_OFFSET;
        }
        if (headers.offset == 0 && !headers.findUpperLayer(memory, header, available)) {
            counters.increment(IpCounter.FRAGMENT_DROPPED_TINY);
            return PROBLEM_CHAIN;
        }
        return 0;
    }

    private int atomic(int packet) {
        BufferChain.truncate(pool, packet, headers.frameLength());
        headers.findUpperLayer(memory, buffers.data(packet), buffers.length(packet));
        int ecn = 1 << headers.ecn;
        WholeHeader.ipv6(
                buffers,
                packet,
                headers.headerLength,
                headers.nextHeaderOffset,
                headers.length,
                ecn);
        BufferChain.pullUp(pool, packet, contiguous(packet, headers.upperLayerOffset - 8));
        buffers.flags(packet, buffers.flags(packet) & PacketBuffers.HARDWARE_TIMESTAMP);
        return packet;
    }

    /** Takes the fragment whose header was read, whose key is looked for. */
    private int take(int packet, int interfaceIndex, long nowNs, long timeoutNs) {
        if (!BufferChain.holds(buffers, packet, headers.frameLength())) {
            return dropped(packet, IpCounter.FRAGMENT_DROPPED_MALFORMED);
        }
        int datagram = table.find();
        if (datagram == DatagramTable.NONE) {
            datagram = begin(interfaceIndex, nowNs + timeoutNs);
        }
        IpCounter verdict = verdicts[datagram];
        if (verdict != null) {
            return dropped(packet, verdict);
        }
        BufferChain.truncate(pool, packet, headers.frameLength());
        int fragment = packet;
        if (headers.offset != 0) {
            fragment = BufferChain.trimFront(pool, packet, headers.headerLength);
        }
        int result =
                lists.insert(datagram, headers.offset, headers.length, headers.isLast, fragment);
        if (result != FragmentLists.INSERTED) {
            return refused(datagram, fragment, result);
        }
        return inserted(datagram, fragment);
    }

    private int refused(int datagram, int packet, int result) {
        IpCounter reason =
                switch (result) {
                    case FragmentLists.DUPLICATE -> IpCounter.FRAGMENT_DROPPED_DUPLICATE;
                    case FragmentLists.OVERLAP -> IpCounter.FRAGMENT_DROPPED_OVERLAP;
                    case FragmentLists.FULL -> IpCounter.FRAGMENT_DROPPED_TOO_MANY;
                    default -> IpCounter.FRAGMENT_DROPPED_CONTRADICTION;
                };
        if (result != FragmentLists.DUPLICATE) {
            condemn(datagram, reason);
        }
        return dropped(packet, reason);
    }

    private int inserted(int datagram, int packet) {
        int count = BufferChain.count(buffers, packet);
        held[datagram] += count;
        sources.hold(datagram, count);
        buffersHeld += count;
        if (headers.offset == 0) {
            headerLengths[datagram] = headers.headerLength;
            nextHeaderOffsets[datagram] = headers.nextHeaderOffset;
            upperLayerOffsets[datagram] = headers.upperLayerOffset;
        }
        int seen = ecnSeen[datagram] | 1 << headers.ecn;
        ecnSeen[datagram] = seen;
        if ((seen & (NOT_ECT_SEEN | WholeHeader.CE_SEEN)) == (NOT_ECT_SEEN | WholeHeader.CE_SEEN)) {
            condemn(datagram, IpCounter.FRAGMENT_DROPPED_CONTRADICTION);
            return NONE;
        }
        if (lists.isComplete(datagram)) {
            return whole(datagram, packet);
        }
        makeRoom(datagram);
        return NONE;
    }

    private int dropped(int packet, IpCounter reason) {
        counters.increment(reason);
        pool.release(packet);
        return NONE;
    }

    // The whole.

    /** Puts a datagram together, of which all is there, and forgets it. */
    private int whole(int datagram, int lastArrived) {
        int first = lists.packet(datagram, 0);
        int headerLength = headerLengths[datagram];
        int total = lists.total(datagram);
        boolean isIpv4 = Ipv4Header.version(memory, buffers.data(first)) == 4;
        // What the offsets said, the header of the first fragment may yet forbid: it alone is kept.
        int length = isIpv4 ? headerLength + total : headerLength - 48 + total;
        if (length > MAX_LENGTH) {
            end(datagram, IpCounter.FRAGMENT_DROPPED_TOO_LONG);
            return NONE;
        }
        long arrivalNs = buffers.timestampNs(lastArrived);
        int flags = buffers.flags(lastArrived) & PacketBuffers.HARDWARE_TIMESTAMP;
        link(datagram);
        int upperLayer = upperLayerOffsets[datagram];
        if (isIpv4) {
            WholeHeader.ipv4(buffers, first, headerLength, total, ecnSeen[datagram]);
        } else {
            WholeHeader.ipv6(
                    buffers,
                    first,
                    headerLength,
                    nextHeaderOffsets[datagram],
                    total,
                    ecnSeen[datagram]);
            upperLayer -= Ipv6FragmentHeader.LENGTH;
        }
        BufferChain.pullUp(pool, first, contiguous(first, upperLayer));
        buffers.timestampNs(first, arrivalNs);
        buffers.flags(first, flags);
        forget(datagram);
        counters.increment(IpCounter.REASSEMBLED);
        return first;
    }

    private void link(int datagram) {
        int tail = BufferChain.last(buffers, lists.packet(datagram, 0));
        for (int place = 1; place < lists.size(datagram); place++) {
            int fragment = lists.packet(datagram, place);
            buffers.continuation(tail, fragment);
            tail = BufferChain.last(buffers, fragment);
        }
    }

    private int contiguous(int packet, int upperLayerOffset) {
        return Math.min(buffers.frameLength(packet), upperLayerOffset + IpDatagram.CONTIGUOUS);
    }

    // Room.

    /** Begins the datagram that is looked for, and answers its number. */
    private int begin(int interfaceIndex, long deadlineNs) {
        int source = sources.find(table.sourceHigh(), table.sourceLow(), interfaceIndex);
        if (source != Sources.NONE
                && sources.datagrams(source) >= options.maxDatagramsPerSource()) {
            end(sources.oldest(source), IpCounter.FRAGMENT_DROPPED_EVICTED);
        } else if (table.isFull()) {
            end(sources.oldest(sources.greediest()), IpCounter.FRAGMENT_DROPPED_EVICTED);
        }
        int datagram = table.add();
        sources.enter(datagram, table.sourceHigh(), table.sourceLow(), interfaceIndex);
        deadlines.schedule(datagram, deadlineNs);
        return datagram;
    }

    /** Ends datagrams until the buffers are within their limits, the one given among them if it must be. */
    private void makeRoom(int datagram) {
        while (true) {
            int source = sources.of(datagram);
            if (sources.buffers(source) <= options.maxBuffersPerSource()) {
                if (buffersHeld <= allowance()) {
                    return;
                }
                source = sources.greediest();
            }
            int victim = sources.oldest(source);
            end(victim, IpCounter.FRAGMENT_DROPPED_EVICTED);
            if (victim == datagram) {
                return;
            }
        }
    }

    private int allowance() {
        return switch (pool.pressure()) {
            case PacketPool.NORMAL -> receiveAllowance();
            case PacketPool.LOW -> options.maxBuffers() / 2;
            default -> 0;
        };
    }

    /** The share of what is received may be short where the pool is not. */
    private int receiveAllowance() {
        int limit = pool.options().receiveLimit();
        int left = limit - pool.inUse(PacketPool.RECEIVE);
        if (left > limit >> 3) {
            return options.maxBuffers();
        }
        return left > limit >> 5 ? options.maxBuffers() / 2 : 0;
    }

    /** Drops what is there of a datagram, and remembers to drop what comes (RFC 5722, section 4). */
    private void condemn(int datagram, IpCounter reason) {
        releaseAll(datagram, reason);
        verdicts[datagram] = reason;
    }

    /** Drops what is there of a datagram, and forgets it. */
    private void end(int datagram, IpCounter reason) {
        releaseAll(datagram, reason);
        forget(datagram);
    }

    private void releaseAll(int datagram, IpCounter reason) {
        int size = lists.size(datagram);
        counters.add(reason, size);
        for (int place = 0; place < size; place++) {
            pool.release(lists.packet(datagram, place));
        }
        lists.clear(datagram);
        holdNothing(datagram);
    }

    private void forget(int datagram) {
        holdNothing(datagram);
        lists.clear(datagram);
        ecnSeen[datagram] = 0;
        verdicts[datagram] = null;
        deadlines.cancel(datagram);
        sources.leave(datagram);
        table.remove(datagram);
    }

    private void holdNothing(int datagram) {
        sources.hold(datagram, -held[datagram]);
        buffersHeld -= held[datagram];
        held[datagram] = 0;
    }

    // Time.

    /** {@return when {@link #advance} is to be called, or {@link Long#MAX_VALUE}} */
    public long nextDeadlineNs() {
        return deadlines.nextDeadlineNs();
    }

    /**
     * Gives up the datagrams whose time is over, and tells of those whose first fragment is there.
     *
     * @param nowNs the time
     */
    public void advance(long nowNs) {
        int datagram = deadlines.poll(nowNs);
        while (datagram != DeadlineHeap.NONE) {
            timedOut(datagram, nowNs);
            datagram = deadlines.poll(nowNs);
        }
    }

    /** The datagram is forgotten before anybody is told, so that it does not matter what that leads to. */
    private void timedOut(int datagram, long nowNs) {
        int interfaceIndex = table.interfaceIndex(datagram);
        int first = lists.first(datagram);
        if (first != NONE) {
            pool.retain(first);
        }
        end(datagram, IpCounter.FRAGMENT_DROPPED_TIMEOUT);
        if (first != NONE) {
            events.timedOut(first, interfaceIndex, nowNs);
            pool.release(first);
        }
    }

    /**
     * Drops the fragments that came in by an interface, which goes away.
     *
     * @param interfaceIndex the interface
     */
    public void flush(int interfaceIndex) {
        int datagram = table.next(DatagramTable.NONE);
        while (datagram != DatagramTable.NONE) {
            if (table.interfaceIndex(datagram) == interfaceIndex) {
                end(datagram, IpCounter.FRAGMENT_DROPPED_NO_BUFFER);
            }
            datagram = table.next(datagram);
        }
    }

    /** Drops all fragments, so that every buffer is home. */
    public void close() {
        int datagram = table.next(DatagramTable.NONE);
        while (datagram != DatagramTable.NONE) {
            end(datagram, IpCounter.FRAGMENT_DROPPED_NO_BUFFER);
            datagram = table.next(datagram);
        }
    }
}
