package onload.tcp;

import onload.ip.Destination;
import onload.nic.packet.PacketBuffers;
import onload.tcp.congestion.CongestionControl;
import onload.tcp.flow.Flow;
import onload.tcp.reassembly.OutOfOrderQueue;

import org.jspecify.annotations.Nullable;

/**
 * What every segment of an established connection reads or writes: the variables of RFC 9293, section 3.3.1, the two
 * queues, and the timers. A JVM lays the fields of a superclass before those of a subclass, so that this, with
 * the tuple before it, is the hot part of a {@link TcpConnection}: {@value #HOT_CACHE_LINES} cache lines, which
 * a test measures.
 *
 * <p>Layout only: what is done with it is in the classes beside it. Under the stack's lock.
 */
abstract class TransmissionControlBlock extends Flow {
    /** Cache lines of 64 bytes that the tuple and the fields of this class take at most. */
    static final int HOT_CACHE_LINES = 7;

    // Send sequence variables.

    /** The oldest sequence number that is not acknowledged. */
    int sndUna;

    /** The next sequence number to send: that of the first byte in {@link #sndUnsent}. */
    int sndNxt;

    /** The highest that was sent and one: beyond sndNxt by the byte of a window probe. */
    int sndMax;

    /** The peer's window in bytes. */
    int sndWnd;

    /** Sequence number of the segment that last updated the window. */
    int sndWl1;

    /** Acknowledgment number of that segment. */
    int sndWl2;

    /** Most payload of a segment, in bytes, without options that all segments carry. */
    int mss;

    // Receive sequence variables.

    /** The next sequence number that is expected. */
    int rcvNxt;

    /** The right edge of the window that the peer was told. It never moves back. */
    int rcvAdv;

    /** What the peer was told last of rcvNxt: Last.ACK.sent of RFC 7323. */
    int rcvAcked;

    /** The largest segment that has come lately, in bytes: what counts as a full one. */
    int rcvMss;

    /** TS.Recent (RFC 7323, section 4.3). */
    int tsRecent;

    /** What is added to the clock of timestamps. */
    int timestampOffset;

    // The send queue: packets linked by PacketBuffers.next, with SegmentBuffers' control block.

    int sndHead = PacketBuffers.NONE;

    /** The first packet of the queue that was never sent, or NONE. */
    int sndUnsent = PacketBuffers.NONE;

    int sndTail = PacketBuffers.NONE;
    int sndQueuedBytes;
    int sndQueuedPackets;
    int sndBufferBytes;

    // The receive queue: packets linked by PacketBuffers.next whose data is the payload.

    int rcvHead = PacketBuffers.NONE;
    int rcvTail = PacketBuffers.NONE;
    int rcvQueuedBytes;

    /** Bytes of these that stand in packets that the layer above has already, and that its user has not read. */
    int rcvHandedBytes;

    int rcvQueuedPackets;
    int rcvBufferBytes;

    /** The sum of the pseudo-header without the length. */
    int pseudoSum;

    /** What is to be reported at the end of the batch: constants of {@link TcpEvents}. */
    int events;

    byte sndScale;
    byte rcvScale;

    /** Acknowledgments that are still sent without delay. */
    byte quickAcks;

    boolean hasTimestamps;
    boolean hasSack;

    /** Data has come that is not acknowledged. */
    boolean ackPending;

    /** An acknowledgment is to go at the end of the batch. */
    boolean ackNow;

    /** Stands in the engine's list of those that the batch touched. */
    boolean isTouched;

    boolean noDelay;
    boolean isCorked;

    /** The user sends no more; FIN comes after the queue. */
    boolean finQueued;

    /** The FIN has its place in the sequence: sndMax is after it. */
    boolean finSent;

    /** The last answer to a send was that there is no room. */
    boolean wantsRoom;

    /** Explicit congestion notification: bits of {@link ExplicitCongestion}; 0 if both sides do without. */
    byte ecn;

    // Timers: when, or Long.MAX_VALUE.

    /** Retransmission, or the next window probe. */
    long retransmitNs = Long.MAX_VALUE;

    /** The delayed acknowledgment. */
    long acknowledgeNs = Long.MAX_VALUE;

    /** All other timers: keep-alive, FIN-WAIT-2, the cork. */
    long otherNs = Long.MAX_VALUE;

    /** When a segment came in last. */
    long lastReceivedNs;

    long srttNs;
    long rttvarNs;

    // What became of the segments under way: see Scoreboard.

    /** The packet in the network that was sent longest ago, or NONE. */
    int oldestSent = PacketBuffers.NONE;

    /** The packet in the network that was sent last, or NONE. */
    int newestSent = PacketBuffers.NONE;

    /** Bytes that are known to have arrived, of the whole connection; wraps around. */
    int delivered;

    /**
     * Where {@link #delivered} will be when what is in the network has arrived that was sent with too little to
     * send; 0.
     */
    int applicationLimited;

    /**
     * Bytes in the network when this side last could send. Acknowledgments come in batches, which are answered
     * together: what the earlier ones of a batch say is no reason to believe that the network was not full.
     */
    int pipeAtOutput;

    /** The congestion window held this side back then. */
    boolean isWindowFull;

    /** Where {@link #delivered} is when a round trip is over. */
    int nextRound;

    /** When something last arrived. */
    long deliveredNs;

    /** When that was sent which arrived last. */
    long firstSentNs;

    /** RACK.xmit_ts, RACK.end_seq and RACK.rtt (RFC 8985, section 5.3), of the newest segment that has arrived. */
    long rackSentNs;

    int rackEnd;
    boolean hasRack;
    long rackRttNs;

    /** The smallest round-trip time of late, 0 if unknown. */
    long minRttNs;

    /** When a tail loss probe is due, or Long.MAX_VALUE. */
    long tailNs = Long.MAX_VALUE;

    long bytesAcknowledged;
    long bytesReceived;

    TcpState state = TcpState.CLOSED;
    @Nullable Destination destination;
    @Nullable CongestionControl congestion;

    /** Exists while segments are missing. */
    @Nullable OutOfOrderQueue outOfOrder;

    /** Exists while something is lost or was acknowledged selectively, and a while after. */
    @Nullable RecoveryRecord record;

    /** {@return the room in the window that the peer was told, in bytes} */
    final int rcvWnd() {
        return rcvAdv - rcvNxt;
    }

    /**
     * {@return the sequence number of segments without data}: SND.NXT; or the right edge of a window that has shrunk to
     * the left of it, since the peer drops what is beyond (RFC 9293, section 3.10.7.4). That a scaled window cannot say
     * each edge is no shrinking.
     */
    final int acceptableSequence() {
        int beyond = sndNxt - (sndUna + sndWnd);
        return beyond < 1 << sndScale ? sndNxt : sndNxt - beyond;
    }

    /** {@return bytes between what is acknowledged and what was sent} */
    final int flightSize() {
        return sndMax - sndUna;
    }

    /** {@return whether all that was sent is acknowledged; the byte of a window probe does not count} */
    final boolean isIdle() {
        return sndUna == sndNxt;
    }

    final boolean hasUnsent() {
        return sndUnsent != PacketBuffers.NONE;
    }
}
