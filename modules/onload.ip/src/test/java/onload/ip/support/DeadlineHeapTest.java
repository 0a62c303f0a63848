package onload.ip.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class DeadlineHeapTest {
    @Test
    void givesWhatIsDueInOrderAsASimpleListDoes() {
        Property.forAll(
                300,
                random -> {
                    int capacity = random.between(1, 30);
                    DeadlineHeap heap = new DeadlineHeap(capacity);
                    long[] model = new long[capacity];
                    Arrays.fill(model, DeadlineHeap.NEVER);
                    for (int step = 0; step < 300; step++) {
                        int thing = random.between(0, capacity - 1);
                        switch (random.between(0, 3)) {
                            case 0 -> {
                                heap.cancel(thing);
                                model[thing] = DeadlineHeap.NEVER;
                            }
                            case 1 -> poll(heap, model, random.between(-50, 50));
                            default -> {
                                long deadlineNs =
                                        random.chance(0.1)
                                                ? DeadlineHeap.NEVER
                                                : random.between(-50, 50);
                                heap.schedule(thing, deadlineNs);
                                model[thing] = deadlineNs;
                            }
                        }
                        assertEquals(
                                Arrays.stream(model).min().orElseThrow(), heap.nextDeadlineNs());
                        assertEquals(model[thing], heap.deadlineNs(thing));
                    }
                });
    }

    private static void poll(DeadlineHeap heap, long[] model, long nowNs) {
        long earliest = Arrays.stream(model).min().orElseThrow();
        int thing = heap.poll(nowNs);
        if (earliest > nowNs || earliest == DeadlineHeap.NEVER) {
            assertEquals(DeadlineHeap.NONE, thing);
        } else {
            assertEquals(earliest, model[thing]);
            model[thing] = DeadlineHeap.NEVER;
        }
    }

    @Test
    void schedulingAllocatesNothing() {
        DeadlineHeap heap = new DeadlineHeap(100);
        int[] next = {0};
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            heap.schedule(next[0], next[0] * 37 % 101);
                            next[0] = (next[0] + 1) % 100;
                            heap.poll(50);
                        }));
    }
}
