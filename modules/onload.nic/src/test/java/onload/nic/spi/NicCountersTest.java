package onload.nic.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;

class NicCountersTest {
    @Test
    void freshCountersAre0() {
        NicCounters counters = new NicCounters();
        for (NicCounter counter : NicCounter.values()) {
            assertEquals(0, counters.get(counter), counter.text());
        }
        assertEquals("", counters.toString());
    }

    @Test
    void eachCounterCountsForItself() {
        NicCounters counters = new NicCounters();
        for (NicCounter counter : NicCounter.values()) {
            counters.add(counter, 10L + counter.text().length());
            counters.increment(counter);
            counters.add(counter, 0);
        }
        for (NicCounter counter : NicCounter.values()) {
            assertEquals(11 + counter.text().length(), counters.get(counter), counter.text());
        }
    }

    @Test
    void countersGoBeyond32Bits() {
        NicCounters counters = new NicCounters();
        counters.add(NicCounter.RECEIVED_BYTES, 0xFFFF_FFFFL);
        counters.increment(NicCounter.RECEIVED_BYTES);
        assertEquals(0x1_0000_0000L, counters.get(NicCounter.RECEIVED_BYTES));
    }

    @Test
    void aBlockIsReadByWhoeverHasItAndKeepsItsValues() {
        UnsafeBuffer block = new UnsafeBuffer(ByteBuffer.allocateDirect(NicCounters.LENGTH));
        new NicCounters(block).add(NicCounter.RECEIVED_BYTES, 7);
        assertEquals(7, block.getLong(8));
        assertEquals(7, new NicCounters(block).get(NicCounter.RECEIVED_BYTES));
    }

    @Test
    void aBlockThatIsTooSmallIsRefused() {
        UnsafeBuffer block = new UnsafeBuffer(new byte[NicCounters.LENGTH - 1]);
        assertEquals(
                "the counters of a NIC do not fit %d bytes; expected %d"
                        .formatted(NicCounters.LENGTH - 1, NicCounters.LENGTH),
                assertThrows(IllegalArgumentException.class, () -> new NicCounters(block))
                        .getMessage());
    }

    @Test
    void theTextHasWhatIsNot0() {
        NicCounters counters = new NicCounters();
        counters.add(NicCounter.WAKE_UPS, 2);
        counters.increment(NicCounter.RECEIVED_FRAMES);
        assertEquals("received_frames=1 wake_ups=2", counters.toString());
    }

    @Test
    void countingMakesNoGarbage() {
        NicCounters counters = new NicCounters();
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        10_000,
                        () -> {
                            counters.increment(NicCounter.DOORBELLS);
                            counters.add(NicCounter.RECEIVED_BYTES, 1500);
                        }));
    }

    @Test
    @Timeout(60)
    void anotherThreadSeesTheCounterGrowAndNeverShrink() throws InterruptedException {
        NicCounters counters = new NicCounters();
        Thread owner =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 1_000_000; i++) {
                                counters.increment(NicCounter.RECEIVED_FRAMES);
                            }
                        });
        long seen = 0;
        while (seen < 1_000_000) {
            long now = counters.get(NicCounter.RECEIVED_FRAMES);
            assertTrue(now >= seen, now + " after " + seen);
            seen = now;
        }
        owner.join();
        assertEquals(1_000_000, counters.get(NicCounter.RECEIVED_FRAMES));
    }
}
