package onload.ip.fragment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tables below reassembly, beside plain collections that do the same. */
class FragmentTablesTest {
    @Test
    void datagramsAreFoundAsInAHashMap() {
        Property.forAll(
                50,
                random -> {
                    int capacity = random.between(1, 40);
                    DatagramTable table = new DatagramTable(capacity, random.anyLong());
                    Map<List<Integer>, Integer> model = new HashMap<>();
                    for (int step = 0; step < 2000; step++) {
                        tableStep(random, table, model, capacity);
                    }
                });
    }

    private static void tableStep(
            Randomness random,
            DatagramTable table,
            Map<List<Integer>, Integer> model,
            int capacity) {
        List<Integer> key = key(random, table);
        int found = table.find();
        assertEquals(model.getOrDefault(key, DatagramTable.NONE), found);
        if (found != DatagramTable.NONE) {
            assertEquals(key.get(4), table.interfaceIndex(found));
            if (random.flip()) {
                table.remove(found);
                model.remove(key);
            }
        } else if (!table.isFull()) {
            int datagram = table.add();
            assertTrue(!model.containsValue(datagram) && datagram < capacity);
            model.put(key, datagram);
        }
        assertEquals(model.size(), table.size());
        List<Integer> all = new ArrayList<>();
        for (int at = table.next(-1); at != DatagramTable.NONE; at = table.next(at)) {
            all.add(at);
        }
        assertEquals(model.values().stream().sorted().toList(), all);
    }

    private static List<Integer> key(Randomness random, DatagramTable table) {
        int source = random.between(0, 2);
        int protocol = random.between(0, 2);
        int id = random.between(0, 2);
        int index = random.between(1, 2);
        if (random.flip()) {
            byte[] fragment = IpBytes.ipv4(source, protocol, id, 8, true, new byte[8]);
            table.ipv4Key(new UnsafeBuffer(fragment), 0, index);
            return List.of(4, source, protocol, id, index);
        }
        byte[] fragment = IpBytes.ipv6Fragment(source, protocol, id, 8, true, new byte[8]);
        table.ipv6Key(new UnsafeBuffer(fragment), 0, 40, index);
        return List.of(6, source, 0, id, index);
    }

    @Test
    void fragmentsAreInsertedAsIntoAMapOfBytes() {
        Property.forAll(
                300,
                random -> {
                    int limit = random.between(2, 12);
                    FragmentLists lists = new FragmentLists(3, limit);
                    List<int[]> model = new ArrayList<>();
                    for (int packet = 0; packet < 40; packet++) {
                        boolean last = random.chance(0.2);
                        int offset = random.between(0, 12) * 8;
                        int length = last ? random.between(1, 20) : random.between(1, 3) * 8;
                        int expected = insert(model, offset, length, last, limit, packet);
                        assertEquals(expected, lists.insert(1, offset, length, last, packet));
                        compare(model, lists);
                    }
                    lists.clear(1);
                    assertEquals(0, lists.size(1));
                });
    }

    private static int insert(
            List<int[]> model, int offset, int length, boolean last, int limit, int packet) {
        int isLast = last ? 1 : 0;
        for (int[] held : model) {
            if (held[0] == offset && held[1] == length) {
                return held[2] == isLast ? FragmentLists.DUPLICATE : FragmentLists.CONTRADICTION;
            }
        }
        for (int[] held : model) {
            if (held[0] < offset + length && offset < held[0] + held[1]) {
                return FragmentLists.OVERLAP;
            }
        }
        for (int[] held : model) {
            boolean isBeyond = held[2] == 1 && (last || held[0] < offset);
            if (isBeyond || (last && held[0] > offset)) {
                return FragmentLists.CONTRADICTION;
            }
        }
        if (model.size() == limit) {
            return FragmentLists.FULL;
        }
        model.add(new int[] {offset, length, isLast, packet});
        model.sort((a, b) -> Integer.compare(a[0], b[0]));
        return FragmentLists.INSERTED;
    }

