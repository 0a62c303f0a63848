package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.RawReceiver;
import onload.ip.spi.TransportProtocol;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.wire.IpAddress;
import onload.wire.VlanTag;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

/** What transports and raw receivers are told of a datagram. */
class DeliveryTest {
    private static final int EXPERIMENTAL = 253;
    private static final int VLAN_TYPE = 0x8100;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final LayerScene scene = new LayerScene(pools.open(1024));
    private final Recorder recorder = new Recorder(scene.pool);

    DeliveryTest() {
        scene.ip.register(recorder);
    }

    @AfterEach
    void close() {
        scene.ip.close();
    }

    /** Notes what it is told and takes every datagram. */
    private static final class Recorder implements TransportProtocol, RawReceiver {
        private final PacketPool pool;
        final List<String> told = new ArrayList<>();
        int batches;

        Recorder(PacketPool pool) {
            this.pool = pool;
        }

        @Override
        public int protocol() {
            return EXPERIMENTAL;
        }

        @Override
        public int received(int packet, IpDatagram datagram, long nowNs) {
            seen(packet, datagram, nowNs);
            pool.release(packet);
            return ACCEPTED;
        }

        @Override
        public void seen(int packet, IpDatagram datagram, long nowNs) {
            told.add(
                    "%s>%s if%d cast%d tc%d hops%d %d bytes"
                            .formatted(
                                    IpAddress.of(datagram.sourceHigh(), datagram.sourceLow()),
                                    IpAddress.of(
                                            datagram.destinationHigh(), datagram.destinationLow()),
                                    datagram.interfaceIndex(),
                                    datagram.cast(),
                                    datagram.trafficClass(),
                                    datagram.hopLimit(),
                                    pool.buffers().length(packet)));
        }

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            return false;
        }

