package onload.sockets;

import onload.nic.spi.NicCounter;
import onload.nic.spi.VirtualInterface;
import onload.tcp.counter.TcpCounter;
import onload.tcp.counter.TcpCounters;
import onload.udp.counter.UdpCounter;
import onload.udp.counter.UdpCounters;

import java.util.ArrayList;
import java.util.List;

/** What counters mean that somebody can do something about. Algorithm. */
final class Advice {
    private Advice() {}

    /** {@return what is wrong and what to do, a sentence each; empty if nothing is} */
    static List<String> of(TcpCounters tcp, UdpCounters udp, List<VirtualInterface> nics) {
        List<String> advice = new ArrayList<>();
        long unfilled =
                tcp.get(TcpCounter.RECEIVE_DROPPED_CHECKSUM_UNFILLED)
                        + udp.get(UdpCounter.DROPPED_CHECKSUM_UNFILLED);
        if (unfilled > 0) {
            advice.add(
                    ("%d segments and datagrams came with a checksum that the sender left to a NIC, and none filled it"
                                    + " in; where the other end is a Linux kernel on a virtual link, run there: ethtool"
                                    + " -K DEVICE tx off")
                            .formatted(unfilled));
        }
        for (int i = 0; i < nics.size(); i++) {
            VirtualInterface nic = nics.get(i);
            long starved = nic.counters().get(NicCounter.RECEIVE_DROPPED_NO_BUFFER);
            if (starved > 0) {
                advice.add(
                        ("NIC %d dropped %d frames since no buffer was posted; give the stack more"
                                        + " packets, or the NIC a larger ring")
                                .formatted(i, starved));
            }
            long late = nic.counters().get(NicCounter.RECEIVE_DROPPED_RING_FULL);
            if (late > 0) {
                advice.add(
                        ("NIC %d dropped %d frames since nobody polled in time; give the NIC a larger"
                                        + " ring, or the stack a thread")
                                .formatted(i, late));
            }
        }
        return advice;
    }
}
