package onload.ip.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.concurrent.TimeUnit;

class NeighborOptionsTest {
    private static final NeighborOptions DEFAULT = NeighborOptions.DEFAULT;

    @Test
    void theDefaultsAreTheConstantsOfRfc4861Section10() {
        assertEquals(3, DEFAULT.maxMulticastSolicit());
        assertEquals(3, DEFAULT.maxUnicastSolicit());
        assertEquals(TimeUnit.SECONDS.toNanos(30), DEFAULT.baseReachableTimeNs());
        assertEquals(TimeUnit.MILLISECONDS.toNanos(1000), DEFAULT.retransTimerNs());
        assertEquals(TimeUnit.SECONDS.toNanos(5), DEFAULT.delayFirstProbeTimeNs());
    }

    @Test
    void anotherCapacityBringsItsShareAndRoomToWait() {
        NeighborOptions large = DEFAULT.withCapacity(4096);
        assertEquals(1024, large.incompleteLimit());
        assertEquals(1024, large.queuedInAll());
        NeighborOptions least = DEFAULT.withCapacity(1);
        assertEquals(1, least.incompleteLimit());
        assertEquals(512, least.queuedInAll());
    }

    @Test
    void whatIsOutOfItsRangeIsNamed() {
        refused("capacity", () -> DEFAULT.withCapacity(0));
        refused("capacity", () -> DEFAULT.withCapacity((1 << 20) + 1));
        refused("incompleteLimit", () -> DEFAULT.withIncompleteLimit(0));
        refused("incompleteLimit", () -> DEFAULT.withIncompleteLimit(1025));
        refused("queuedPerNeighbor", () -> DEFAULT.withQueues(0, 512));
        refused("queuedPerNeighbor", () -> DEFAULT.withQueues(1025, 2048));
        refused("queuedInAll", () -> DEFAULT.withQueues(16, 255));
        long second = TimeUnit.SECONDS.toNanos(1);
        refused("baseReachableTimeNs", () -> DEFAULT.withTimes(0, second, second));
        refused("retransTimerNs", () -> DEFAULT.withTimes(second, 999_999, second));
        refused("delayFirstProbeTimeNs", () -> DEFAULT.withTimes(second, second, 3601 * second));
        refused("maxMulticastSolicit", () -> DEFAULT.withSolicits(0, 3, 1));
        refused("maxUnicastSolicit", () -> DEFAULT.withSolicits(3, 101, 1));
        refused("multicastSolicitsPerSecond", () -> DEFAULT.withSolicits(3, 3, 0));
        refused("failedTimeNs", () -> DEFAULT.withMemory(-1, 60 * second, 0));
        refused("staleTimeNs", () -> DEFAULT.withMemory(0, 59 * second, 0));
        refused("lockTimeNs", () -> DEFAULT.withMemory(0, 60 * second, -1));
    }

    private static void refused(String name, Executable making) {
        String message = assertThrows(IllegalArgumentException.class, making).toString();
        assertTrue(
                message.contains(": " + name + " of a neighbour cache cannot be "), () -> message);
    }
}
