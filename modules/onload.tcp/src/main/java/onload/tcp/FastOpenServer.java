package onload.tcp;

import onload.tcp.counter.TcpCounter;
import onload.tcp.handshake.ChallengeLimit;
import onload.tcp.handshake.FastOpenCookies;
import onload.wire.TcpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Fast Open of connections that peers open (RFC 7413, sections 4.1.2 and 4.2): cookies are given and checked, and a SYN
 * with a good one makes a connection at once, in SYN-RECEIVED, whose data the user can read and answer before the peer
 * has confirmed. As many of these as the listener's queue takes; beyond that SYNs are ordinary ones.
 *
 * <p>Algorithm; under the stack's lock.
 */
final class FastOpenServer {
    /** Answer: an ordinary SYN. */
    static final int ORDINARY = 0;

    /** Answer: an ordinary SYN, whose answer brings a cookie. */
    static final int GIVES_COOKIE = 1;

    /** Answer: the connection opens at once. */
    static final int OPENS = 2;

    /** Answer: the connection opens at once, and the answer brings a younger cookie. */
    static final int OPENS_AND_GIVES_COOKIE = 3;

    /** Bit of {@link TcpSetting#FAST_OPEN}. */
    private static final int ON = 2;

    private final TcpContext context;
    private final StatelessSegments segments;
    private final boolean isOn;
    private final UnsafeBuffer cookie = new UnsafeBuffer(new byte[FastOpenCookies.LENGTH]);

    FastOpenServer(TcpContext context, StatelessSegments segments) {
        this.context = context;
        this.segments = segments;
        isOn = (context.settings.number(TcpSetting.FAST_OPEN) & ON) != 0;
    }

    /** {@return what becomes of a SYN, by RFC 7413, section 4.2.2} */
    int examine(TcpListener listener, ArrivingSegment s, long nowNs) {
        if (!isOn || listener.fastOpenQueue() == 0 || !s.options.hasFastOpen()) {
            return ORDINARY;
        }
        if (listener.pendingFastOpens(nowNs) >= listener.fastOpenQueue()) {
            context.counters.increment(TcpCounter.FAST_OPEN_QUEUE_FULL);
            return ORDINARY;
        }
        if (s.options.cookieLength() == 0) {
            return GIVES_COOKIE;
        }
        int answer =
                context.fastOpenCookies.check(
                        s.localHigh,
                        s.localLow,
                        s.remoteHigh,
                        s.remoteLow,
                        context.memory,
                        s.options.cookieOffset(),
                        s.options.cookieLength(),
                        nowNs);
        return switch (answer) {
            case FastOpenCookies.GOOD -> OPENS;
            case FastOpenCookies.AGING -> {
                context.counters.increment(TcpCounter.FAST_OPEN_COOKIES_AGING);
                yield OPENS_AND_GIVES_COOKIE;
            }
            default -> {
                context.counters.increment(TcpCounter.FAST_OPEN_COOKIES_INVALID);
                yield GIVES_COOKIE;
            }
        };
    }

    /** Gives the next segment, a SYN-ACK to where {@link StatelessSegments#way} leads, a cookie of its own. */
    void giveCookie(long localHigh, long localLow, long remoteHigh, long remoteLow, long nowNs) {
        context.fastOpenCookies.make(localHigh, localLow, remoteHigh, remoteLow, cookie, nowNs);
        segments.fastOpen(cookie, 0, FastOpenCookies.LENGTH);
        context.counters.increment(TcpCounter.FAST_OPEN_COOKIES_SENT);
    }

    /** The next segment is a SYN-ACK of this connection: the first of all has what the SYN is to be given. */
    void complete(TcpConnection c, long nowNs) {
        if (c.givesCookie && c.timeouts == 0) {
            giveCookie(c.localHigh(), c.localLow(), c.remoteHigh(), c.remoteLow(), nowNs);
        }
    }

    /** A connection is one of those that the listener's queue counts, until the peer confirms or it is over. */
    void opened(TcpConnection c, TcpListener listener, boolean givesCookie) {
        c.givesCookie = givesCookie;
        c.fastOpener = listener;
        listener.fastOpens++;
        context.counters.increment(TcpCounter.FAST_OPEN_ACCEPTED);
    }

    /** {@return whether the SYN has come again of a connection that was opened by it} The SYN-ACK may be lost. */
    static boolean isAgain(TcpConnection c, ArrivingSegment s) {
        return c.isFastOpened()
                && (s.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.SYN
                && s.sequence == c.irs;
    }

    /** {@return whether the SYN-ACK goes again now for a SYN that came again} */
    boolean isAnsweredAgain(TcpConnection c, ArrivingSegment s, long nowNs) {
        if (c.hasTimestamps
                && s.options.hasTimestamps()
                && s.options.timestampValue() - c.tsRecent >= 0) {
            c.tsRecent = s.options.timestampValue();
            c.tsRecentNs = nowNs;
        }
        context.counters.increment(TcpCounter.DUPLICATES_RECEIVED);
        if (!ChallengeLimit.mayChallenge(c.challengedNs, nowNs)) {
            return false;
        }
        c.challengedNs = nowNs;
        return true;
    }
}