    private static void compare(List<int[]> model, FragmentLists lists) {
        assertEquals(model.size(), lists.size(1));
        int next = 0;
        boolean isWhole = true;
        for (int place = 0; place < model.size(); place++) {
            assertEquals(model.get(place)[3], lists.packet(1, place));
            isWhole &= model.get(place)[0] == next;
            next += model.get(place)[1];
        }
        isWhole &= !model.isEmpty() && model.getLast()[2] == 1;
        assertEquals(isWhole, lists.isComplete(1));
        boolean hasFirst = !model.isEmpty() && model.getFirst()[0] == 0;
        assertEquals(hasFirst ? model.getFirst()[3] : -1, lists.first(1));
        if (isWhole) {
            assertEquals(next, lists.total(1));
        }
    }

    @Test
    void fragmentsAtTheVeryEndAreOrderedAsOthers() {
        FragmentLists lists = new FragmentLists(1, 4);
        assertEquals(FragmentLists.INSERTED, lists.insert(0, 65_528, 7, true, 3));
        assertEquals(FragmentLists.INSERTED, lists.insert(0, 32_768, 32_760, false, 2));
        assertEquals(FragmentLists.INSERTED, lists.insert(0, 0, 32_768, false, 1));
        assertTrue(lists.isComplete(0));
        assertEquals(65_535, lists.total(0));
        assertEquals(1, lists.first(0));
    }

    @Test
    void theGreediestSourceIsWhoHasMostForTheLongestTime() {
        Property.forAll(
                100,
                random -> {
                    int capacity = random.between(1, 20);
                    Sources sources = new Sources(capacity, random.anyLong());
                    SourceModel model = new SourceModel(capacity);
                    for (int step = 0; step < 1000; step++) {
                        model.step(random, sources);
                        model.compare(sources);
                    }
                });
    }

    /** Datagrams of each source by age, and sources in the order of their last change. */
    private static final class SourceModel {
        final int[] owners;
        final Map<Integer, List<Integer>> datagrams = new HashMap<>();
        final List<Integer> order = new ArrayList<>();

        SourceModel(int capacity) {
            owners = new int[capacity];
            Arrays.fill(owners, -1);
        }

        void step(Randomness random, Sources sources) {
            int datagram = random.between(0, owners.length - 1);
            if (owners[datagram] == -1) {
                int owner = random.between(0, 5);
                sources.enter(datagram, owner & 1, owner, 7);
                sources.hold(datagram, owner + 1);
                owners[datagram] = owner;
                datagrams(owner).add(datagram);
                changed(owner);
            } else {
                int owner = owners[datagram];
                sources.hold(datagram, -owner - 1);
                sources.leave(datagram);
                datagrams(owner).removeIf(own -> own == datagram);
                owners[datagram] = -1;
                changed(owner);
            }
        }

        private List<Integer> datagrams(int owner) {
            return datagrams.computeIfAbsent(owner, o -> new ArrayList<>());
        }

        private void changed(int owner) {
            order.removeIf(other -> other == owner);
            order.add(owner);
        }

        void compare(Sources sources) {
            int greediest = -1;
            for (int owner : order) {
                List<Integer> own = datagrams(owner);
                int source = sources.find(owner & 1, owner, 7);
                assertEquals(own.isEmpty(), source == Sources.NONE);
                if (own.isEmpty()) {
                    continue;
                }
                assertEquals(own.size(), sources.datagrams(source));
                assertEquals(own.size() * (owner + 1), sources.buffers(source));
                assertEquals(own.getFirst(), sources.oldest(source));
                assertEquals(source, sources.of(own.getLast()));
                if (greediest == -1 || own.size() > datagrams(greediest).size()) {
                    greediest = owner;
                }
            }
            int expected = greediest == -1 ? -1 : sources.find(greediest & 1, greediest, 7);
            assertEquals(expected, sources.greediest());
        }
    }
}
