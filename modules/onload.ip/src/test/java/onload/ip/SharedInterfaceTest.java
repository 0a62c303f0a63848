package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.claim.FlowClaim;
import onload.ip.counter.IpCounter;
import onload.ip.neighbor.Neighbor;
import onload.ip.neighbor.NeighborState;
import onload.nic.packet.PacketPool;
import onload.nic.spi.KernelNeighborState;
import onload.nic.spi.KernelRoute;
import onload.nic.spi.LocalFilter;
import onload.testkit.PacketPools;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.IpProtocol;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** An interface that the kernel has, too: what is the kernel's, and what is claimed of it. */
class SharedInterfaceTest {
    private static final long MAC = 0x02_00_00_00_00_01L;
    private static final long PEER = 0x02_00_00_00_00_02L;
    private static final long SECOND = 1_000_000_000L;

    @RegisterExtension final PacketPools pools = new PacketPools();
    private final PacketPool pool = pools.open(512);
    private final SharedNic nic = new SharedNic(pool, MAC);
    private long nowNs = -5 * SECOND;
    private final IpLayer ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(1), nowNs);
    private final IpInterface shared = ip.addInterface("nic0", nic);

    SharedInterfaceTest() {
        ip.up(shared, nowNs);
    }

    @AfterEach
    void close() {
        ip.close();
    }

    private void run(long durationNs) {
        long end = nowNs + durationNs;
        while (nowNs < end) {
            nowNs = Math.min(end, Math.max(nowNs + 1000, ip.nextDeadlineNs()));
            ip.poll(nowNs, 64);
        }
    }

    private void addressed() {
        nic.news.add(kernel -> kernel.addressAdded(CidrAddress.parse("192.0.2.1/24")));
        nic.news.add(kernel -> kernel.addressAdded(CidrAddress.parse("2001:db8::1/64")));
        run(SECOND / 10);
    }

    private int send(String to) {
        int packet = pool.allocate(PacketPool.SEND);
        var _ = pool.buffers().append(packet, 8);
        int result = ip.send(packet, ip.destination(IpAddress.parse(to), IpProtocol.UDP), nowNs);
        if (result < 0) {
            pool.release(packet);
        }
        ip.flush(nowNs);
        return result;
    }

    private @Nullable Neighbor neighbor(String address) {
        IpAddress ipAddress = IpAddress.parse(address);
        return ip.neighbors().find(shared.index(), ipAddress.high(), ipAddress.low());
    }

    @Test
    void addressesOfTheKernelAreUsedAtOnceAndNothingIsSaidOnTheLink() {
        addressed();
        assertTrue(shared.isShared());
        assertEquals(2, ip.addresses().list(shared.index()).size());
        assertTrue(
                ip.addresses().list(shared.index()).stream()
                        .allMatch(each -> each.state().isUsable()));
        run(60 * SECOND);
        assertEquals(List.of(), nic.takeFrames());
    }

    @Test
    void whatTheKernelRemovesIsRemovedAndWhatWasGivenHereStays() {
        addressed();
        var _ = ip.addAddress(shared, CidrAddress.parse("192.0.2.9/24"), nowNs);
        nic.news.add(kernel -> kernel.addressRemoved(CidrAddress.parse("192.0.2.1/24")));
        nic.news.add(kernel -> kernel.addressRemoved(CidrAddress.parse("192.0.2.9/24")));
        run(SECOND);
        assertEquals(2, ip.addresses().list(shared.index()).size());
    }

    @Test
    void anAddressThatIsThereAlreadyIsCountedAndNoHarm() {
        addressed();
        addressed();
        assertEquals(2, ip.counters().get(IpCounter.MIRROR_REFUSED));
    }

    @Test
    void routesOfTheKernelAreFollowed() {
        addressed();
        assertEquals(IpLayer.NO_ROUTE, send("198.51.100.1"));
        KernelRoute route =
                new KernelRoute(
                        IpPrefix.parse("198.51.100.0/24"),
                        IpAddress.parse("192.0.2.254"),
                        null,
                        10,
                        0);
        nic.news.add(kernel -> kernel.routeAdded(route));
        run(SECOND);
        assertEquals(0, send("198.51.100.1"));
        assertEquals(List.of(IpAddress.parse("192.0.2.254")), nic.asked);
        nic.news.add(kernel -> kernel.routeRemoved(route));
        run(SECOND);
        assertEquals(IpLayer.NO_ROUTE, send("198.51.100.1"));
    }

    @Test
    void theKernelIsAskedForANeighbourAndItsAnswerSendsWhatWaits() {
        addressed();
        assertEquals(0, send("192.0.2.2"));
        assertEquals(List.of(), nic.takeFrames());
        assertEquals(List.of(IpAddress.parse("192.0.2.2")), nic.asked);
        nic.news.add(kernel ->
                kernel.neighbor(IpAddress.parse("192.0.2.2"), PEER, KernelNeighborState.REACHABLE));
        // An answer is looked for soon.
        run(SECOND / 1000);
        assertEquals(1, nic.takeFrames().size());
    }

    @Test
    void aNeighbourThatTheKernelOnlyDoubtsStaysInUse() {
        addressed();
        assertEquals(0, send("192.0.2.2"));
        for (int i = 0; i < 20; i++) {
            nic.news.add(kernel ->
                    kernel.neighbor(IpAddress.parse("192.0.2.2"), PEER, KernelNeighborState.STALE));
            run(10 * SECOND);
            assertEquals(0, send("192.0.2.2"));
            nic.takeFrames();
        }
        Neighbor found = neighbor("192.0.2.2");
        assertNotNull(found);
        assertTrue(found.state() != NeighborState.FAILED);
    }

    @Test
    void aNeighbourThatNobodyAnswersForFails() {
        addressed();
        assertEquals(0, send("192.0.2.2"));
        run(10 * SECOND);
        assertTrue(nic.asked.size() >= 3, nic.asked.toString());
        assertEquals(List.of(), nic.takeFrames());
    }

    @Test
    void aClaimIsOneFilterHoweverManyHoldIt() {
        FlowClaim first = claim("192.0.2.1", 80);
        FlowClaim second = claim("192.0.2.1", 80);
        assertSame(first, second);
        assertNotNull(first);
        assertEquals(
                Set.of(new LocalFilter(IpProtocol.TCP, IpAddress.parse("192.0.2.1"), 80)),
                Set.copyOf(nic.filters.values()));
        first.release();
        assertEquals(1, nic.filters.size());
        first.retain().release();
        first.release();
        assertEquals(0, nic.filters.size());
        assertEquals(0, ip.claims().size());
    }

    private @Nullable FlowClaim claim(String address, int port) {
        IpAddress ipAddress = IpAddress.parse(address);
        return ip.claims().claim(IpProtocol.TCP, ipAddress.high(), ipAddress.low(), port);
    }

    @Test
    void whatTheKernelHasIsRefusedAndNothingIsLeftBehind() {
        nic.taken = new LocalFilter(IpProtocol.TCP, IpAddress.IPV4_ANY, 80);
        assertNull(claim("::", 80));
        assertEquals(0, nic.filters.size());
        assertEquals(0, ip.claims().size());
    }

    @Test
    void allAddressesOfBothVersionsAreTwoFilters() {
        FlowClaim claim = claim("::", 80);
        assertNotNull(claim);
        assertEquals(2, nic.filters.size());
        claim.release();
        assertEquals(0, nic.filters.size());
    }

    @Test
    void loopbackIsNotClaimedOfAnybody() {
        FlowClaim claim = claim("127.0.0.1", 80);
        assertNotNull(claim);
        assertEquals(0, nic.filters.size());
        claim.release();
    }

    @Test
    void withoutASharedInterfaceAClaimIsNothing() {
        try (PacketPool other = pools.open(64);
                IpLayer alone =
                        new IpLayer(IpOptions.DEFAULT, other, new SplittableRandom(1), nowNs)) {
            var _ = alone.addInterface("nic0", new HostileNic(other, MAC, 1500, false));
            IpAddress address = IpAddress.parse("192.0.2.1");
            FlowClaim claim =
                    alone.claims().claim(IpProtocol.TCP, address.high(), address.low(), 80);
            assertNotNull(claim);
            assertEquals(0, alone.claims().size());
            claim.retain().release();
            claim.release();
            claim.release();
            assertFalse(alone.interfaces().getLast().isShared());
        }
    }
}
