package onload.testkit.script.run;

import onload.tcp.TcpConnection;
import onload.tcp.TcpInfo;
import onload.tcp.TcpState;
import onload.testkit.script.language.Constants;

import org.jspecify.annotations.Nullable;

/** The names of Linux's {@code tcp_info} and the constants that go with them, from what the engine tells. */
final class InfoNames {
    private final @Nullable TcpConnection connection;
    private final long nowNs;

    InfoNames(@Nullable TcpConnection connection, long nowNs) {
        this.connection = connection;
        this.nowNs = nowNs;
    }

    double value(String name) {
        if (!name.startsWith("tcpi_")) {
            return Constants.value(name)
                    .orElseThrow(() ->
                            new IllegalArgumentException(
                                    "there is no name %s; expected one of tcp_info"
                                            .formatted(name)));
        }
        TcpConnection c = connection;
        if (c == null) {
            throw new IllegalArgumentException("there is no connection that " + name + " is of");
        }
        return field(name, c.info(nowNs), c);
    }

    private static long field(String name, TcpInfo info, TcpConnection c) {
        int mss = Math.max(1, info.sndMss());
        return switch (name) {
            case "tcpi_state" -> state(info.state());
            case "tcpi_ca_state" ->
                    switch (info.recovery()) {
                        case "disorder" -> 1;
                        case "cwr" -> 2;
                        case "recovery" -> 3;
                        case "loss" -> 4;
                        default -> 0;
                    };
            case "tcpi_retransmits" -> info.retransmits();
            case "tcpi_probes" -> info.probes();
            case "tcpi_backoff" -> info.backoff();
            case "tcpi_options" -> options(info);
            case "tcpi_snd_wscale" -> info.sndScale();
            case "tcpi_rcv_wscale" -> info.rcvScale();
            case "tcpi_rto" -> info.rtoNs() / 1000;
            case "tcpi_snd_mss" -> info.sndMss();
            case "tcpi_rcv_mss" -> info.rcvMss();
            case "tcpi_advmss" -> info.advertisedMss();
            case "tcpi_pmtu" -> info.pathMtu();
            case "tcpi_unacked" -> segments(info.unackedBytes(), mss);
            case "tcpi_sacked" -> segments(info.sackedBytes(), mss);
            case "tcpi_lost" -> segments(info.lostBytes(), mss);
            case "tcpi_retrans" -> segments(info.resentBytes(), mss);
            case "tcpi_total_retrans" -> info.totalRetransmissions();
            case "tcpi_rtt" -> info.srttNs() / 1000;
            case "tcpi_rttvar" -> info.rttvarNs() / 1000;
            case "tcpi_min_rtt" -> info.minRttNs() / 1000;
            case "tcpi_snd_cwnd" -> info.cwnd() / mss;
            case "tcpi_snd_ssthresh" ->
                    info.ssthresh() >= 1 << 30 ? 0x7FFFFFFF : info.ssthresh() / mss;
            case "tcpi_snd_wnd" -> info.sndWnd();
            case "tcpi_rcv_space" -> info.rcvSpace();
            case "tcpi_pacing_rate" -> info.pacingRate();
            case "tcpi_bytes_acked" -> info.bytesAcked();
            case "tcpi_bytes_received" -> info.bytesReceived();
            case "tcpi_segs_out" -> info.segmentsOut();
            case "tcpi_segs_in" -> info.segmentsIn();
            case "tcpi_notsent_bytes" -> info.notSentBytes();
            case "tcpi_delivered" -> segments((int) info.deliveredBytes(), mss);
            case "tcpi_last_data_recv" -> info.lastReceivedNs() / 1_000_000;
            default ->
                    throw new IllegalArgumentException(
                            "this stack does not tell %s of %s".formatted(name, c));
        };
    }

    private static long segments(int bytes, int mss) {
        return (bytes + mss - 1L) / mss;
    }

    private static long options(TcpInfo info) {
        return (info.hasTimestamps() ? 1 : 0)
                | (info.hasSack() ? 2 : 0)
                | (info.hasWindowScale() ? 4 : 0)
                | (info.hasEcn() ? 8 : 0)
                | (info.hasEcnSeen() ? 16 : 0)
                | (info.hasSynData() ? 32 : 0);
    }

    private static long state(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case LISTEN -> 10;
            case CLOSING -> 11;
        };
    }
}
