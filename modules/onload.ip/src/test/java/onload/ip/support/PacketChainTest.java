package onload.ip.support;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;

class PacketChainTest {
    private static final PoolOptions SMALL =
            PoolOptions.of(64)
                    .withBufferLength(512)
                    .withHugePages(HugePages.NEVER)
                    .withAccounting(true);

    @RegisterExtension final PacketPools pools = new PacketPools();

    /** A packet of these bytes, cut into buffers anywhere. */
    private static int packet(PacketPool pool, byte[] bytes, Randomness random) {
        PacketBuffers buffers = pool.buffers();
        int first = pool.allocate(PacketPool.SEND);
        int last = first;
        int done = 0;
        while (done < bytes.length) {
            int part = Math.min(bytes.length - done, random.between(0, buffers.tailroom(last)));
            buffers.memory().putBytes(buffers.append(last, part), bytes, done, part);
            done += part;
            if (done < bytes.length) {
                int next = pool.allocate(PacketPool.SEND);
                buffers.continuation(last, next);
                last = next;
            }
        }
        return first;
    }

    private static byte[] bytes(PacketPool pool, int packet) {
        PacketBuffers buffers = pool.buffers();
        byte[] bytes = new byte[PacketChain.length(buffers, packet)];
        int at = 0;
        for (int each = packet; each != PacketBuffers.NONE; each = buffers.continuation(each)) {
            buffers.memory().getBytes(buffers.data(each), bytes, at, buffers.length(each));
            at += buffers.length(each);
        }
        return bytes;
    }

    @Test
    void aChainThatIsTrimmedKeepsItsFirstBytesAndGivesTheRestBack() {
        PacketPool pool = pools.open(SMALL);
        Property.forAll(
                300,
                random -> {
                    byte[] whole = random.bytes(random.between(0, 1500));
                    int packet = packet(pool, whole, random);
                    int length = random.between(0, whole.length);
                    PacketChain.trimTo(pool, packet, length);
                    assertArrayEquals(Arrays.copyOf(whole, length), bytes(pool, packet));
                    assertEquals(length, pool.buffers().frameLength(packet));
                    pool.release(packet);
                    assertEquals(pool.capacity(), pool.available());
                });
    }

    @Test
    void aPartOfAChainIsCopiedBehindWhatIsThere() {
        PacketPool pool = pools.open(SMALL);
        Property.forAll(
                300,
                random -> {
                    byte[] from = random.bytes(random.between(0, 1500));
                    byte[] before = random.bytes(random.between(0, 300));
                    int source = packet(pool, from, random);
                    int target = packet(pool, before, random);
                    int skip = random.between(0, from.length);
                    int count = random.between(0, from.length - skip);
                    PacketChain.copy(pool, source, skip, count, target, PacketPool.SEND);
                    byte[] expected = Arrays.copyOf(before, before.length + count);
                    System.arraycopy(from, skip, expected, before.length, count);
                    assertArrayEquals(expected, bytes(pool, target));
                    pool.release(source);
                    pool.release(target);
                });
    }

    @Test
    void aCopyHasTheBytesAndNothingElseInCommon() {
        PacketPool pool = pools.open(SMALL);
        Property.forAll(
                100,
                random -> {
                    byte[] whole = random.bytes(random.between(0, 1500));
                    int packet = packet(pool, whole, random);
                    int copy = PacketChain.copyOf(pool, packet, PacketPool.RECEIVE);
                    pool.release(packet);
                    assertArrayEquals(whole, bytes(pool, copy));
                    assertEquals(whole.length, pool.buffers().frameLength(copy));
                    pool.release(copy);
                });
    }

    @Test
    void withoutBuffersThereIsNoCopyAndNothingIsLost() {
        PacketPool pool =
                pools.open(
                        PoolOptions.of(8)
                                .withBufferLength(512)
                                .withHugePages(HugePages.NEVER)
                                .withAccounting(true));
        int packet = packet(pool, new byte[1000], new Randomness(1));
        int before = pool.available();
        while (pool.available() > 2) {
            PacketBuffers buffers = pool.buffers();
            int more = pool.allocate(PacketPool.CONTROL);
            buffers.continuation(PacketChain.last(buffers, packet), more);
        }
        int available = pool.available();
        assertEquals(PacketBuffers.NONE, PacketChain.copyOf(pool, packet, PacketPool.RECEIVE));
        assertEquals(available, pool.available());
        assertFalse(available > before);
        pool.release(packet);
    }
}
