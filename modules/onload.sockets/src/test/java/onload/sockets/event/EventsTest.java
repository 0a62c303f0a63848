package onload.sockets.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;

import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

class EventsTest {
    private static final long IPV4_HIGH = 0;
    private static final long IPV4_LOW = 0xFFFF_C000_0201L;
    private static final long IPV6_HIGH = 0x2001_0db8_0000_0000L;

    private static final List<Class<? extends Event>> ALL =
            List.of(
                    ConnectEvent.class,
                    AcceptEvent.class,
                    CloseEvent.class,
                    RetransmissionEvent.class,
                    DropEvent.class,
                    PressureEvent.class,
                    LockContentionEvent.class);

    @TempDir Path folder = Path.of("");

    private static void emitAll() {
        ConnectEvent.emit(
                "main", IPV4_HIGH, IPV4_LOW, 40_000, IPV6_HIGH, 1, 443, 1_500_000, "connected");
        AcceptEvent.emit("main", IPV4_HIGH, IPV4_LOW, 80, IPV4_HIGH, IPV4_LOW + 1, 50_000, 7);
        CloseEvent.emit(
                "main", IPV4_HIGH, IPV4_LOW, 1, IPV6_HIGH, 2, 65_535, "time_wait", 3, 1L << 40, 9);
        RetransmissionEvent.emit("main", 12);
        DropEvent.emit("main", "checksum_wrong", Long.MAX_VALUE);
        PressureEvent.emit("main", "none", "critical");
        LockContentionEvent.ends(LockContentionEvent.begins(), "main");
    }

    private interface Action {
        void run() throws Exception;
    }

    /** {@return the events of the stack that were recorded while something ran} */
    private List<RecordedEvent> recorded(Action action) throws Exception {
        try (Recording recording = new Recording()) {
            ALL.forEach(recording::enable);
            recording.start();
            action.run();
            recording.stop();
            return read(recording);
        }
    }

