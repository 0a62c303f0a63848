package onload.nic.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

class NicCountersAlignmentTest {
    @Test
    void aBlockWhoseLongsWouldNotBeReadWholeIsRefused() {
        UnsafeBuffer memory =
                new UnsafeBuffer(ByteBuffer.allocateDirect(NicCounters.LENGTH + Long.BYTES));
        int skip = (int) (4 - memory.addressOffset() & 7);
        UnsafeBuffer block = new UnsafeBuffer(memory, skip, NicCounters.LENGTH);
        assertThrows(IllegalArgumentException.class, () -> new NicCounters(block));
    }

    @Test
    void anAlignedBlockIsTaken() {
        UnsafeBuffer block = new UnsafeBuffer(ByteBuffer.allocateDirect(NicCounters.LENGTH));
        new NicCounters(block).add(NicCounter.RECEIVED_FRAMES, 3);
        assertEquals(3, block.getLong(0));
    }
}
