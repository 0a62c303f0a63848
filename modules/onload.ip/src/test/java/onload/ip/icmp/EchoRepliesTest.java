package onload.ip.icmp;

import static onload.ip.icmp.Bytes.HOST6;
import static onload.ip.icmp.Bytes.PEER6;
import static onload.ip.icmp.Bytes.counting;
import static onload.ip.icmp.Bytes.data;
import static onload.ip.icmp.Bytes.hex;
import static onload.ip.icmp.Bytes.icmpv4;
import static onload.ip.icmp.Bytes.icmpv6;
import static onload.ip.icmp.Bytes.naiveSum;
import static onload.ip.icmp.Bytes.pseudoHeader;
import static onload.ip.icmp.Bytes.received;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.spi.IpDatagram;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;

class EchoRepliesTest {
    /** Identifier and sequence number. */
    private static final String WHICH = "beef0102";

    private static final int MOST = 65_507 - 8;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final PacketPool pool = pools.open(128);
    private final PacketBuffers buffers = pool.buffers();
    private final EchoReplies replies = new EchoReplies(pool);

    // RFC 1122, section 3.2.2.6.

    @Test
    void anIpv4EchoIsAnsweredWithTheSameIdentifierSequenceNumberAndData() {
        byte[] request = icmpv4(8, 0, WHICH, counting(56));
        assertArrayEquals(icmpv4(0, 0, WHICH, counting(56)), answered(received(pool, request)));
    }

    @Test
    void anIpv4EchoWithoutDataIsAnswered() {
        byte[] request = icmpv4(8, 0, WHICH, new byte[0]);
        assertArrayEquals(icmpv4(0, 0, WHICH, new byte[0]), answered(received(pool, request)));
    }

    @Test
    void theCodeOfTheAnswerIsZeroWhateverTheCodeWas() {
        for (int code = 0; code < 256; code++) {
            byte[] request = icmpv4(8, code, WHICH, counting(11));
            byte[] reply = answered(received(pool, request));
            assertEquals(0, reply[1]);
            assertEquals(0xFFFF, naiveSum(reply), "code " + code);
        }
    }

    @Test
    void anEchoOfNothingButZerosHasTheZeroThatReceiversTake() {
        byte[] reply = answered(received(pool, icmpv4(8, 0, "00000000", new byte[16])));
        assertEquals(0xFFFF, naiveSum(reply));
        assertArrayEquals(hex("0000 ffff 0000 0000"), Arrays.copyOf(reply, 8));
    }

    @Test
    void thePingOfTheMostBytesIsAnsweredByteForByte() {
        byte[] request = icmpv4(8, 0, WHICH, counting(MOST));
        byte[] reply = answered(received(pool, request, pieces(request.length, 1473)));
        assertArrayEquals(icmpv4(0, 0, WHICH, counting(MOST)), reply);
    }

    @Test
    void aSharedPingOfTheMostBytesIsAnsweredByteForByte() {
        byte[] request = icmpv4(8, 0, WHICH, counting(MOST));
        int packet = received(pool, request, pieces(request.length, 1473));
        pool.retain(packet);
        assertArrayEquals(icmpv4(0, 0, WHICH, counting(MOST)), answered(packet));
        assertArrayEquals(request, data(pool, packet));
        pool.release(packet);
    }

    @Test
    void chainsOfBuffersOfAnyLengthsAreAnsweredByteForByte() {
        Property.forAll(
                300,
                random -> {
                    byte[] content = random.bytes(random.between(0, 4000));
                    byte[] request = icmpv4(8, 0, WHICH, content);
                    int packet = received(pool, request, pieces(random, request.length));
                    int shared = share(random, packet);
                    byte[] reply = answered(packet);
                    assertEquals(0xFFFF, naiveSum(reply));
                    byte[] expected = icmpv4(0, 0, WHICH, content);
                    assertArrayEquals(withoutChecksum(expected), withoutChecksum(reply));
                    if (shared != PacketBuffers.NONE) {
                        pool.release(shared);
                    }
                });
    }

