package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class FrameStoreTest {
    private static final int[] LENGTHS = {
        0, 1, 191, 192, 193, 1514, 1600, 1601, 9022, 9280, 9281, 65557, 65600
    };

    private FrameStore store = new FrameStore(64 << 20);

    @AfterEach
    void close() {
        store.close();
    }

    private record Held(int frame, int length, byte filling) {}

    private Held hold(int length, byte filling) {
        int frame = store.allocate(length);
        assertNotEquals(FrameStore.NONE, frame);
        store.memory(frame).setMemory(store.offset(frame), length, filling);
        return new Held(frame, length, filling);
    }

    private void check(Held held) {
        for (int i = 0; i < held.length; i++) {
            assertEquals(
                    held.filling, store.memory(held.frame).getByte(store.offset(held.frame) + i));
        }
    }

    @Test
    void framesOfEveryLengthKeepWhatIsWrittenWhileTheStoreGrows() {
        Property.forAll(
                20,
                random -> {
                    List<Held> held = new ArrayList<>();
                    for (int step = 0; step < 400; step++) {
                        if (held.isEmpty() || random.chance(0.6)) {
                            held.add(hold(length(random), (byte) step));
                        } else {
                            Held oldest = held.remove(random.between(0, held.size() - 1));
                            check(oldest);
                            store.release(oldest.frame);
                        }
                        assertEquals(held.size(), store.frames());
                    }
                    held.forEach(this::check);
                    held.forEach(each -> store.release(each.frame));
                    assertEquals(0, store.frames());
                });
    }

    private static int length(Randomness random) {
        return random.chance(0.05)
                ? LENGTHS[random.between(0, LENGTHS.length - 1)]
                : random.between(0, 2000);
    }

    @Test
    void itGrowsByDoublingToItsBoundAndThenSaysThatThereIsNoRoom() {
        store = new FrameStore(1 << 20);
        int count = 0;
        while (store.allocate(192) != FrameStore.NONE) {
            count++;
            assertTrue(store.bytes() <= 1 << 20);
        }
        assertEquals((1 << 20) / 192, count);
        assertEquals(FrameStore.NONE, store.allocate(192));
        assertEquals(FrameStore.NONE, store.allocate(1514), "another slab has no room either");
    }

    @Test
    void whatIsReleasedAtTheBoundCanBeHadAgain() {
        store = new FrameStore(65536);
        int last = FrameStore.NONE;
        for (int frame = store.allocate(64); frame != FrameStore.NONE; frame = store.allocate(64)) {
            last = frame;
        }
        store.release(last);
        assertEquals(last, store.allocate(64));
    }

    @Test
    void withoutAnyMemoryThereIsNoFrame() {
        store = new FrameStore(0);
        assertEquals(FrameStore.NONE, store.allocate(0));
        assertEquals(0, store.bytes());
    }

    @Test
    void aCopyIsAnotherFrameWithTheSameBytesEvenIfItMakesTheStoreGrow() {
        Held original = hold(150, (byte) 7);
        List<Integer> copies = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            int copy = store.copy(original.frame, 150);
            assertNotEquals(original.frame, copy);
            copies.add(copy);
        }
        copies.forEach(copy -> check(new Held(copy, 150, (byte) 7)));
        check(original);
    }

    @Test
    void theFrameReleasedLastIsUsedNext() {
        int first = store.allocate(64);
        int second = store.allocate(64);
        store.release(first);
        store.release(second);
        assertEquals(second, store.allocate(64));
        assertEquals(first, store.allocate(64));
    }

    @Test
    void inSteadyStateNothingIsAllocated() {
        assertEquals(
                0, AllocatedBytes.perRun(20_000, 10_000, () -> store.release(store.allocate(64))));
    }
}
