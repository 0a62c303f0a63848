package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpLayer;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.udp.counter.UdpCounter;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What happens when there is no more of something. */
class UdpLimitsTest {
    private static final UdpSettings FEW = new UdpSettings(4, 1 << 19, 0, 40000, 40001);

    private UdpScene scene = UdpScene.with(FEW);

    @AfterEach
    void everyBufferIsHome() {
        scene.close();
    }

    private void begin(UdpScene other) {
        scene.close();
        scene = other;
    }

    private int sendLater(UdpSocket socket) {
        return socket.send(scene.buffer, 0, 10, scene.network.nowNs());
    }

    /** Fills the NIC's ring and what waits before it, until the socket is refused. */
    private void block(UdpSocket socket) {
        int result = 0;
        for (int i = 0; result >= 0; i++) {
            assertTrue(i < 100_000, "never refused");
            result = sendLater(socket);
        }
        assertEquals(UdpSocket.WOULD_BLOCK, result);
    }

    private boolean isTold(UdpSocket socket, int what) {
        return scene.events.stream().anyMatch(each -> each.equals(socket.id() + ":" + what));
    }

    private long told(int what) {
        return scene.events.stream().filter(each -> each.endsWith(":" + what)).count();
    }

    @Test
    void moreSocketsThanThereMayBeAreRefusedUntilOneIsClosed() {
        UdpSocket[] sockets = new UdpSocket[4];
        for (int i = 0; i < 4; i++) {
            sockets[i] = scene.open(scene.one);
        }
        var thrown = assertThrows(IllegalStateException.class, scene.one::open);
        assertTrue(thrown.toString().contains("4 UDP sockets"), thrown::toString);
        assertEquals(1, scene.count(scene.one, UdpCounter.REFUSED_SOCKETS));
        sockets[2].close(scene.network.nowNs());
        sockets[2].close(scene.network.nowNs());
        assertEquals(3, scene.one.sockets());
        scene.open(scene.one);
        assertThrows(IllegalStateException.class, scene.one::open);
    }

    @Test
    void ephemeralPortsRunOutAndComeBack() {
        UdpSocket first = scene.bound(scene.one, UdpScene.ANY6, 0);
        UdpSocket second = scene.bound(scene.one, UdpScene.ANY6, 0);
        assertEquals(40000 + 40001, first.localPort() + second.localPort());
        UdpSocket third = scene.open(scene.one);
        assertEquals(UdpSocket.NO_FREE_PORT, scene.bind(third, UdpScene.ANY6, 0));
        assertEquals(UdpSocket.NO_FREE_PORT, scene.sendTo(third, "x", UdpScene.TWO, 53));
        assertEquals(UdpSocket.NO_FREE_PORT, scene.connect(third, UdpScene.TWO, 53));
        assertEquals(3, scene.count(scene.one, UdpCounter.NO_EPHEMERAL_PORT));
        int port = first.localPort();
        first.close(scene.network.nowNs());
        assertEquals(0, scene.bind(third, UdpScene.ANY6, 0));
        assertEquals(port, third.localPort());
    }

