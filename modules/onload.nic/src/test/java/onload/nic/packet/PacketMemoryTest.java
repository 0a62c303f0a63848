package onload.nic.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;

import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;

class PacketMemoryTest {
    @Test
    void ordinaryMemoryIsAlignedZeroedAndWholePages() {
        try (PacketMemory memory = PacketMemory.allocate(10_000, HugePages.NEVER)) {
            assertEquals(0, memory.address() % 4096);
            assertEquals(12_288, memory.length());
            for (int i = 0; i < memory.length(); i++) {
                assertEquals(0, memory.buffer().getByte(i));
            }
            memory.buffer().putByte(memory.length() - 1, (byte) 1);
        }
    }

    @Test
    void withoutHugePagesThereIsOrdinaryMemoryAndAReason() {
        HugePageFiles.Found found = HugePageFiles.find(1L << 50);
        assertEquals(null, found.folder());
        try (PacketMemory memory = PacketMemory.allocate(4096, HugePages.NEVER)) {
            assertEquals("not asked for", memory.whyNotHuge());
        }
    }

    @Test
    void hugePagesThatAreRequiredAndMissingAreRefusedWithTheMend() {
        IllegalStateException error =
                assertThrows(
                        IllegalStateException.class,
                        () -> PacketMemory.allocate(PacketMemory.MAX_BYTES, HugePages.REQUIRED));
        assertTrue(
                String.valueOf(error.getMessage())
                        .matches(
                                "no huge pages for packet memory: .*(vm.nr_hugepages|mount).*|.*2 GiB.*"),
                error.getMessage());
    }

    @Test
    void aPoolWorksOnHugePages() {
        Requirement.that(
                HugePageFiles.find(2 << 20).folder() != null,
                "a hugetlbfs mount with a free page",
                "run: sysctl vm.nr_hugepages=8 && mkdir -p /dev/hugepages"
                        + " && mount -t hugetlbfs none /dev/hugepages");
        PoolOptions options = PoolOptions.of(1000).withHugePages(HugePages.REQUIRED);
        try (PacketPool pool = PacketPool.open(options)) {
            assertEquals("", pool.memory().whyNotHuge());
            assertTrue(pool.memory().pageBytes() >= 2 << 20);
            assertEquals(0, pool.memory().address() % pool.memory().pageBytes());
            int packet = pool.allocate(PacketPool.SEND);
            assertNotEquals(PacketBuffers.NONE, packet);
            pool.buffers().memory().putLong(pool.buffers().append(packet, 8), 42);
            assertEquals(42, pool.buffers().memory().getLong(pool.buffers().data(packet)));
            pool.release(packet);
            assertEquals("", pool.outstanding());
        }
    }

    @Test
    void moreThanFitsBehindTheAlignmentIsRefusedAndNotCutShort() {
        for (long bytes : new long[] {Integer.MAX_VALUE, (1L << 31) - 2048, (1L << 31) - 8191}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> PacketMemory.allocate(bytes, HugePages.NEVER));
        }
        PoolOptions tooMany = PoolOptions.of((1 << 20) - 1).withHugePages(HugePages.NEVER);
        assertThrows(IllegalArgumentException.class, () -> PacketPool.open(tooMany));
    }

    @Test
    void memoryMadeElsewhereIsReleasedOnce() {
        int[] released = new int[1];
        var direct = BufferUtil.allocateDirectAligned(8192, 4096);
        PacketMemory memory =
                PacketMemory.of(BufferUtil.address(direct), 8192, 4096, () -> released[0]++);
        try (PacketPool pool = PacketPool.on(memory, PoolOptions.of(4))) {
            assertEquals(4, pool.capacity());
        }
        memory.close();
        assertEquals(1, released[0]);
        assertThrows(
                IllegalArgumentException.class, () -> PacketPool.on(memory, PoolOptions.of(5)));
        assertThrows(
                IllegalArgumentException.class, () -> PacketMemory.of(4097, 4096, 4096, () -> {}));
    }
}
