package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;

class StationTableTest {
    private static final long AGEING_NS = 100;

    @Test
    void aStationIsAtThePortWhereItWasSeenLast() {
        StationTable table = new StationTable(4, AGEING_NS);
        assertEquals(StationTable.NONE, table.port(1, 0));
        assertEquals(StationTable.LEARNED, table.learn(1, 3, 0));
        assertEquals(StationTable.KNOWN, table.learn(1, 3, 1));
        assertEquals(3, table.port(1, 1));
        assertEquals(StationTable.MOVED, table.learn(1, 2, 2));
        assertEquals(2, table.port(1, 2));
    }

    @Test
    void aSilentStationIsForgottenAfterTheAgeingTime() {
        StationTable table = new StationTable(4, AGEING_NS);
        table.learn(1, 3, 0);
        table.learn(1, 3, 50);
        assertEquals(3, table.port(1, 149));
        assertEquals(StationTable.NONE, table.port(1, 150));
        assertEquals(StationTable.LEARNED, table.learn(1, 2, 150));
    }

    @Test
    void aFullTableLearnsAgainWhenSomebodyHasAged() {
        StationTable table = new StationTable(2, AGEING_NS);
        table.learn(1, 1, 0);
        table.learn(2, 1, 50);
        assertEquals(StationTable.FULL, table.learn(3, 1, 99));
        assertEquals(StationTable.LEARNED, table.learn(3, 1, 100));
        assertEquals(2, table.count());
        assertEquals(StationTable.NONE, table.port(1, 100));
        assertEquals(1, table.port(2, 100));
        assertEquals(StationTable.FULL, table.learn(4, 1, 149));
        assertEquals(StationTable.LEARNED, table.learn(4, 1, 150));
    }

    @Test
    void aFullTableStillFollowsTheStationsThatItKnows() {
        StationTable table = new StationTable(1, AGEING_NS);
        table.learn(1, 1, 0);
        assertEquals(StationTable.MOVED, table.learn(1, 2, 1));
    }

    @Test
    void everyEthernetAddressIsAStationAlsoTheOneOfZeros() {
        StationTable table = new StationTable(2, AGEING_NS);
        assertEquals(StationTable.NONE, table.port(0, 0));
        table.learn(0, 1, 0);
        table.learn(0xFFFF_FFFF_FFFFL, 2, 0);
        assertEquals(1, table.port(0, 0));
        assertEquals(2, table.port(0xFFFF_FFFF_FFFFL, 0));
    }

    @Test
    void itIsAMapWithAgeing() {
        Property.forAll(200, StationTableTest::compare);
    }

    private static void compare(Randomness random) {
        int limit = random.between(1, 40);
        StationTable table = new StationTable(limit, AGEING_NS);
        Map<Long, long[]> model = new HashMap<>();
        long nowNs = 0;
        for (int step = 0; step < 2000; step++) {
            nowNs += random.chance(0.3) ? random.between(0, 30) : 0;
            long at = nowNs;
            long address = random.between(0, 60);
            int port = random.between(0, 3);
            if (random.chance(0.01)) {
                table.forget(port);
                model.values().removeIf(entry -> entry[0] == port);
            } else if (random.flip()) {
                // An aged station that is still in the table is learned in its place; one that is
                // not makes room.
                boolean isThere = model.containsKey(address);
                if (!isThere && model.size() == limit) {
                    model.values().removeIf(entry -> at - entry[1] >= AGEING_NS);
                }
                int expected = StationTable.LEARNED;
                if (!isThere && model.size() == limit) {
                    expected = StationTable.FULL;
                } else {
                    long[] before = model.put(address, new long[] {port, nowNs});
                    if (before != null && nowNs - before[1] < AGEING_NS) {
                        expected = before[0] == port ? StationTable.KNOWN : StationTable.MOVED;
                    }
                }
                assertEquals(expected, table.learn(address, port, nowNs));
            }
            long[] entry = model.get(address);
            int expected =
                    entry == null || nowNs - entry[1] >= AGEING_NS
                            ? StationTable.NONE
                            : (int) entry[0];
            assertEquals(expected, table.port(address, nowNs));
            assertTrue(table.count() <= limit);
        }
    }
}