    @Test
    void allReceiveQueuesTogetherHoldWhatTheyMay() {
        begin(UdpScene.with(new UdpSettings(4, 1 << 19, 6, 40000, 40001)));
        UdpSocket[] servers = new UdpSocket[2];
        for (int i = 0; i < 2; i++) {
            servers[i] = scene.bound(scene.two, UdpScene.ANY6, 53 + i);
            for (int j = 0; j < 4; j++) {
                scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53 + i, "d" + j, -1);
            }
        }
        assertEquals(4, servers[0].queuedDatagrams());
        assertEquals(2, servers[1].queuedDatagrams());
        assertEquals(2, servers[1].dropped());
        assertEquals(2, scene.count(scene.two, UdpCounter.DROPPED_ALL_FULL));
        scene.receive(servers[0]);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 54, "fits", -1);
        assertEquals(3, servers[1].queuedDatagrams());
    }

    @Test
    void aPoolThatIsNearlyEmptyLeavesEachSocketOneDatagram() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket other = scene.bound(scene.two, UdpScene.ANY6, 54);
        List<Integer> taken = drain(scene.twoHost.pool());
        for (int i = 0; i < 3; i++) {
            scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "data" + i, -1);
        }
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 54, "mine", -1);
        assertEquals(1, server.queuedDatagrams());
        assertEquals(2, server.dropped());
        assertEquals(2, scene.count(scene.two, UdpCounter.DROPPED_PRESSURE));
        assertEquals("data0", scene.receive(server));
        assertEquals("mine", scene.receive(other));
        taken.forEach(scene.twoHost.pool()::release);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "1", -1);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "2", -1);
        assertEquals(2, server.queuedDatagrams());
    }

    /** Of all shares, since none may have everything. */
    private static List<Integer> drain(PacketPool pool) {
        List<Integer> taken = new ArrayList<>();
        for (int share : new int[] {PacketPool.SEND, PacketPool.CONTROL}) {
            while (pool.pressure() != PacketPool.CRITICAL) {
                int packet = pool.allocate(share);
                if (packet == PacketBuffers.NONE) {
                    break;
                }
                taken.add(packet);
            }
        }
        assertEquals(PacketPool.CRITICAL, pool.pressure());
        return taken;
    }

    @Test
    void withoutBuffersNothingIsSentAndNothingIsLost() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        PacketPool pool = scene.oneHost.pool();
        List<Integer> taken = new ArrayList<>();
        int packet = pool.allocate(PacketPool.SEND);
        while (packet != PacketBuffers.NONE) {
            taken.add(packet);
            packet = pool.allocate(PacketPool.SEND);
        }
        assertEquals(UdpSocket.NO_BUFFER, scene.send(client, "ping"));
        pool.release(taken.removeLast());
        assertEquals(UdpSocket.NO_BUFFER, scene.send(client, "x".repeat(4000)));
        assertEquals(2, scene.count(scene.one, UdpCounter.REFUSED_NO_BUFFER));
        assertEquals(4, scene.send(client, "ping"));
        assertEquals("ping", scene.receive(server));
        taken.forEach(pool::release);
    }

    @Test
    void whoeverWasRefusedIsToldOnceThatItMayTryAgain() {
        begin(blocking(FEW));
        scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        UdpSocket idle = scene.connected(scene.one, UdpScene.TWO, 53);
        assertEquals(4, scene.send(client, "warm"));
        scene.events.clear();
        block(client);
        assertEquals(UdpSocket.WOULD_BLOCK, sendLater(client));
        assertTrue(scene.oneHost.pool().available() > 0);
        scene.settle();
        assertTrue(isTold(client, UdpEvents.WRITABLE), scene.events::toString);
        assertEquals(1, told(UdpEvents.WRITABLE));
        assertFalse(isTold(idle, UdpEvents.WRITABLE));
        assertEquals(10, sendLater(client));
        scene.settle();
    }

    @Test
    void socketsThatCloseWhileTheyWaitTakeNobodysTurn() {
        begin(blocking(FEW));
        scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket first = scene.connected(scene.one, UdpScene.TWO, 53);
        assertEquals(4, scene.send(first, "warm"));
        first.close(scene.network.nowNs());
        scene.events.clear();
        for (int i = 0; i < 10; i++) {
            UdpSocket each = scene.connected(scene.one, UdpScene.TWO, 53);
            block(each);
            each.close(scene.network.nowNs());
        }
        UdpSocket last = scene.connected(scene.one, UdpScene.TWO, 53);
        block(last);
        scene.settle();
        assertTrue(isTold(last, UdpEvents.WRITABLE), scene.events::toString);
        assertEquals(1, told(UdpEvents.WRITABLE));
    }

    /** A small ring, and buffers enough to fill it and what waits before it. */
    private static UdpScene blocking(UdpSettings settings) {
        return new UdpScene(
                settings,
                NicSettings.builder().rings(512, 16).build(),
                2048,
                LinkSettings.PERFECT,
                5);
    }

    @Test
    void answersAreThoseOfTheLayerBelow() {
        assertEquals(IpLayer.QUEUE_FULL, UdpSocket.WOULD_BLOCK);
        UdpSocket client = scene.open(scene.one);
        assertEquals(UdpSocket.NO_ROUTE, scene.sendTo(client, "x", "203.0.113.1", 53));
        assertEquals(UdpSocket.NO_ROUTE, scene.connect(client, "203.0.113.1", 53));
        assertEquals(1, scene.count(scene.one, UdpCounter.REFUSED_BY_IP));
        scene.oneHost.ip().down(scene.oneHost.nic0(), scene.network.nowNs());
        int result = scene.sendTo(client, "x", UdpScene.TWO, 53);
        assertTrue(result == UdpSocket.NO_ROUTE || result == UdpSocket.INTERFACE_DOWN, "" + result);
    }
}
