package onload.tcp;

import onload.ip.IpLayer;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounters;
import onload.tcp.flow.FlowTable;
import onload.tcp.handshake.ChallengeLimit;
import onload.tcp.handshake.FastOpenCookies;
import onload.tcp.handshake.InitialSequenceNumbers;
import onload.tcp.handshake.SynCookies;
import onload.tcp.timer.TimerWheel;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.random.RandomGenerator;

/** What all parts of one engine stand on. Layout only; under the stack's lock. */
final class TcpContext {
    /** Timers are exact; this is the width of the slots that they wait in. */
    private static final long TIMER_RESOLUTION_NS = 1 << 10;

    final IpLayer ip;
    final PacketPool pool;
    final PacketBuffers buffers;
    final UnsafeBuffer memory;
    final SegmentBuffers segments;
    final TcpSettings settings;
    final TcpCounters counters;
    final TcpEvents events;
    final RandomGenerator random;
    final FlowTable flows;
    final TimerWheel wheel;
    final InitialSequenceNumbers sequenceNumbers;
    final SynCookies cookies;
    final ChallengeLimit challenges;
    final FastOpenCookies fastOpenCookies;

    /** A byte on its way from a call into a queue. */
    final UnsafeBuffer scratch = new UnsafeBuffer(new byte[8]);

    TcpContext(
            IpLayer ip,
            TcpSettings settings,
            TcpEvents events,
            RandomGenerator random,
            TcpCounters counters,
            long nowNs) {
        this.ip = ip;
        this.pool = ip.pool();
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.segments = new SegmentBuffers(buffers);
        this.settings = settings;
        this.counters = counters;
        this.events = events;
        this.random = random;
        this.flows = new FlowTable(settings.number(TcpSetting.MAX_FLOWS), random);
        this.wheel = new TimerWheel(TIMER_RESOLUTION_NS, nowNs);
        this.sequenceNumbers = new InitialSequenceNumbers(random);
        this.cookies = new SynCookies(random);
        this.challenges =
                new ChallengeLimit(settings.number(TcpSetting.CHALLENGE_ACKS_PER_SECOND), random);
        this.fastOpenCookies = new FastOpenCookies(random);
    }
}
