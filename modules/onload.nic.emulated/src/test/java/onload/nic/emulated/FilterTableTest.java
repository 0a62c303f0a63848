package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

class FilterTableTest {
    private static FlowKey key(
            long localHigh, long localLow, long remoteHigh, long low, long ports) {
        FlowKey key = new FlowKey();
        key.localHigh = localHigh;
        key.localLow = localLow;
        key.remoteHigh = remoteHigh;
        key.remoteLow = low;
        key.ports = ports;
        return key;
    }

    @Test
    void everyPartOfAFlowCounts() {
        FilterTable table = new FilterTable();
        table.add(key(1, 2, 3, 4, 5), 7);
        assertEquals(7, table.queue(key(1, 2, 3, 4, 5)));
        assertEquals(FilterTable.NONE, table.queue(key(0, 2, 3, 4, 5)));
        assertEquals(FilterTable.NONE, table.queue(key(1, 0, 3, 4, 5)));
        assertEquals(FilterTable.NONE, table.queue(key(1, 2, 0, 4, 5)));
        assertEquals(FilterTable.NONE, table.queue(key(1, 2, 3, 0, 5)));
        assertEquals(FilterTable.NONE, table.queue(key(1, 2, 3, 4, 0)));
    }

    @Test
    void removingWhatIsNotThereDoesNothing() {
        FilterTable table = new FilterTable();
        table.remove(key(1, 2, 3, 4, 5));
        assertTrue(table.isEmpty());
    }

    @Test
    void itIsAMap() {
        Property.forAll(200, FilterTableTest::compare);
    }

    private static void compare(Randomness random) {
        FilterTable table = new FilterTable();
        Map<List<Long>, Integer> model = new HashMap<>();
        int variety = random.between(1, 5);
        for (int step = 0; step < 2000; step++) {
            long[] parts = new long[5];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = random.between(0, variety);
            }
            FlowKey key = key(parts[0], parts[1], parts[2], parts[3], parts[4]);
            List<Long> name = List.of(parts[0], parts[1], parts[2], parts[3], parts[4]);
            if (model.containsKey(name) || random.chance(0.4)) {
                table.remove(key);
                model.remove(name);
            } else {
                int queue = random.between(0, 127);
                table.add(key, queue);
                model.put(name, queue);
            }
            assertEquals(model.getOrDefault(name, FilterTable.NONE), table.queue(key));
            assertEquals(model.isEmpty(), table.isEmpty());
        }
        model.forEach((name, queue) ->
                assertEquals(
                        queue,
                        table.queue(
                                key(
                                        name.get(0),
                                        name.get(1),
                                        name.get(2),
                                        name.get(3),
                                        name.get(4)))));
    }

    @Test
    void flowsThatAreNextToEachOtherDoNotShareAHash() {
        Set<Integer> hashes = new HashSet<>();
        int count = 0;
        for (long address = 0; address < 100; address++) {
            for (long port = 0; port < 100; port++) {
                hashes.add(key(0, 1, 0, 0xFFFF_0000_0000L | address, port).hash());
                count++;
            }
        }
        assertTrue(hashes.size() > count - 50, hashes.size() + " of " + count);
    }
}
