package onload.tcp.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

class FlowTableTest {
    private static final long MAPPED = 0xFFFF_0000_0000L;

    private static final class Known extends Flow {}

    private record Key(long localHigh, long localLow, int local, long high, long low, int remote) {}

    private static Known flow(Key key) {
        Known flow = new Known();
        flow.tuple(key.localHigh, key.localLow, key.local, key.high, key.low, key.remote);
        return flow;
    }

    private static Known flow(int number) {
        return flow(new Key(0, MAPPED | 1, 80, 0, MAPPED | (number >> 8), number & 255));
    }

    private static @Nullable Flow find(FlowTable table, Key key) {
        return table.find(key.localHigh, key.localLow, key.local, key.high, key.low, key.remote);
    }

    @Test
    void findsWhatASimpleMapFinds() {
        Property.forAll(
                50,
                random -> {
                    SplittableRandom any = new SplittableRandom(random.anyLong());
                    int most = 1 + any.nextInt(1500);
                    FlowTable table = new FlowTable(most, any);
                    Map<Key, Flow> model = new HashMap<>();
                    for (int step = 0; step < 6000; step++) {
                        Key key =
                                new Key(
                                        any.nextInt(2),
                                        any.nextInt(3),
                                        65_534 + any.nextInt(2),
                                        any.nextInt(3),
                                        any.nextInt(10),
                                        any.nextInt(10));
                        Flow known = model.get(key);
                        assertSame(known, find(table, key));
                        if (known == null) {
                            Flow flow = flow(key);
                            assertEquals(model.size() < most, table.add(flow));
                            if (flow.isInTable()) {
                                model.put(key, flow);
                            }
                        } else if (any.nextInt(4) == 0) {
                            Flow with = flow(key);
                            table.replace(known, with);
                            assertFalse(known.isInTable());
                            model.put(key, with);
                        } else {
                            table.remove(known);
                            assertFalse(known.isInTable());
                            model.remove(key);
                        }
                        assertEquals(model.size(), table.size());
                    }
                    model.forEach((key, flow) -> assertSame(flow, find(table, key)));
                });
    }

    @Test
    void aConsumerMayRemoveEveryFlowAndOthers() {
        FlowTable table = new FlowTable(5000, new SplittableRandom(3));
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            flows.add(flow(i));
            assertTrue(table.add(flows.get(i)));
        }
        int[] calls = {0};
        table.forEach(flow -> {
            calls[0]++;
            table.remove(flow);
            Flow other = flows.get((flows.indexOf(flow) ^ 1));
            if (other.isInTable()) {
                table.remove(other);
            }
        });
        assertEquals(2500, calls[0]);
        assertEquals(0, table.size());
    }

    @Test
    void misuseIsRefused() {
        FlowTable table = new FlowTable(2, new SplittableRandom(1));
        Flow flow = flow(1);
        assertThrows(IllegalStateException.class, () -> table.remove(flow));
        table.add(flow);
        assertThrows(IllegalStateException.class, () -> table.add(flow));
        assertThrows(IllegalStateException.class, () -> table.add(flow(1)));
        assertThrows(IllegalStateException.class, () -> flow.tuple(0, 0, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> table.replace(flow, flow(2)));
        assertThrows(
                IllegalArgumentException.class, () -> new Known().tuple(0, 0, 65_536, 0, 0, 0));
        FlowTable other = new FlowTable(2, new SplittableRandom(2));
        assertThrows(IllegalStateException.class, () -> other.remove(flow));
        assertSame(flow, table.find(0, MAPPED | 1, 80, 0, MAPPED, 1));
    }

    @Test
    void neighbouringTuplesLieAsRandomOnesDo() {
        for (int shift : new int[] {0, 16, 32}) {
            FlowTable table = new FlowTable(1 << 15, new SplittableRandom(shift));
            long unequal = 0;
            Map<Integer, Integer> buckets = new HashMap<>();
            for (long i = 0; i < 1 << 15; i++) {
                Known flow = flow(new Key(0, 1, 80, i << shift, 5, (int) i & 0xFFFF));
                assertTrue(table.add(flow));
                unequal += buckets.merge(flow.hash & 0xFFFF, 1, Integer::sum) - 1;
            }
            // pairs in one bucket: n^2 / 2m = 8192 expected, standard deviation about 90
            assertTrue(unequal > 7600 && unequal < 8800, "pairs in one bucket: " + unequal);
        }
    }

    @Test
    void halfFullAFlowIsHalfABucketFromItsPlaceOnAverageAndNeverFar() {
        FlowTable table = new FlowTable(1 << 15, new SplittableRandom(11));
        boolean[] taken = new boolean[1 << 16];
        long steps = 0;
        int longest = 0;
        for (int i = 0; i < 1 << 15; i++) {
            Known flow = flow(i);
            table.add(flow);
            int at = flow.hash & 0xFFFF;
            int distance = 0;
            while (taken[(at + distance) & 0xFFFF]) {
                distance++;
            }
            taken[(at + distance) & 0xFFFF] = true;
            steps += distance;
            longest = Math.max(longest, distance);
        }
        double average = steps / (double) (1 << 15);
        assertTrue(average > 0.4 && average < 0.6, "average " + average);
        assertTrue(longest < 100, "longest " + longest);
    }

    @Test
    void removalsInsideOneLongClusterLoseNobodyElse() {
        Property.forAll(
                20,
                random -> {
                    SplittableRandom any = new SplittableRandom(random.anyLong());
                    FlowTable table = new FlowTable(512, any);
                    List<Flow> crowd = new ArrayList<>();
                    for (int i = 0; table.size() < 200; i++) {
                        Known flow = flow(i);
                        table.add(flow);
                        // the last 20 buckets and the first 10, so that the cluster goes over the
                        // end
                        if (((flow.hash + 20) & 1023) < 30) {
                            crowd.add(flow);
                        } else {
                            table.remove(flow);
                        }
                    }
                    while (!crowd.isEmpty()) {
                        table.remove(crowd.remove(any.nextInt(crowd.size())));
                        for (Flow flow : crowd) {
                            assertSame(
                                    flow,
                                    table.find(
                                            flow.localHigh,
                                            flow.localLow,
                                            80,
                                            flow.remoteHigh,
                                            flow.remoteLow,
                                            flow.remotePort()));
                        }
                    }
                    assertEquals(0, table.size());
                });
    }

    @Test
    void findingAllocatesNothing() {
        FlowTable table = new FlowTable(10, new SplittableRandom(1));
        Flow flow = flow(1);
        table.add(flow);
        assertNull(table.find(0, MAPPED | 1, 80, 0, MAPPED, 2));
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            table.find(0, MAPPED | 1, 80, 0, MAPPED, 1);
                            table.remove(flow);
                            table.add(flow);
                        }));
    }
}
