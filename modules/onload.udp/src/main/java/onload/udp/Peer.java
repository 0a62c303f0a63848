package onload.udp;

import onload.ip.Destination;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;

/** A destination of a socket with the sum of its pseudo-header, but for the length. */
final class Peer {
    final Destination destination;
    int optionsVersion = -1;
    int wantedInterface;
    long wantedSourceHigh;
    long wantedSourceLow;

    private long summedHigh;
    private long summedLow;
    private boolean isSummed;
    private long sum;

    Peer(Destination destination) {
        this.destination = destination;
    }

    boolean isFor(
            long high, long low, long sourceHigh, long sourceLow, int interfaceIndex, int version) {
        return destination.low() == low
                && destination.high() == high
                && optionsVersion == version
                && wantedSourceLow == sourceLow
                && wantedSourceHigh == sourceHigh
                && wantedInterface == interfaceIndex;
    }

    void changed() {
        isSummed = false;
    }

    /** The sum of the pseudo-header's addresses and protocol; the source is found anew with the way. */
    long pseudoSum() {
        Destination to = destination;
        if (!isSummed || summedLow != to.sourceLow() || summedHigh != to.sourceHigh()) {
            summedHigh = to.sourceHigh();
            summedLow = to.sourceLow();
            isSummed = true;
            sum =
                    to.isIpv4()
                            ? InternetChecksum.pseudoHeader(
                                    (int) summedLow, (int) to.low(), IpProtocol.UDP, 0)
                            : InternetChecksum.pseudoHeader(
                                    summedHigh, summedLow, to.high(), to.low(), IpProtocol.UDP, 0);
        }
        return sum;
    }
}
