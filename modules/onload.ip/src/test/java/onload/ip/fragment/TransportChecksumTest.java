package onload.ip.fragment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.wire.InternetChecksum;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sum over a chain is that of the same bytes in one piece. */
class TransportChecksumTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    @Test
    void theSumOverAnyChainIsThatOfTheBytes() {
        PacketPool pool = pools.open(64);
        Property.forAll(
                500,
                random -> {
                    byte[] bytes = random.bytes(random.between(1, 3000));
                    int[] pieces = new int[random.between(0, 12)];
                    for (int i = 0; i < pieces.length; i++) {
                        pieces[i] = random.between(0, 40);
                    }
                    int packet = IpBytes.packet(pool, PacketPool.SEND, bytes, pieces);
                    int offset = random.between(0, bytes.length);
                    int length = random.between(0, bytes.length - offset);
                    long initial = random.anyLong() >>> 2;
                    assertEquals(
                            InternetChecksum.fold(
                                    InternetChecksum.sum(
                                            new UnsafeBuffer(bytes), offset, length, initial)),
                            InternetChecksum.fold(
                                    TransportChecksum.sum(
                                            pool.buffers(), packet, offset, length, initial)));
                    pool.release(packet);
                });
    }

    @Test
    void aNeededChecksumIsFilledInOverAnyChain() {
        PacketPool pool = pools.open(64);
        Property.forAll(
                500,
                random -> {
                    byte[] bytes = random.bytes(random.between(40, 3000));
                    int start = random.between(0, 20);
                    int field = random.between(0, 9) * 2;
                    int pseudo = random.between(0, 0xFFFF);
                    UnsafeBuffer whole = new UnsafeBuffer(bytes);
                    whole.putByte(start + field, (byte) (pseudo >> 8));
                    whole.putByte(start + field + 1, (byte) pseudo);
                    int expected = InternetChecksum.checksum(whole, start, bytes.length - start);
                    int[] pieces = {random.between(1, 25), random.between(0, 25), 1, 3};
                    int packet = IpBytes.packet(pool, PacketPool.SEND, bytes, pieces);
                    pool.buffers().needChecksum(packet, start, field);
                    TransportChecksum.complete(pool, packet);
                    whole.putByte(start + field, (byte) (expected >> 8));
                    whole.putByte(start + field + 1, (byte) expected);
                    if (expected != 0) {
                        assertArrayEquals(bytes, IpBytes.read(pool.buffers(), packet));
                    }
                    assertEquals(0, pool.buffers().flags(packet));
                    pool.release(packet);
                });
    }

    @Test
    void aChecksumOfZeroIsSentAsAllOnes() {
        PacketPool pool = pools.open(4);
        byte[] bytes = new byte[8];
        bytes[0] = (byte) 0xFF;
        bytes[1] = (byte) 0xFF;
        int packet = IpBytes.packet(pool, PacketPool.SEND, bytes);
        pool.buffers().needChecksum(packet, 0, 6);
        TransportChecksum.complete(pool, packet);
        byte[] out = IpBytes.read(pool.buffers(), packet);
        assertEquals(-1, out[6]);
        assertEquals(-1, out[7]);
        pool.release(packet);
    }

    @Test
    void withoutTheFlagNothingIsTouched() {
        PacketPool pool = pools.open(4);
        int packet = IpBytes.packet(pool, PacketPool.SEND, new byte[20]);
        pool.buffers().needChecksum(packet, 0, 6);
        pool.buffers().flags(packet, PacketBuffers.HASHED);
        TransportChecksum.complete(pool, packet);
        assertEquals(PacketBuffers.HASHED, pool.buffers().flags(packet));
        assertEquals(0, IpBytes.read(pool.buffers(), packet)[6]);
        pool.release(packet);
    }

    @Test
    void aFieldOutsideOfThePacketIsNotWritten() {
        PacketPool pool = pools.open(4);
        int packet = IpBytes.packet(pool, PacketPool.SEND, new byte[20]);
        pool.buffers().needChecksum(packet, 10, 100);
        TransportChecksum.complete(pool, packet);
        assertEquals(0, pool.buffers().flags(packet));
        pool.release(packet);
    }
}
