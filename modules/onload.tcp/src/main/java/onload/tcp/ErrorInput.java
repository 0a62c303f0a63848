package onload.tcp;

import onload.ip.spi.IcmpError;
import onload.tcp.counter.TcpCounter;
import onload.tcp.flow.Flow;
import onload.wire.TcpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * ICMP errors (RFC 9293, section 3.9.2.2; RFC 5927). One is believed only if it quotes a sequence number that is under
 * way; it ends a connection only while that is opening, for once it is established, a report that something cannot be
 * reached is either not true for long or is forged.
 */
final class ErrorInput {
    private final TcpContext context;
    private final UnsafeBuffer memory;
    private final Teardown teardown;
    private final TouchedConnections touched;
    private final FastOpenClient fastOpen;

    ErrorInput(
            TcpContext context,
            Teardown teardown,
            TouchedConnections touched,
            FastOpenClient fastOpen) {
        this.fastOpen = fastOpen;
        this.context = context;
        this.memory = context.memory;
        this.teardown = teardown;
        this.touched = touched;
    }

    /** {@return whether the quoted segment is one that is under way} */
    boolean process(IcmpError error, long nowNs) {
        int at = error.payloadIndex();
        Flow flow =
                context.flows.find(
                        error.sourceHigh(),
                        error.sourceLow(),
                        TcpHeader.sourcePort(memory, at),
                        error.destinationHigh(),
                        error.destinationLow(),
                        TcpHeader.destinationPort(memory, at));
        int sequence = TcpHeader.sequenceNumber(memory, at);
        if (flow instanceof EmbryonicConnection halfOpen) {
            return sequence == halfOpen.iss;
        }
        TcpConnection c = TcpConnection.of(flow);
        // RFC 5927, section 4.1: from SND.UNA to SND.NXT.
        if (c == null
                || Integer.compareUnsigned(sequence - c.sndUna, Math.max(1, c.flightSize())) >= 0) {
            context.counters.increment(TcpCounter.ERRORS_IGNORED);
            return false;
        }
        context.counters.increment(TcpCounter.ERRORS_RECEIVED);
        touched.add(c);
        if (error.kind() == IcmpError.PACKET_TOO_BIG) {
            c.pathIsInDoubt = true;
        } else {
            reported(c, error, nowNs);
        }
        return true;
    }

    private void reported(TcpConnection c, IcmpError error, long nowNs) {
        boolean isOpening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RECEIVED;
        int code = codeOf(error);
        if (isOpening && (error.isHard() || error.isLocal())) {
            fastOpen.refused(c, nowNs);
            c.fastOpenReset(nowNs);
            teardown.broken(c, code);
        } else {
            c.softError = code;
        }
    }

    private static int codeOf(IcmpError error) {
        return switch (error.kind()) {
            case IcmpError.PORT_UNREACHABLE, IcmpError.PROTOCOL_UNREACHABLE ->
                    TcpConnection.REFUSED;
            default -> TcpConnection.UNREACHABLE;
        };
    }
}
