package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.tcp.recovery.SackRanges;

/**
 * What a connection remembers while segments are missing at the peer, and for a window after: attached when the first
 * block of a selective acknowledgment comes or something is lost, and pooled. Layout only.
 */
final class RecoveryRecord {
    final SackRanges ranges = new SackRanges();

    /** From where on to look for packets that a block names; or NONE for the head of the queue. */
    int sackHint;

    /** No packet before this one is lost and waits to be sent again; or NONE if none does at all. */
    int lostHint;

    /** RACK.fack: after the highest number that the peer is known to have (RFC 8985, section 5.4). */
    int highestSacked;

    boolean hasHighestSacked;

    // Proportional rate reduction (RFC 6937, section 3).

    /** RecoverFS: bytes in the network when recovery began. */
    int recoverFlight;

    /** Bytes delivered since. */
    int prrDelivered;

    /** Bytes sent since. */
    int prrOut;

    /** Bytes that may be in the network, as PRR has worked out last. */
    int window;

    /** When segments are lost that may be only late by now; or Long.MAX_VALUE (RFC 8985, section 6.2, step 5). */
    long reorderingNs;

    // Undo (RFC 3522, RFC 3708, RFC 4015).

    /** There was a reduction that may turn out to have been for nothing. */
    boolean mayUndo;

    /** Where SND.UNA was when the reduction began. */
    int undoFrom;

    /** The peer has reported duplicates since. */
    boolean isReported;

    /** Segments that were sent again since the reduction, and that the peer has not reported as duplicates. */
    int unreported;

    /** Segments were sent again since, so that the next two say something. */
    boolean hasResent;

    /** The timestamp that the first of them carried. */
    int firstResentTimestamp;

    /** When all of this is acknowledged, nothing more will be heard of the last recovery. */
    int forgetAfter;

    // F-RTO (RFC 5682, section 3).

    /** A timeout is in doubt: the answers to the first retransmission will tell. */
    boolean isTimeoutInDoubt;

    /** New data was sent to find out. */
    boolean hasProbed;

    /** The head of the queue is what the peer once had: it may have thrown that away (RFC 2018, section 8). */
    boolean isReneging;

    void reset() {
        ranges.reset();
        sackHint = PacketBuffers.NONE;
        lostHint = PacketBuffers.NONE;
        hasHighestSacked = false;
        recoverFlight = 0;
        prrDelivered = 0;
        prrOut = 0;
        window = 0;
        reorderingNs = Long.MAX_VALUE;
        isReported = false;
        mayUndo = false;
        unreported = 0;
        hasResent = false;
        isTimeoutInDoubt = false;
        hasProbed = false;
        isReneging = false;
    }
}