        @Override
        public void batchEnded(long nowNs) {
            batches++;
        }
    }

    private static byte[] datagram(String from, String to, int length) {
        byte[] frame = Forge.ip(from, to, EXPERIMENTAL).payload(new byte[length]).build();
        return frame;
    }

    @Test
    void aTransportHearsAddressesInterfaceTrafficClassAndHopLimit() {
        byte[] frame = datagram(Forge.PEER4, Forge.OWN4, 30);
        frame[Forge.IP + 1] = (byte) 0xBB;
        frame[Forge.IP + 8] = 17;
        scene.receive(Forge.ipv4Checksum(frame));
        byte[] six = datagram(Forge.PEER6, Forge.OWN6, 31);
        six[Forge.IP] = (byte) 0x6B;
        six[Forge.IP + 1] = (byte) 0xB0;
        six[Forge.IP + 7] = 18;
        scene.receive(six);
        assertEquals(
                List.of(
                        "192.0.2.1>192.0.2.2 if2 cast0 tc187 hops17 30 bytes",
                        "2001:db8::1>2001:db8::2 if2 cast0 tc187 hops18 31 bytes"),
                recorder.told);
    }

    @Test
    void paddingOfTheLinkIsGone() {
        byte[] frame = datagram(Forge.PEER4, Forge.OWN4, 3);
        byte[] padded = Forge.join(frame, new byte[23]);
        scene.receive(padded);
        assertEquals(List.of("192.0.2.1>192.0.2.2 if2 cast0 tc0 hops64 3 bytes"), recorder.told);
    }

    @Test
    void aTaggedFrameIsOfTheInterfaceOfItsVlan() {
        byte[] frame = datagram("198.51.100.1", "198.51.100.2", 5);
        scene.receive(Forge.tagged(frame, VLAN_TYPE, LayerScene.VLAN));
        assertEquals(
                List.of("198.51.100.1>198.51.100.2 if3 cast0 tc0 hops64 5 bytes"), recorder.told);
    }

    @Test
    void whatIsSentByAVlanIsTagged() {
        scene.receive(
                Forge.tagged(
                        Forge.arp(
                                1,
                                Forge.PEER_MAC,
                                "198.51.100.1",
                                "00:00:00:00:00:00",
                                "198.51.100.2"),
                        VLAN_TYPE,
                        LayerScene.VLAN));
        scene.takeSent();
        assertEquals(0, scene.send("198.51.100.1", 50));
        assertEquals(0, scene.send("198.51.100.1", 50));
        scene.settle();
        List<byte[]> frames = scene.takeSent();
        assertEquals(2, frames.size());
        for (byte[] frame : frames) {
            UnsafeBuffer buffer = new UnsafeBuffer(frame);
            assertEquals(VLAN_TYPE, Forge.ethernetType(frame));
            assertEquals(LayerScene.VLAN, VlanTag.identifier(buffer, VlanTag.FIRST_OFFSET));
            assertEquals(18 + 20 + 50, frame.length);
        }
    }

    @Test
    void aBroadcastAndAGroupAreToldApart() {
        scene.receive(Forge.between(Forge.PEER_MAC, Forge.BROADCAST_MAC, toAll("192.0.2.255")));
        scene.receive(toAll(LayerScene.GROUP4));
        assertEquals(
                List.of(
                        "192.0.2.1>192.0.2.255 if2 cast2 tc0 hops64 4 bytes",
                        "192.0.2.1>239.1.2.3 if2 cast1 tc0 hops64 4 bytes"),
                recorder.told);
    }

    private static byte[] toAll(String to) {
        return datagram(Forge.PEER4, to, 4);
    }

    @Test
    void aBatchEndsOnceForAllThatItBrought() {
        int before = recorder.batches;
        for (int i = 0; i < 10; i++) {
            scene.nic.inject(datagram(Forge.PEER4, Forge.OWN4, i));
        }
        scene.ip.poll(scene.nowNs(), 64);
        assertEquals(10, recorder.told.size());
        assertEquals(before + 1, recorder.batches);
        scene.ip.poll(scene.nowNs(), 64);
        scene.ip.poll(scene.nowNs(), 64);
        assertTrue(recorder.batches <= before + 2);
    }

    @Test
    void aPollTakesNoMoreThanItsLimit() {
        for (int i = 0; i < 10; i++) {
            scene.nic.inject(datagram(Forge.PEER4, Forge.OWN4, i));
        }
        assertEquals(3, scene.ip.poll(scene.nowNs(), 3));
        assertEquals(3, recorder.told.size());
    }

    @Test
    void aRawReceiverSeesWhatItsTransportTakes() {
        Recorder onlooker = new Recorder(scene.pool);
        scene.ip.addRawReceiver(EXPERIMENTAL, onlooker);
        scene.receive(datagram(Forge.PEER4, Forge.OWN4, 8));
        assertEquals(recorder.told, onlooker.told);
        assertTrue(scene.ip.removeRawReceiver(EXPERIMENTAL, onlooker));
        assertFalse(scene.ip.removeRawReceiver(EXPERIMENTAL, onlooker));
        scene.receive(datagram(Forge.PEER4, Forge.OWN4, 8));
        assertEquals(1, onlooker.told.size());
        assertEquals(2, recorder.told.size());
    }

    @Test
    void aProtocolHasOneTransport() {
        assertThrows(IllegalStateException.class, () -> scene.ip.register(recorder));
    }

    @Test
    void whatIsForThisHostComesInByTheLoopback() {
        int packet = scene.pool.allocate(PacketPool.SEND);
        scene.pool.buffers().append(packet, 9);
        Destination to = scene.ip.destination(IpAddress.parse(Forge.OWN4), EXPERIMENTAL);
        assertEquals(0, scene.ip.send(packet, to, scene.nowNs()));
        assertTrue(to.isLocal());
        assertEquals(List.of(), recorder.told);
        scene.settle();
        assertEquals(List.of("192.0.2.2>192.0.2.2 if1 cast0 tc0 hops64 9 bytes"), recorder.told);
        assertEquals(1, scene.count(IpCounter.LOOPED_BACK));
    }
}
