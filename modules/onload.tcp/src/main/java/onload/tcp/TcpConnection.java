package onload.tcp;

import onload.ip.Destination;
import onload.tcp.flow.Flow;
import onload.wire.IpAddress;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * A TCP connection: made by {@link TcpEngine#open} to connect, or accepted from a {@link TcpListener}.
 *
 * <p>No call waits: one that cannot go on answers {@link #WOULD_BLOCK}, and {@link TcpEvents} says when it can. What a
 * call sends goes out with the next {@code IpLayer.flush} or poll.
 *
 * <p>Belongs to the thread that has the stack's lock.
 */
public final class TcpConnection extends TransmissionControlBlock {
    /** Answer: nothing can be done now; an event will say when. */
    public static final int WOULD_BLOCK = -1;

    /** Answer: the peer has closed, and all that it sent is read. */
    public static final int END_OF_STREAM = -2;

    /** Answer: there is no connection, or not yet. */
    public static final int NOT_CONNECTED = -3;

    /** Answer: this side has closed, so that it cannot send; or cannot receive, after {@link #shutdownInput}. */
    public static final int CLOSED = -4;

    /** Answer: the peer has reset the connection. */
    public static final int RESET = -5;

    /** Answer: the peer refused the connection, or its host has nobody at the port. */
    public static final int REFUSED = -6;

    /** Answer: the peer did not answer for too long. */
    public static final int TIMED_OUT = -7;

    /** Answer: there is no way to the peer. */
    public static final int UNREACHABLE = -8;

    /** Answer: somebody else has the address and port, or the connection. */
    public static final int ADDRESS_IN_USE = -9;

    /** Answer: the address is none of this host. */
    public static final int ADDRESS_NOT_AVAILABLE = -10;

    /** Answer: no local port is free. */
    public static final int NO_PORT = -11;

    /** Answer: the engine has as many connections as it may. */
    public static final int NO_MEMORY = -12;

    /** Answer: this cannot be done in this state, such as connecting twice. */
    public static final int INVALID_STATE = -13;

    /** Answer: this side has aborted the connection. */
    public static final int ABORTED = -14;

    private static final int LEAST_SEGMENT_SIZE = 88;
    private static final int LARGEST_SEGMENT_SIZE = 65_495;

    static final byte OPEN = 0;
    static final byte FAST_RECOVERY = 1;
    static final byte LOSS = 2;
    static final byte REDUCTION = 3;

    private final TcpEngine engine;

    int iss;
    int irs;

    /** The largest window that the peer has offered: MAX.SND.WND. */
    int maxSndWnd;

    /** Where the queue was when recovery began: it ends when all of that is acknowledged (RFC 6582, RFC 6675). */
    int recover;

    /** {@link #OPEN}, {@link #FAST_RECOVERY}, {@link #LOSS} or {@link #REDUCTION}. */
    byte recovery;

    /** Recovery has sent nothing yet: the first segment goes whatever the window says. */
    boolean mustRetransmit;

    int duplicateAcks;

    /** How often the timeout was doubled. */
    byte backoff;

    /** How often the interval of window probes was doubled. */
    byte probeBackoff;

    /** A SYN had to be sent again. */
    boolean wasSynLost;

    /** Timeouts without an acknowledgment of new data. */
    int timeouts;

    /** When the first of these timeouts, or of window probes, was armed; for the user timeout. */
    long unansweredSinceNs;

    /** End of the last segment that was not full: what Nagle's algorithm waits for, as Minshall modified it. */
    int sndSmall;

    byte blocksToSend;

    /** When the cork began to hold something back, or Long.MIN_VALUE. */
    long corkedSinceNs = Long.MIN_VALUE;

    /** The timer has said that a part of a segment goes where the window has no room for all. */
    boolean overridesWindow;

    /** There was a recovery, so that {@link #recover} says something. */
    boolean hasRecovered;

    boolean hasUrgentToSend;

    /** After the urgent data that was sent: SND.UP. */
    int sndUp;

    boolean hasUrgent;

    /** After the urgent data that is announced: RCV.UP. */
    int rcvUp;

    /** The peer's FIN has come; its sequence number is {@link #finSequence}. */
    boolean finReceived;

    int finSequence;
    boolean isOrphan;
    boolean inputShutDown;
    boolean isPassive;

    /** A SYN was sent, or one was accepted. */
    boolean wasOpened;

    boolean wasBound;

    /** The peer has shown its own options in its SYN. */
    boolean peerScales;

    /** What the peer has said that it takes, in bytes: unsigned 16 bits, as in its option. */
    char peerMss;

    int maximumSegmentSize;
    int boundInterface;
    int pathMtu;

    /** Exists if the MTU of the path is searched for (RFC 4821). */
    @Nullable MtuSearch mtuSearch;

    /** An ICMP message has said that segments are too long. */
    boolean pathIsInDoubt;

    /** The user wants Fast Open. */
    boolean wantsFastOpen;

    /** The first SYN has a Fast Open option. */
    boolean triesFastOpen;

    /** The SYN waits for data. */
    boolean isSynDeferred;

    /** The user may send from connecting on, since there was a Fast Open cookie; what the SYN does not take waits. */
    boolean sendsEarly;

    /** The SYN-ACK brings a Fast Open cookie. */
    boolean givesCookie;

    /** The SYN brought data that the SYN-ACK has acknowledged. */
    boolean hasSynData;

    /** Data that went with the SYN, in bytes. */
    int synDataBytes;

    int error;
    int softError;
    long challengedNs = Long.MIN_VALUE;
    long tsRecentNs;

    boolean keepsAlive;
    long keepAliveIdleNs;
    long keepAliveIntervalNs;
    int keepAliveProbes;
    int probesSent;
    long userTimeoutNs;
    long lingerNs = -1;
    int notSentLowWater = Integer.MAX_VALUE;

    boolean tunesSendBuffer = true;
    boolean tunesReceiveBuffer = true;
    int tuningSequence;
    int tuningRead;
    long tuningNs = Long.MIN_VALUE;

    long segmentsReceived;
    long segmentsSent;
    int retransmissions;

    /** Bytes that the peer has by selective acknowledgment; that are lost; of these, that were not sent again. */
    int sackedBytes;

    int lostBytes;
    int toResendBytes;

    /** Payload of the longest segment that has arrived since the last black hole. */
    int arrivedLength;

    /** Bytes that were sent again and may still arrive. */
    int resentBytes;

    /** Bytes that were ever lost; wraps around. */
    int lostTotal;

    /** When the smallest round-trip time was measured. */
    long minRttSinceNs;

    /** RACK: segments have come out of order (RFC 8985, section 5.3). */
    boolean hasReordering;

    /** RACK.reo_wnd_mult, and for how many recoveries it stays. */
    byte reorderingMultiplier = 1;

    byte reorderingPersists;

    /** Where {@link #delivered} is when the reordering window may grow again. */
    int reorderingRound;

    /** A tail loss probe was sent and has no answer; it was an old segment; and what answers it: TLP.end_seq. */
    boolean hasTailProbe;

    boolean isTailProbeAgain;
    int tailEnd;

    /** So many segments of new data may go whatever the congestion window is. */
    byte extraSegments;

    /** Waits for {@link #paceNs}. */
    boolean isPaced;

    /** When the next segment may go. */
    long paceNs;

    /** Bytes per second, 0 for no limit. */
    long pacingRate;

    @Nullable TcpListener listener;

    /** Whose queue of Fast Open counts the connection. */
    @Nullable TcpListener fastOpener;

    LocalPorts.@Nullable Binding binding;
    @Nullable TimeWait timeWait;
    private @Nullable Object attachment;

    TcpConnection(TcpEngine engine) {
        this.engine = engine;
    }

    /** The way to the peer, which a connection has from the time on that it has a peer. */
    Destination way() {
        return Objects.requireNonNull(destination);
    }

    // The user's calls.

    /**
     * Takes a local address and port.
     *
     * @param high high half of an address of this host, IPv4 as IPv4-mapped; with {@code low} 0 for any
     * @param low its low half
     * @param port 1 to 65535, or 0 for one that is chosen when it connects
     * @return 0, {@link #ADDRESS_IN_USE}, {@link #ADDRESS_NOT_AVAILABLE} or {@link #INVALID_STATE}
     */
    public int bind(long high, long low, int port) {
        return engine.bind(this, high, low, port);
    }

    /**
     * Begins to connect: sends a SYN. {@link TcpEvents#CONNECTED} or {@link TcpEvents#FAILED} will say what came of it.
     *
     * @param high high half of the peer's address, IPv4 as IPv4-mapped
     * @param low its low half
     * @param port 1 to 65535
     * @return 0; or {@link #INVALID_STATE}, {@link #ADDRESS_IN_USE} (this very connection exists), {@link
     *     #ADDRESS_NOT_AVAILABLE}, {@link #NO_PORT}, {@link #NO_MEMORY}, {@link #UNREACHABLE}; then it may be tried
     *     again
     */
    public int connect(long high, long low, int port, long nowNs) {
        return engine.connect(this, high, low, port, nowNs);
    }

    /**
     * Queues bytes to send, and sends what may go. They are copied.
     *
     * @param length ≥ 0
     * @return how many were taken, fewer than {@code length} if there was no room for more; {@link #WOULD_BLOCK} if
     *     there was none, {@link #NOT_CONNECTED}, {@link #CLOSED}, or the {@link #error} of a connection that broke
     */
    public int send(DirectBuffer from, int offset, int length, long nowNs) {
        return engine.user().send(this, from, offset, length, nowNs);
    }

    /**
     * Queues a packet to send without copying it.
     *
     * @param packet a buffer of the stack's pool, alone and without a continuation, whose data is the payload, with 128
     *     bytes of head-room; it is the connection's if the answer is 0
     * @return 0, or an answer of {@link #send}
     */
    public int sendPacket(int packet, long nowNs) {
        return engine.user().sendPacket(this, packet, nowNs);
    }

    /**
     * Queues one byte of urgent data after what is queued (RFC 9293, section 3.8.5; RFC 6093 advises against it).
     *
     * @return 1, or a negative answer of {@link #send}
     */
    public int sendUrgent(byte value, long nowNs) {
        return engine.user().sendUrgent(this, value, nowNs);
    }

    /** Asks for {@link TcpEvents#WRITABLE} when there is room to send, as a {@link #send} does that finds none. */
    public void wantRoom(long nowNs) {
        engine.user().wantRoom(this, nowNs);
    }

    /** {@return how many bytes {@link #send} would take now, ≥ 0} */
    public int sendable() {
        return engine.user().sendable(this);
    }

    /**
     * Reads bytes that have come. They are copied.
     *
     * @param length ≥ 0
     * @return how many; {@link #WOULD_BLOCK}, {@link #END_OF_STREAM}, {@link #NOT_CONNECTED}, {@link #CLOSED}, or the
     *     {@link #error} of a connection that broke
     */
    public int receive(MutableDirectBuffer to, int offset, int length, long nowNs) {
        return engine.user().receive(this, to, offset, length, nowNs);
    }

    /** As {@link #receive}, but the bytes stay to be read. */
    public int peek(MutableDirectBuffer to, int offset, int length) {
        return engine.user().peek(this, to, offset, length);
    }

    /**
     * Takes the packet with the next bytes, without copying them: its data, over the buffers that continue it.
     *
     * @return the packet, to be released by the caller; or a negative answer of {@link #receive}
     */
    public int receivePacket(long nowNs) {
        return engine.user().receivePacket(this, nowNs);
    }

    /**
     * Takes the packet with the next bytes for a layer above that lets its users read without the stack's lock:
     * the bytes still count as queued, so that the window stays as it is, until {@link #handedConsumed} says
     * that they were read. Not to be mixed with the other ways to receive.
     *
     * @return the packet, its {@code frameLength} being the bytes in it, to be released by the caller; or {@link
     *     onload.nic.packet.PacketBuffers#NONE}
     */
    public int handOver() {
        return engine.user().handOver(this);
    }

    /**
     * Says that bytes were read which {@link #handOver} has given.
     *
     * @param bytes no more than were handed over and not said so far
     */
    public void handedConsumed(int bytes, long nowNs) {
        engine.user().handedConsumed(this, bytes, nowNs);
    }

    /**
     * {@return what a read is answered after all that was handed over: {@link #WOULD_BLOCK}, {@link
     * #END_OF_STREAM}, {@link #NOT_CONNECTED}, {@link #CLOSED}, or the {@link #error} of a connection that broke}
     */
    public int receiveState() {
        return UserCalls.emptyAnswer(this);
    }

    /**
     * {@return 0 if the connection takes data to send, though perhaps not now for want of room; else what a send
     * is answered}
     */
    public int sendState() {
        return UserCalls.sendRefusal(this);
    }

    /**
     * Queues packets to send that were prepared without the stack's lock, whatever room there is.
     *
     * @param first packets linked by {@code next}, each alone, with 128 bytes of head-room and no more payload
     *     than {@link #maximumSegmentSize}; they are the connection's whatever the answer is
     * @return 0; or why they were dropped, an answer of {@link #send}
     */
    public int sendPrepared(int first, long nowNs) {
        return engine.user().sendPrepared(this, first, nowNs);
    }

    /** {@return the bytes that can be read} */
    public int available() {
        return rcvQueuedBytes;
    }

    /** {@return the bytes that were sent or queued and are not acknowledged} */
    public int unacknowledged() {
        return sndQueuedBytes;
    }

    /** {@return the bytes that are queued and were not sent yet} */
    public int notSent() {
        return engine.user().notSent(this);
    }

    /**
     * Sends a FIN after what is queued. Receiving goes on.
     *
     * @return 0, {@link #NOT_CONNECTED}, or the {@link #error} of a connection that broke
     */
    public int shutdownOutput(long nowNs) {
        return engine.user().shutdownOutput(this, nowNs);
    }

    /**
     * Receives no more: what is queued is dropped, and so is what comes; the peer is not told.
     *
     * @return 0, or {@link #NOT_CONNECTED}
     */
    public int shutdownInput(long nowNs) {
        return engine.user().shutdownInput(this, nowNs);
    }

    /**
     * Closes. What is queued is still sent, and the connection finishes by itself; if there is data that nobody has
     * read, or with {@link #linger} 0, it is reset (RFC 2525, section 2.17). No event but {@link TcpEvents#CLOSED}
     * follows. A second call does nothing.
     */
    public void close(long nowNs) {
        engine.user().close(this, nowNs);
    }

    /** Resets: the peer is told, nothing more is sent, and all buffers go home. */
    public void abort(long nowNs) {
        engine.user().abort(this, nowNs);
    }

    /** {@return the state} */
    public TcpState state() {
        return timeWait == null ? state : timeWait.state();
    }

    /** {@return why the connection broke: a negative constant of this class; 0 if it did not} */
    public int error() {
        return error;
    }

    /** {@return what an ICMP message said last, which did not break it: a negative constant; 0 for nothing} */
    public int softError() {
        return softError;
    }

    /** {@return the local address, unspecified while there is none} */
    public IpAddress localAddress() {
        return IpAddress.of(localHigh(), localLow());
    }

    /** {@return the peer's address, unspecified while there is none} */
    public IpAddress remoteAddress() {
        return IpAddress.of(remoteHigh(), remoteLow());
    }

    /** {@return whatever the layer above has attached} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches whatever the layer above knows the connection by. */
    public void attachment(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    // Options.

    /** Sends small segments at once, without Nagle's algorithm (RFC 9293, section 3.7.4). */
    public void noDelay(boolean noDelay, long nowNs) {
        this.noDelay = noDelay;
        engine.user().push(this, nowNs);
    }

    /** {@return whether small segments are sent at once} */
    public boolean noDelay() {
        return noDelay;
    }

    /** Holds back segments that are not full, for 200 ms at most, until it is taken off. */
    public void cork(boolean corked, long nowNs) {
        isCorked = corked;
        engine.user().push(this, nowNs);
    }

    /** {@return whether segments that are not full are held back} */
    public boolean cork() {
        return isCorked;
    }

    /**
     * Asks an idle peer whether it is still there (RFC 9293, section 3.8.4).
     *
     * @param idleNs before the first question, > 0
     * @param intervalNs between questions, > 0
     * @param probes without an answer after which the connection fails, ≥ 1
     */
    public void keepAlive(boolean on, long idleNs, long intervalNs, int probes, long nowNs) {
        if (idleNs <= 0 || intervalNs <= 0 || probes < 1) {
            throw new IllegalArgumentException(
                    "keep-alive cannot ask after %d ns, every %d ns, %d times; expected more than 0 of each"
                            .formatted(idleNs, intervalNs, probes));
        }
        keepsAlive = on;
        keepAliveIdleNs = idleNs;
        keepAliveIntervalNs = intervalNs;
        keepAliveProbes = probes;
        engine.keepAliveChanged(this, nowNs);
    }

    /** {@return whether an idle peer is asked} */
    public boolean keepAlive() {
        return keepsAlive;
    }

    /**
     * Limits how long data may stay without acknowledgment (RFC 5482; RFC 9293, section 3.9.1).
     *
     * @param timeoutNs ≥ 0; 0 for what retransmissions limit
     */
    public void userTimeout(long timeoutNs) {
        if (timeoutNs < 0) {
            throw new IllegalArgumentException(
                    "a user timeout cannot be %d ns; expected 0 or more".formatted(timeoutNs));
        }
        userTimeoutNs = timeoutNs;
    }

    /** {@return the user timeout, or 0} */
    public long userTimeout() {
        return userTimeoutNs;
    }

    /**
     * Says what {@link #close} does with a connection that has still something to send.
     *
     * @param lingerNs 0 to reset it; any other value lets it finish by itself
     */
    public void linger(long lingerNs) {
        this.lingerNs = lingerNs;
    }

    /**
     * Reports {@link TcpEvents#WRITABLE} only when fewer bytes than these wait to be sent for the first time; 0
     * for any.
     */
    public void notSentLowWater(int bytes) {
        notSentLowWater = bytes <= 0 ? Integer.MAX_VALUE : bytes;
    }

    /** Sets the send buffer, which does not grow by itself any more. */
    public void sendBuffer(int bytes) {
        sndBufferBytes = Math.max(bytes, 1024);
        tunesSendBuffer = false;
    }

    /** {@return the bytes that the connection takes from its user before they are acknowledged} */
    public int sendBuffer() {
        return sndBufferBytes;
    }

    /**
     * Sets the receive buffer, which does not grow by itself any more. A window that the peer was told is not taken
     * back.
     */
    public void receiveBuffer(int bytes) {
        rcvBufferBytes = Math.max(bytes, 256);
        tunesReceiveBuffer = false;
    }

    /** {@return the bytes that the connection takes from the peer before its user has read them} */
    public int receiveBuffer() {
        return rcvBufferBytes;
    }

    /**
     * Limits the segments of both directions, before the connection opens.
     *
     * @param bytes of payload, 88 to 65495, or 0 for what the path takes
     * @throws IllegalArgumentException if it is something else
     */
    public void maximumSegmentSize(int bytes) {
        if (bytes != 0 && (bytes < LEAST_SEGMENT_SIZE || bytes > LARGEST_SEGMENT_SIZE)) {
            throw new IllegalArgumentException(
                    "segments cannot be limited to %d bytes; expected %d to %d, or 0 for no limit"
                            .formatted(bytes, LEAST_SEGMENT_SIZE, LARGEST_SEGMENT_SIZE));
        }
        maximumSegmentSize = bytes;
    }

    /** {@return the most payload of a segment that is sent, in bytes} */
    public int maximumSegmentSize() {
        return mss;
    }

    /** Acknowledges without delay again, for as many segments as when the connection was new. */
    public void quickAck(long nowNs) {
        engine.quickAck(this, nowNs);
    }

    /**
     * Opens fast (RFC 7413), from the next {@link #connect} on: if the peer has given a cookie before, that call sends
     * nothing but answers 0, {@link #sendState} is 0 at once, and what the first {@link #send} takes goes with the SYN
     * as far as it fits, the rest when the connection is established; after 200 ms without one the SYN goes
     * alone. If there is no cookie, or Fast Open has failed there lately, the connection opens as usual, and a
     * SYN may ask for a cookie. It needs bit 1 of {@link TcpSetting#FAST_OPEN}. The peer may, rarely, get the
     * data of a SYN twice.
     */
    public void fastOpen(boolean on) {
        wantsFastOpen = on;
    }

    /** {@return whether it opens fast if it can} */
    public boolean fastOpen() {
        return wantsFastOpen;
    }

    /** Connects by one interface only; 0 for any. */
    public void bindTo(int interfaceIndex) {
        boundInterface = interfaceIndex;
    }

    /**
     * Sets the traffic class of what is sent, 0 to 255, of which the ECN bits are not the user's; once the connection
     * has a peer.
     */
    public void trafficClass(int trafficClass) {
        way().trafficClass(trafficClass & ~ExplicitCongestion.CODEPOINT_MASK);
    }

    /** Sets the hop limit of what is sent; once the connection has a peer. */
    public void hopLimit(int hopLimit) {
        way().hopLimit(hopLimit);
    }

    /**
     * Chooses the congestion control. Once the connection is open another one starts from the present window; what
     * SYNs have agreed on, such as to echo congestion exactly, stays.
     *
     * @param name one of those of {@link onload.tcp.congestion.CongestionControls#names()}
     * @throws IllegalArgumentException if there is none of that name
     */
    public void congestionControl(String name) {
        engine.congestionControl(this, name);
    }

    /** {@return the name of the congestion control that it has, or will have when it opens} */
    public String congestionControl() {
        return congestion == null ? engine.defaultCongestionControl() : congestion.name();
    }

    /**
     * {@return how far urgent data is ahead of what is read next, in bytes; 0 if the next byte is the last of it, −1 if
     * there is none}
     */
    public int urgentMark() {
        return hasUrgent ? rcvUp - 1 - (rcvNxt - rcvQueuedBytes) : -1;
    }

    /** {@return the congestion window in bytes, 0 before the connection opens} */
    public int congestionWindow() {
        return congestion == null ? 0 : congestion.cwnd();
    }

    /** {@return the smoothed round-trip time (RFC 6298), 0 before it was measured} */
    public long smoothedRoundTripNs() {
        return srttNs;
    }

    /** {@return segments that were sent again} */
    public int retransmissions() {
        return retransmissions;
    }

    /** {@return bytes that have come in order} */
    public long bytesReceived() {
        return bytesReceived;
    }

    /** {@return bytes that the peer has acknowledged} */
    public long bytesAcknowledged() {
        return bytesAcknowledged;
    }

    /** {@return what Linux's TCP_INFO tells of the connection} */
    public TcpInfo info(long nowNs) {
        return engine.info(this, nowNs);
    }

    @Override
    public String toString() {
        return "%s %s.%d > %s.%d"
                .formatted(state(), localAddress(), localPort(), remoteAddress(), remotePort());
    }

    /** {@return whether a SYN has opened it at once that nobody has confirmed yet} */
    boolean isFastOpened() {
        return state == TcpState.SYN_RECEIVED && isPassive;
    }

    /** {@return whether the user may send, now or when there is room} */
    boolean takesData() {
        return state.canSend() || isFastOpened() || isSendingEarly();
    }

    /** {@return whether it opens by Fast Open, so that its user may send though nobody has answered} */
    boolean isSendingEarly() {
        return sendsEarly && (state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED);
    }

    /** {@return whether data may go: from ESTABLISHED on, or after a Fast Open} */
    boolean isTransferring() {
        return state.isSynchronized() || isFastOpened();
    }

    /** A connection of Fast Open is confirmed, or it is over: no SYN waits, and no queue counts it any more. */
    void fastOpenEnded() {
        isSynDeferred = false;
        TcpListener counting = fastOpener;
        if (counting != null) {
            counting.fastOpens--;
            fastOpener = null;
        }
    }

    /** A connection of Fast Open is reset before anybody has confirmed it. */
    void fastOpenReset(long nowNs) {
        TcpListener counting = fastOpener;
        if (counting != null) {
            counting.fastOpenReset(nowNs);
        }
    }

    /** {@return whether it was ever more than CLOSED} */
    boolean wasOpen() {
        return wasOpened;
    }

    /** Begins with the options of another. */
    void inherit(TcpConnection from) {
        sndBufferBytes = from.sndBufferBytes;
        rcvBufferBytes = from.rcvBufferBytes;
        tunesSendBuffer = from.tunesSendBuffer;
        tunesReceiveBuffer = from.tunesReceiveBuffer;
        noDelay = from.noDelay;
        keepsAlive = from.keepsAlive;
        keepAliveIdleNs = from.keepAliveIdleNs;
        keepAliveIntervalNs = from.keepAliveIntervalNs;
        keepAliveProbes = from.keepAliveProbes;
        userTimeoutNs = from.userTimeoutNs;
        lingerNs = from.lingerNs;
        wantsFastOpen = from.wantsFastOpen;
        notSentLowWater = from.notSentLowWater;
        maximumSegmentSize = from.maximumSegmentSize;
    }

    static @Nullable TcpConnection of(@Nullable Flow flow) {
        return flow instanceof TcpConnection connection ? connection : null;
    }
}
