package onload.ip.icmp;

import static onload.ip.icmp.Bytes.HOST;
import static onload.ip.icmp.Bytes.HOST6;
import static onload.ip.icmp.Bytes.PEER;
import static onload.ip.icmp.Bytes.PEER6;
import static onload.ip.icmp.Bytes.counting;
import static onload.ip.icmp.Bytes.icmpv4;
import static onload.ip.icmp.Bytes.icmpv6;
import static onload.ip.icmp.Bytes.ipv4;
import static onload.ip.icmp.Bytes.ipv6;
import static onload.ip.icmp.Bytes.memory;
import static onload.ip.icmp.Bytes.received;
import static onload.ip.icmp.Bytes.udp;
import static onload.wire.IpProtocol.UDP;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.AllocatedBytes;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.SplittableRandom;

class IcmpAllocationTest {
    private static final int WARM_UPS = 2000;
    private static final int RUNS = 1000;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final PacketPool pool =
            pools.open(PoolOptions.of(64).withHugePages(HugePages.NEVER).withAccounting(false));
    private final IpDatagram datagram = new IpDatagram();
    private final IcmpError error = new IcmpError();
    private long nowNs;

    @Test
    void limitsAllocateNothing() {
        IcmpRateLimit limit = new IcmpRateLimit(IcmpOptions.DEFAULT, 7, new SplittableRandom(1));
        assertNoneAllocated(() -> {
            nowNs += 1000;
            limit.mayError(nowNs, nowNs, nowNs);
            limit.mayEcho(nowNs);
        });
    }

    @Test
    void rulesAllocateNothing() {
        UnsafeBuffer packet = memory(ipv4(UDP, udp(9)));
        UnsafeBuffer packet6 = memory(ipv6(UDP, udp(9)));
        assertNoneAllocated(() -> {
            IcmpErrorRules.ipv4(packet, 0, packet.capacity(), 0, 0);
            IcmpErrorRules.ipv6(packet6, 0, packet6.capacity(), 0, 0, 1, 4, 0);
        });
    }

    @Test
    void quotesAllocateNothing() {
        UnsafeBuffer message = memory(icmpv4(3, 3, "00000000", ipv4(HOST, PEER, UDP, udp(9))));
        byte[] quote = ipv6(HOST6, PEER6, UDP, udp(9));
        UnsafeBuffer message6 = memory(icmpv6(PEER6, HOST6, 1, 4, "00000000", quote));
        assertNoneAllocated(() -> {
            IcmpQuotes.ipv4(message, 0, message.capacity(), datagram, error);
            IcmpQuotes.ipv6(message6, 0, message6.capacity(), datagram, error);
            IcmpQuotes.local(message, 8, 37, IcmpError.HOST_UNREACHABLE, 0, 1, error);
        });
    }

    @Test
    void errorsAreBuiltWithoutAllocation() {
        IcmpErrorBuilder builder = new IcmpErrorBuilder(pool);
        int packet = received(pool, ipv4(UDP, udp(900)), 300);
        int packet6 = received(pool, ipv6(UDP, udp(900)), 300);
        int header = pool.buffers().data(packet);
        int header6 = pool.buffers().data(packet6);
        assertNoneAllocated(() -> {
            pool.release(builder.ipv4(packet, header, 3, 3, 0));
            pool.release(builder.ipv6(packet6, header6, 1, 4, 0, 1, 2));
        });
        pool.release(packet);
        pool.release(packet6);
    }

    @Test
    void echoesAreAnsweredWithoutAllocation() {
        EchoReplies replies = new EchoReplies(pool);
        int packet = received(pool, icmpv4(8, 0, "00010002", counting(2000)), 1501);
        assertNoneAllocated(() -> {
            replies.ipv4(packet);
            replies.ipv6(packet, datagram, 1, 2);
            pool.retain(packet);
            pool.release(replies.ipv4(packet));
        });
        pool.release(packet);
    }

    private static void assertNoneAllocated(Runnable action) {
        assertEquals(0, AllocatedBytes.perRun(WARM_UPS, RUNS, action));
    }
}
