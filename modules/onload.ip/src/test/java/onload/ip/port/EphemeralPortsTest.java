package onload.ip.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.BitSet;
import java.util.SplittableRandom;

class EphemeralPortsTest {
    private static final FreePort ANY = port -> true;

    private int asked;

    @Test
    void portsAreOfTheRangeForAnyHash() {
        Property.forAll(
                500,
                random -> {
                    EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(random.seed()));
                    int first = random.between(1, 65535);
                    int last = random.between(first, 65535);
                    ports.range(first, last);
                    int port = ports.next(random.anyLong(), ANY);
                    assertTrue(port >= first && port <= last, "port " + port);
                });
    }

    @Test
    void everyPortIsTakenBeforeNoneIsFree() {
        EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(1));
        ports.range(1000, 1099);
        BitSet taken = new BitSet();
        FreePort isFree = port -> !taken.get(port);
        for (int i = 0; i < 100; i++) {
            taken.set(ports.next(i * 0x9E37_79B9_7F4A_7C15L, isFree));
        }
        assertEquals(100, taken.cardinality());
        assertEquals(EphemeralPorts.NONE_FREE, ports.next(5, isFree));
    }

    @Test
    void theSearchLooksAtNoMoreCandidatesThanItMay() {
        EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(1));
        FreePort none =
                port -> {
                    asked++;
                    return false;
                };
        assertEquals(EphemeralPorts.NONE_FREE, ports.next(77, none, 10));
        assertEquals(10, asked);
        asked = 0;
        assertEquals(EphemeralPorts.NONE_FREE, ports.next(77, none));
        assertEquals(60999 - 32768 + 1, asked);
    }

    @Test
    void portsOfOneFlowAfterAnotherAreNotNeighbours() {
        EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(3));
        int neighbours = 0;
        int before = ports.next(11L << 32, ANY);
        for (long flow = 12; flow < 212; flow++) {
            int port = ports.next((flow << 32) | ((flow * 0x1234_5671L) & 0xFFFF_FFFFL), ANY);
            neighbours += Math.abs(port - before) <= 1 ? 1 : 0;
            before = port;
        }
        assertTrue(neighbours < 3, neighbours + " of 200 follow each other");
    }

    @Test
    void theSameFlowDoesNotGetTheSamePortAtOnceAgain() {
        EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(3));
        for (int i = 0; i < 1000; i++) {
            assertNotEquals(ports.next(42, ANY), ports.next(42, ANY));
        }
    }

    @Test
    void rangesThatAreNoneAreRefused() {
        EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(3));
        assertThrows(IllegalArgumentException.class, () -> ports.range(0, 10));
        assertThrows(IllegalArgumentException.class, () -> ports.range(11, 10));
        assertThrows(IllegalArgumentException.class, () -> ports.range(1, 65536));
        assertEquals(EphemeralPorts.DEFAULT_FIRST, ports.first());
        assertEquals(EphemeralPorts.DEFAULT_LAST, ports.last());
    }

    @Test
    void choosingAllocatesNothing() {
        EphemeralPorts ports = new EphemeralPorts(new SplittableRandom(3));
        assertEquals(0, AllocatedBytes.perRun(2000, 2000, () -> ports.next(asked++, ANY)));
    }
}
