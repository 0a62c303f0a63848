package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.STACK;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Status;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.tcp.counter.TcpCounter;
import onload.udp.counter.UdpCounter;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** A kernel that leaves checksums to a NIC which is not there is recognised and named, with what to do. */
@Timeout(60)
class UnfilledChecksumTest {
    @Test
    void itIsNamedAndTheMendHelps() throws Exception {
        try (Link link = Link.of("afxdp-unfilled");
                ServerSocket server = link.far.call(() -> new ServerSocket(9));
                DatagramSocket sender = link.far.call(() -> new DatagramSocket())) {
            assertEquals(List.of(), link.stack.advice());
            TcpSocket refused = link.stack.tcp();
            assertEquals(Status.EXPIRED, refused.connect(at(KERNEL, 9), SECOND / 4));
            refused.close();
            UdpSocket receiver = link.stack.udp();
            assertEquals(0, receiver.bind(at(STACK, 53)));
            DatagramPacket packet =
                    new DatagramPacket(new byte[8], 8, InetAddress.getByName(STACK), 53);
            sender.send(packet);
            UnsafeBuffer in = new UnsafeBuffer(new byte[8]);
            assertEquals(Status.EXPIRED, receiver.receive(in, 0, 8, null, SECOND / 4));
            assertTrue(
                    link.stack.tcpCounters().get(TcpCounter.RECEIVE_DROPPED_CHECKSUM_UNFILLED) > 0);
            assertEquals(1, link.stack.udpCounters().get(UdpCounter.DROPPED_CHECKSUM_UNFILLED));
            assertEquals(1, link.stack.advice().size());
            assertTrue(link.stack.advice().getFirst().contains("ethtool -K DEVICE tx off"));

            link.far.fillChecksums(link.device);
            sender.send(packet);
            assertEquals(8, receiver.receive(in, 0, 8, null, 5 * SECOND));
            TcpSocket accepted = link.stack.tcp();
            assertEquals(0, accepted.connect(at(KERNEL, 9), 5 * SECOND));
            assertTrue(server.isBound());
            accepted.close();
            receiver.close();
        }
    }
}