    private List<RecordedEvent> read(Recording recording) throws IOException {
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("onload."))
                .toList();
    }

    private RecordedEvent only(String name) throws Exception {
        List<RecordedEvent> found =
                recorded(EventsTest::emitAll).stream()
                        .filter(event -> event.getEventType().getName().equals(name))
                        .toList();
        assertEquals(1, found.size(), name);
        return found.getFirst();
    }

    @Test
    void aConnectionThatWasAskedForHasBothEndsTheTimeAndTheOutcome() throws Exception {
        RecordedEvent event = only("onload.Connect");
        assertEquals("main", event.getString("stack"));
        assertEquals("192.0.2.1:40000", event.getString("local"));
        assertEquals("[2001:db8::1]:443", event.getString("remote"));
        assertEquals(Duration.ofNanos(1_500_000), event.getDuration("elapsed"));
        assertEquals("connected", event.getString("outcome"));
    }

    @Test
    void aConnectionThatWasAcceptedHasBothEndsAndTheTimeThatItWaited() throws Exception {
        RecordedEvent event = only("onload.Accept");
        assertEquals("192.0.2.1:80", event.getString("local"));
        assertEquals("192.0.2.2:50000", event.getString("remote"));
        assertEquals(Duration.ofNanos(7), event.getDuration("waited"));
    }

    @Test
    void aSocketThatIsGoneHasItsStateTrafficAndLife() throws Exception {
        RecordedEvent event = only("onload.Close");
        assertEquals("192.0.2.1:1", event.getString("local"));
        assertEquals("[2001:db8::2]:65535", event.getString("remote"));
        assertEquals("time_wait", event.getString("state"));
        assertEquals(3, event.getLong("inBytes"));
        assertEquals(1L << 40, event.getLong("outBytes"));
        assertEquals(Duration.ofNanos(9), event.getDuration("lifetime"));
    }

    @Test
    void whatIsSaidOnceInAWhileHasACount() throws Exception {
        RecordedEvent retransmission = only("onload.Retransmission");
        assertEquals("main", retransmission.getString("stack"));
        assertEquals(12, retransmission.getLong("count"));
        RecordedEvent drop = only("onload.Drop");
        assertEquals("main", drop.getString("stack"));
        assertEquals("checksum_wrong", drop.getString("counter"));
        assertEquals(Long.MAX_VALUE, drop.getLong("count"));
    }

    @Test
    void pressureHasWhatItWasAndWhatItIs() throws Exception {
        RecordedEvent event = only("onload.Pressure");
        assertEquals("main", event.getString("stack"));
        assertEquals("none", event.getString("from"));
        assertEquals("critical", event.getString("to"));
    }

    @Test
    void contentionLastsAsLongAsTheWaitAndKnowsWhoWaited() throws Exception {
        List<Long> waitedNs = new ArrayList<>();
        List<RecordedEvent> found =
                recorded(() -> {
                    LockContentionEvent waiting = LockContentionEvent.begins();
                    long begin = System.nanoTime();
                    while (System.nanoTime() - begin < 2_000_000) {
                        Thread.onSpinWait();
                    }
                    waitedNs.add(System.nanoTime() - begin);
                    LockContentionEvent.ends(waiting, "main");
                });
        assertEquals(1, found.size());
        RecordedEvent event = found.getFirst();
        assertEquals("main", event.getString("stack"));
        // The clock of the recording is another one, and coarser.
        assertTrue(
                event.getDuration().toNanos() >= waitedNs.getFirst() * 9 / 10,
                () -> event.getDuration() + " of " + waitedNs);
        assertEquals(Thread.currentThread().threadId(), event.getThread().getJavaThreadId());
        assertTrue(
                event.getStackTrace().getFrames().stream()
                        .anyMatch(frame ->
                                frame.getMethod()
                                        .getType()
                                        .getName()
                                        .equals(EventsTest.class.getName())));
    }

    @Test
    void aWaitThatBeganBeforeTheRecordingIsNotInIt() throws Exception {
        LockContentionEvent before = LockContentionEvent.begins();
        assertNull(before);
        assertEquals(List.of(), recorded(() -> LockContentionEvent.ends(before, "main")));
    }

    @Test
    void aWaitThatOutlastsTheRecordingIsNotInTheNext() throws Exception {
        List<LockContentionEvent> begun = new ArrayList<>();
        recorded(() -> begun.add(LockContentionEvent.begins()));
        assertNotNull(begun.getFirst());
        LockContentionEvent.ends(begun.getFirst(), "main");
        assertEquals(List.of(), recorded(() -> {}));
    }

    @Test
    void whatIsHotHasNoStackTrace() throws Exception {
        for (String name : List.of("onload.Retransmission", "onload.Drop", "onload.Pressure")) {
            assertNull(only(name).getStackTrace(), name);
        }
        assertNotNull(only("onload.Connect").getStackTrace());
    }

    @Test
    void everyEventAndFieldHasALabelAndADescription() {
        List<String> inherited = List.of("startTime", "duration", "eventThread", "stackTrace");
        for (Class<? extends Event> type : ALL) {
            EventType event = EventType.getEventType(type);
            assertEquals("onload." + type.getSimpleName().replace("Event", ""), event.getName());
            assertEquals(List.of("onload"), event.getCategoryNames());
            assertNotNull(event.getLabel());
            assertNotNull(event.getDescription());
            event.getFields().stream()
                    .filter(field -> !inherited.contains(field.getName()))
                    .forEach(field -> {
                        assertNotNull(field.getLabel(), field::getName);
                        assertNotNull(field.getDescription(), field::getName);
                    });
        }
    }

    @Test
    void eachIsRecordedOnlyWhileSomebodyWantsIt() throws Exception {
        assertFalse(isAnyRecorded());
        try (Recording recording = new Recording()) {
            recording.enable(DropEvent.class);
            ALL.stream().filter(type -> type != DropEvent.class).forEach(recording::disable);
            recording.start();
            assertTrue(DropEvent.isRecorded());
            assertFalse(ConnectEvent.isRecorded());
            emitAll();
            recording.stop();
            assertEquals(
                    List.of("onload.Drop"),
                    read(recording).stream().map(event -> event.getEventType().getName()).toList());
        }
        assertFalse(isAnyRecorded());
    }

    private static boolean isAnyRecorded() {
        return ConnectEvent.isRecorded()
                || AcceptEvent.isRecorded()
                || CloseEvent.isRecorded()
                || RetransmissionEvent.isRecorded()
                || DropEvent.isRecorded()
                || PressureEvent.isRecorded()
                || LockContentionEvent.isRecorded();
    }

    @Test
    void withoutARecordingNothingIsAllocatedBeforeAndAfterOne() throws Exception {
        assertEquals(0, AllocatedBytes.perRun(20_000, 10_000, EventsTest::emitAll));
        assertEquals(ALL.size(), recorded(EventsTest::emitAll).size());
        assertEquals(0, AllocatedBytes.perRun(20_000, 10_000, EventsTest::emitAll));
    }

    @Test
    void withoutARecordingNothingIsAllocatedEvenBeforeTheCompilerHasSeenIt() {
        emitAll();
        assertEquals(0, AllocatedBytes.perRun(1, 10, EventsTest::emitAll));
    }

    @Test
    void contentionIsBoundedHoweverOftenItHappens() throws Exception {
        int found =
                recorded(
                                () -> {
                                    for (int i = 0; i < 100_000; i++) {
                                        LockContentionEvent.ends(
                                                LockContentionEvent.begins(), "main");
                                    }
                                })
                        .size();
        assertTrue(found > 0 && found < 50_000, "recorded " + found);
    }

    @Test
    void aStreamSeesThemWhileTheyHappen() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (RecordingStream stream = new RecordingStream()) {
            ALL.forEach(stream::enable);
            stream.onEvent(event -> {
                if (event.getEventType().getName().startsWith("onload.")) {
                    seen.add(event.getEventType().getName());
                }
            });
            stream.startAsync();
            emitAll();
            stream.stop();
        }
        assertEquals(ALL.size(), List.copyOf(seen).stream().distinct().count(), seen::toString);
    }
}
