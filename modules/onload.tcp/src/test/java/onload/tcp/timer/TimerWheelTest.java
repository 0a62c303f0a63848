package onload.tcp.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

class TimerWheelTest {
    private static final class Entry extends TimerEntry {}

    @Test
    void expiresExactlyWhatASimpleMapSaysAtAnyTimeAndResolution() {
        Property.forAll(
                300,
                random -> {
                    SplittableRandom any = new SplittableRandom(random.anyLong());
                    long nowNs = any.nextInt(4) == 0 ? Long.MIN_VALUE : any.nextLong();
                    TimerWheel wheel = new TimerWheel(1L << any.nextInt(63), nowNs);
                    Map<TimerEntry, Long> model = new HashMap<>();
                    List<Entry> entries = new ArrayList<>();
                    for (int i = 0; i < 30; i++) {
                        entries.add(new Entry());
                    }
                    for (int step = 0; step < 300; step++) {
                        Entry entry = entries.get(any.nextInt(30));
                        int what = any.nextInt(4);
                        if (what == 0) {
                            wheel.cancel(entry);
                            model.remove(entry);
                        } else if (what == 1) {
                            nowNs = Math.max(nowNs, saturated(nowNs, any));
                            advance(wheel, model, nowNs);
                        } else {
                            long deadlineNs = saturated(nowNs, any);
                            wheel.schedule(entry, deadlineNs);
                            if (deadlineNs != TimerWheel.NEVER) {
                                model.merge(entry, deadlineNs, Math::min);
                            }
                        }
                        check(wheel, model, entry);
                    }
                });
    }

    /** A time near or far, before or after. */
    private static long saturated(long nowNs, SplittableRandom any) {
        long distance = any.nextLong() >> any.nextInt(64);
        long time = nowNs + distance;
        boolean overflow = ((nowNs ^ time) & (distance ^ time)) < 0;
        return overflow ? (distance < 0 ? Long.MIN_VALUE : Long.MAX_VALUE - 1) : time;
    }

    private static void check(TimerWheel wheel, Map<TimerEntry, Long> model, Entry entry) {
        assertEquals(model.size(), wheel.size());
        assertEquals(model.getOrDefault(entry, TimerWheel.NEVER), entry.scheduledNs());
        assertEquals(model.containsKey(entry), entry.isScheduled());
        assertEquals(
                model.values().stream().mapToLong(Long::longValue).min().orElse(TimerWheel.NEVER),
                wheel.nextDeadlineNs());
    }

    private static void advance(TimerWheel wheel, Map<TimerEntry, Long> model, long nowNs) {
        Set<TimerEntry> expected = new HashSet<>();
        model.forEach((entry, deadlineNs) -> {
            if (deadlineNs <= nowNs) {
                expected.add(entry);
            }
        });
        Set<TimerEntry> expired = new HashSet<>();
        int calls = wheel.advance(nowNs, (entry, now) -> expired.add(entry));
        assertEquals(expected, expired);
        assertEquals(expected.size(), calls);
        model.keySet().removeAll(expected);
    }

    @Test
    void aLaterTimeLeavesAnEntryWhereItIsAndAnEarlierOneMovesIt() {
        TimerWheel wheel = new TimerWheel(1000, 0);
        Entry entry = new Entry();
        wheel.schedule(entry, 5000);
        wheel.schedule(entry, 9000);
        assertEquals(5000, entry.scheduledNs());
        wheel.schedule(entry, 10);
        assertEquals(10, wheel.nextDeadlineNs());
        assertEquals(0, wheel.advance(9, (e, now) -> {}));
        assertEquals(1, wheel.advance(10, (e, now) -> {}));
    }

    @Test
    void whatSchedulesItselfForThePastIsCalledOncePerAdvance() {
        TimerWheel wheel = new TimerWheel(1000, 0);
        wheel.schedule(new Entry(), 5);
        assertEquals(1, wheel.advance(10, (entry, now) -> wheel.schedule(entry, -1)));
        assertEquals(-1, wheel.nextDeadlineNs());
        assertEquals(1, wheel.advance(10, (entry, now) -> {}));
        assertEquals(0, wheel.size());
    }

    @Test
    void aWheelThatManyEntriesHaveLeftIsNotDueForEver() {
        TimerWheel wheel = new TimerWheel(1, 0);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            entries.add(new Entry());
            wheel.schedule(entries.get(i), 1_000_000 + i);
        }
        wheel.cancel(entries.getFirst());
        long beginsNs = wheel.nextDeadlineNs();
        assertTrue(beginsNs <= 1_000_001, () -> "due at " + beginsNs);
        entries.forEach(wheel::cancel);
        assertEquals(0, wheel.advance(2_000_000, (entry, nowNs) -> {}));
        assertEquals(TimerWheel.NEVER, wheel.nextDeadlineNs());
    }

    @Test
    void whatAHandlerCancelsIsNotCalled() {
        TimerWheel wheel = new TimerWheel(1000, 0);
        Entry one = new Entry();
        Entry other = new Entry();
        wheel.schedule(one, 1);
        wheel.schedule(other, 2);
        assertEquals(1, wheel.advance(5, (entry, now) -> wheel.cancel(entry == one ? other : one)));
        assertFalse(one.isScheduled() || other.isScheduled());
    }

    @Test
    void whenAHandlerThrowsTheOthersAreLeftToTheNextAdvance() {
        TimerWheel wheel = new TimerWheel(1000, 0);
        for (int i = 0; i < 3; i++) {
            wheel.schedule(new Entry(), 7);
        }
        assertThrows(
                ArithmeticException.class,
                () ->
                        wheel.advance(
                                7,
                                (entry, now) -> {
                                    throw new ArithmeticException();
                                }));
        assertEquals(7, wheel.nextDeadlineNs());
        assertEquals(2, wheel.advance(7, (entry, now) -> {}));
    }

    @Test
    void anAdvanceInsideAnAdvanceIsRefused() {
        TimerWheel wheel = new TimerWheel(1, 0);
        wheel.schedule(new Entry(), 1);
        assertThrows(
                IllegalStateException.class,
                () -> wheel.advance(9, (entry, now) -> wheel.advance(now + 1, (e, n) -> {})));
        assertThrows(IllegalArgumentException.class, () -> new TimerWheel(0, 0));
    }

    @Test
    void schedulingAndExpiringAllocatesNothing() {
        TimerWheel wheel = new TimerWheel(1_000_000, 0);
        Entry[] entries = {new Entry(), new Entry()};
        long[] nowNs = {0};
        TimerWheel.Expiry handler = (entry, now) -> wheel.schedule(entry, now + 77_000_000);
        wheel.schedule(entries[0], 5);
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            nowNs[0] += 3_000_000;
                            wheel.schedule(entries[1], nowNs[0] + 200_000_000);
                            wheel.advance(nowNs[0], handler);
                            wheel.cancel(entries[1]);
                            wheel.nextDeadlineNs();
                        }));
    }
}
