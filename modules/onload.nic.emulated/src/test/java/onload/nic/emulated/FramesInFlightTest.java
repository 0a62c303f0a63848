package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

class FramesInFlightTest {
    private record Entry(int link, long dueNs, long order, int frame, int length) {
        static final Comparator<Entry> ORDER =
                Comparator.comparingLong(Entry::dueNs).thenComparingLong(Entry::order);
    }

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    private final EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
    private final FramesInFlight inFlight = new FramesInFlight();
    private final FrameStore store = new FrameStore(1 << 20);
    private final List<EmulatedLink> links = new ArrayList<>();
    private final List<FrameQueue> queues = new ArrayList<>();
    private final PriorityQueue<Entry> model = new PriorityQueue<>(Entry.ORDER);
    private long order;

    private void links(int count) {
        for (int i = 0; i < count; i++) {
            EmulatedLink link = new EmulatedLink(network, nic, 0, LinkSettings.PERFECT, i);
            links.add(link);
            queues.add(new FrameQueue(link));
        }
    }

    private void add(int link, long dueNs) {
        int frame = store.allocate(64);
        inFlight.add(queues.get(link), dueNs, frame, (int) order);
        model.add(new Entry(link, dueNs, order, frame, (int) order));
        order++;
    }

    private void addLate(int link, long dueNs) {
        int frame = store.allocate(64);
        inFlight.addLate(links.get(link), dueNs, frame, (int) order);
        model.add(new Entry(link, dueNs, order, frame, (int) order));
        order++;
    }

    private void take() {
        Entry expected = model.remove();
        assertEquals(expected.dueNs, inFlight.nextDueNs());
        assertSame(links.get(expected.link), inFlight.take());
        assertEquals(expected.dueNs, inFlight.takenDueNs());
        assertEquals(expected.frame, inFlight.takenFrame());
        assertEquals(expected.length, inFlight.takenLength());
        store.release(expected.frame);
    }

    @Test
    void nothingIsDueWhereNothingIs() {
        assertEquals(FramesInFlight.NEVER, inFlight.nextDueNs());
    }

    @Test
    void amongEqualsTheOneThatWasSentFirstArrivesFirst() {
        links(3);
        add(2, 5);
        addLate(0, 5);
        add(1, 5);
        addLate(2, 5);
        add(0, 5);
        for (int i = 0; i < 5; i++) {
            take();
        }
        assertEquals(FramesInFlight.NEVER, inFlight.nextDueNs());
    }

    @Test
    void theOrderIsThatOfOnePriorityQueueOverAll() {
        Property.forAll(
                200,
                random -> {
                    FramesInFlightTest test = new FramesInFlightTest();
                    test.compare(random);
                    test.store.close();
                });
    }

    private void compare(Randomness random) {
        int count = random.between(1, 20);
        links(count);
        long[] lastNs = new long[count];
        for (int step = 0; step < 2000; step++) {
            int link = random.between(0, count - 1);
            switch (random.between(0, 9)) {
                case 0, 1, 2, 3 -> {
                    lastNs[link] += random.between(0, 20);
                    add(link, lastNs[link]);
                }
                case 4 -> addLate(link, lastNs[link] + random.between(-20, 50));
                case 5 -> {
                    if (random.chance(0.05)) {
                        cut(link);
                    }
                }
                default -> {
                    if (!model.isEmpty()) {
                        take();
                    }
                }
            }
        }
        while (!model.isEmpty()) {
            take();
        }
        assertEquals(FramesInFlight.NEVER, inFlight.nextDueNs());
        assertEquals(0, store.frames());
    }

    private void cut(int link) {
        List<Entry> gone = model.stream().filter(entry -> entry.link == link).toList();
        model.removeAll(gone);
        assertEquals(gone.size(), inFlight.cut(queues.get(link), store));
        assertEquals(model.size(), store.frames());
    }
}