    /** A reference of somebody else to the first buffer or to one that continues it; or none. */
    private int share(Randomness random, int packet) {
        int shared = packet;
        while (shared != PacketBuffers.NONE && random.flip()) {
            shared = buffers.continuation(shared);
        }
        if (shared == PacketBuffers.NONE || random.flip()) {
            return PacketBuffers.NONE;
        }
        // The buffers that continue it stay its own.
        pool.retain(shared);
        return shared;
    }

    // RFC 4443, section 4.2.

    @Test
    void anIpv6EchoIsAnsweredWithTheSameIdentifierSequenceNumberAndData() {
        byte[] request = icmpv6(PEER6, HOST6, 128, 0, WHICH, counting(57));
        byte[] expected = icmpv6(HOST6, PEER6, 129, 0, WHICH, counting(57));
        assertArrayEquals(expected, answered(received(pool, request), HOST6, HOST6));
    }

    @Test
    void anIpv6EchoToAGroupIsAnsweredFromAnAddressOfThisHost() {
        IpAddress group = IpAddress.parse("ff02::1");
        byte[] request = icmpv6(PEER6, group, 128, 0, WHICH, counting(57));
        byte[] expected = icmpv6(HOST6, PEER6, 129, 0, WHICH, counting(57));
        assertArrayEquals(expected, answered(received(pool, request), group, HOST6));
    }

    @Test
    void theIpv6PingOfTheMostBytesIsAnsweredByteForByte() {
        byte[] request = icmpv6(PEER6, HOST6, 128, 0, WHICH, counting(65_527));
        byte[] expected = icmpv6(HOST6, PEER6, 129, 0, WHICH, counting(65_527));
        int packet = received(pool, request, pieces(request.length, 1231));
        assertArrayEquals(expected, answered(packet, HOST6, HOST6));
    }

    @Test
    void theChecksumOfIpv6FollowsAnyAddresses() {
        Property.forAll(
                5000,
                random -> {
                    IpAddress destination =
                            IpAddress.of(random.anyLong() | 1L << 63, random.anyLong());
                    IpAddress source = IpAddress.of(random.anyLong() | 1L << 63, random.anyLong());
                    byte[] content = random.bytes(random.between(0, 9));
                    int code = random.between(0, 255);
                    byte[] request = icmpv6(PEER6, destination, 128, code, WHICH, content);
                    byte[] reply = answered(received(pool, request), destination, source);
                    assertEquals(
                            0xFFFF, naiveSum(pseudoHeader(source, PEER6, reply.length), reply));
                });
    }

    // Buffers.

    @Test
    void buffersThatNobodyElseHasBecomeTheReply() {
        int packet = received(pool, icmpv4(8, 0, WHICH, counting(3000)), 1501);
        int second = buffers.continuation(packet);
        buffers.next(packet, 77);
        int free = pool.available();
        int reply = replies.ipv4(packet);
        assertEquals(packet, reply);
        assertEquals(second, buffers.continuation(reply));
        assertEquals(free, pool.available());
        assertEquals(3008, buffers.frameLength(reply));
        assertEquals(0, buffers.flags(reply), "nothing that was said of the request holds");
        assertEquals(0, buffers.flags(second));
        assertEquals(PacketBuffers.NONE, buffers.next(reply));
        pool.release(reply);
    }

    @Test
    void aBufferThatSomebodyElseHasIsCopied() {
        byte[] request = icmpv4(8, 0, WHICH, counting(100));
        int packet = received(pool, request);
        pool.retain(packet);
        int reply = replies.ipv4(packet);
        assertNotEquals(packet, reply);
        assertEquals(108, buffers.frameLength(reply));
        assertEquals(PacketPool.CONTROL, buffers.share(reply));
        assertArrayEquals(request, data(pool, packet));
        assertEquals(1, buffers.references(packet));
        pool.release(reply);
        pool.release(packet);
    }

    @Test
    void aBufferWithoutHeadRoomForTheHeadersIsCopied() {
        byte[] request = icmpv4(8, 0, WHICH, counting(100));
        int packet = received(pool, request);
        int offset = PacketBuffers.METADATA_LENGTH + 61;
        buffers.place(packet, offset, request.length);
        buffers.memory().putBytes(buffers.data(packet), request);
        int reply = replies.ipv4(packet);
        assertTrue(buffers.headroom(reply) >= 62);
        assertArrayEquals(icmpv4(0, 0, WHICH, counting(100)), data(pool, reply));
        pool.release(reply);
    }

    @Test
    void withoutABufferForTheCopyThereIsNoReplyAndTheRequestIsReleased() {
        PacketPool tiny = tinyPool(1);
        int packet = received(tiny, icmpv4(8, 0, WHICH, counting(100)));
        tiny.retain(packet);
        assertEquals(PacketBuffers.NONE, new EchoReplies(tiny).ipv4(packet));
        assertEquals(1, tiny.buffers().references(packet));
        tiny.release(packet);
    }

    @Test
    void whenBuffersRunOutInTheMiddleOfTheCopyTheyAllGoHome() {
        PacketPool tiny = tinyPool(5);
        int packet =
                received(tiny, icmpv6(PEER6, HOST6, 128, 0, WHICH, counting(5000)), 1700, 1700);
        tiny.retain(packet);
        EchoReplies poor = new EchoReplies(tiny);
        IpDatagram datagram = datagram(HOST6);
        assertEquals(PacketBuffers.NONE, poor.ipv6(packet, datagram, HOST6.high(), HOST6.low()));
        assertEquals(2, tiny.available());
        tiny.release(packet);
    }

    @Test
    void underPressureOnlyWhatFitsOneBufferIsCopied() {
        PoolOptions options =
                PoolOptions.of(16).withThresholds(12, 0).withHugePages(HugePages.NEVER);
        PacketPool low = pools.open(options.withAccounting(true));
        EchoReplies careful = new EchoReplies(low);
        int chain = received(low, icmpv4(8, 0, WHICH, counting(3000)), 1501);
        int single = received(low, icmpv4(8, 0, WHICH, counting(3)));
        int other = low.allocate(PacketPool.CONTROL);
        low.retain(chain);
        low.retain(single);
        assertEquals(PacketBuffers.NONE, careful.ipv4(chain));
        low.release(careful.ipv4(single));
        low.release(chain);
        low.release(single);
        low.release(other);
    }

    private PacketPool tinyPool(int buffers) {
        PoolOptions options = PoolOptions.of(buffers).withThresholds(0, 0);
        options = options.withLimits(buffers, buffers).withHugePages(HugePages.NEVER);
        return pools.open(options.withAccounting(true));
    }

    private byte[] answered(int packet) {
        int reply = replies.ipv4(packet);
        byte[] bytes = data(pool, reply);
        assertEquals(bytes.length, buffers.frameLength(reply));
        pool.release(reply);
        return bytes;
    }

    private byte[] answered(int packet, IpAddress destination, IpAddress source) {
        int reply = replies.ipv6(packet, datagram(destination), source.high(), source.low());
        byte[] bytes = data(pool, reply);
        pool.release(reply);
        return bytes;
    }

    private static IpDatagram datagram(IpAddress destination) {
        IpDatagram datagram = new IpDatagram();
        datagram.ipv6Addresses(PEER6.high(), PEER6.low(), destination.high(), destination.low());
        return datagram;
    }

    private static byte[] withoutChecksum(byte[] message) {
        byte[] copy = message.clone();
        copy[2] = 0;
        copy[3] = 0;
        return copy;
    }

    /** Equal pieces, odd if that is what is asked for. */
    private static int[] pieces(int length, int piece) {
        int[] pieces = new int[length / piece];
        Arrays.fill(pieces, piece);
        return pieces;
    }

    private static int[] pieces(Randomness random, int length) {
        int[] pieces = new int[8];
        int left = length;
        for (int i = 0; i < pieces.length; i++) {
            int least = Math.max(i == 0 ? 8 : 0, left - 1700 * (pieces.length - i));
            pieces[i] = random.between(Math.min(left, least), Math.min(left, 1700));
            left -= pieces[i];
        }
        return pieces;
    }
}
