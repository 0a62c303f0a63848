package onload.sockets.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.counter.Counters;
import onload.sockets.dump.StackFixture.Count;
import onload.tcp.TcpState;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

class StackFileTest {
    @TempDir Path folder = Path.of("");

    private final SocketRecord record = new SocketRecord();

    @Test
    void aReaderSeesWhatTheCountersOfTheStackCount() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            Counters<Count> counters =
                    new Counters<>("a test", Count.values(), file.counters("first"));
            counters.add(Count.TWO_WORDS, 5);
            counters.increment(Count.LAST);
            assertEquals(
                    Map.of("one", 0L, "two_words", 5L, "last", 1L),
                    StackFixture.counters(view, "first"));
            counters.add(Count.ONE, Long.MAX_VALUE);
            assertEquals(Long.MAX_VALUE, StackFixture.counter(view, "first", "one"));
        }
    }

    @Test
    void blocksAndCountersKeepTheirOrder() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            assertEquals(
                    List.of("first", "empty", "second"), List.copyOf(view.counters().keySet()));
            assertEquals(
                    List.of("one", "two_words", "last"),
                    List.copyOf(StackFixture.counters(view, "first").keySet()));
        }
    }

    @Test
    void blocksAreAlignedAndShareNoCacheLine() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            UnsafeBuffer first = file.counters("first");
            UnsafeBuffer second = file.counters("second");
            assertEquals(0, first.addressOffset() % 64);
            assertEquals(0, second.addressOffset() % 64);
            assertTrue(second.addressOffset() - first.addressOffset() >= 64);
        }
    }

    @Test
    void theLastCounterOfABlockIsNotTheFirstOfTheNext() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            file.copy("first", new long[] {-1, -1, -1});
            assertEquals(
                    Map.of("one", 0L, "two_words", 0L, "last", 0L),
                    StackFixture.counters(view, "second"));
            assertEquals(List.of(), view.sockets());
        }
    }

    @Test
    void copiedCountersAreSeen() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            file.copy("second", new long[] {1, -2, Long.MAX_VALUE});
            assertEquals(
                    Map.of("one", 1L, "two_words", -2L, "last", Long.MAX_VALUE),
                    StackFixture.counters(view, "second"));
        }
    }

    @Test
    void anotherNumberOfCountersIsRefused() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class, () -> file.copy("first", new long[2]));
            assertEquals("2 values for the block first; expected 3", StackFixture.message(e));
        }
    }

    @Test
    void aBlockThatIsNotThereIsRefusedByName() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> file.counters("third"));
            assertEquals(
                    "there is no block third in the file of this stack; expected one of [first, empty, second]",
                    StackFixture.message(e));
        }
    }

    @Test
    void aNewFileHasNothingButItsNameAndItsProcess() throws IOException {
        Instant before = Instant.now();
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            assertEquals("test", view.name());
            assertEquals(ProcessHandle.current().pid(), view.pid());
            assertTrue(view.isAlive());
            assertFalse(view.created().isBefore(before.minusMillis(1)));
            assertEquals(view.created(), view.heartbeat());
            assertEquals("", view.state());
            assertEquals("", view.text());
            assertEquals(List.of(), view.sockets());
        }
    }

    @Test
    void stateTextAndHeartbeatAreTheLastThatWereSaid() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            file.state("running for quite a while");
            file.state("closing");
            file.values("EF_POLL_USEC=100 (profile latency)\nnät0 10.0.0.1/24\n");
            file.heartbeat(1_234_567_890_123L);
            assertEquals("closing", view.state());
            assertEquals("EF_POLL_USEC=100 (profile latency)\nnät0 10.0.0.1/24\n", view.text());
            assertEquals(Instant.ofEpochMilli(1_234_567_890_123L), view.heartbeat());
        }
    }

    @Test
    void aTextThatIsTooLongIsCutBetweenCharacters() throws IOException {
        Property.forAll(
                50,
                random -> {
                    try (StackFile file = StackFixture.create(folder);
                            StackView view = StackView.open(file.path())) {
                        String letter = random.oneOf("a", "ä", "€", "😀");
                        String text = "x".repeat(random.between(0, 7)) + letter.repeat(20_000);
                        file.values(text);
                        file.state(text);
                        String seen = view.text();
                        assertTrue(text.startsWith(seen), seen);
                        assertTrue(
                                seen.getBytes(StandardCharsets.UTF_8).length
                                        > StackLayout.TEXT_BYTES - 4);
                        assertTrue(text.startsWith(view.state()));
                    }
                });
    }

    @Test
    void aSocketIsReadAsItWasWritten() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            record.reset(SocketKind.TCP)
                    .state(TcpState.CLOSE_WAIT)
                    .accelerated(true)
                    .local(0, 0xFFFF_0A00_0001L, 65_535)
                    .remote(0x2001_0db8_0000_0000L, 1, 1)
                    .queues(Integer.MAX_VALUE, 7)
                    .listener(128, 3)
                    .path(14_600, 123_456_789_012L, 9)
                    .traffic(Long.MAX_VALUE, 1L << 40, 2);
            file.socket(6, record);
            SocketEntry expected =
                    new SocketEntry(
                            6,
                            true,
                            SocketKind.TCP,
                            "close_wait",
                            true,
                            IpAddress.parse("10.0.0.1"),
                            65_535,
                            IpAddress.parse("2001:db8::1"),
                            1,
                            Integer.MAX_VALUE,
                            7,
                            128,
                            3,
                            14_600,
                            123_456_789_012L,
                            9,
                            Long.MAX_VALUE,
                            1L << 40,
                            2);
            assertEquals(List.of(expected), view.sockets());
        }
    }

    @Test
    void everyStateAndKindHasItsName() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            for (TcpState state : TcpState.values()) {
                for (SocketKind kind : SocketKind.values()) {
                    file.socket(0, record.reset(kind).state(state));
                    SocketEntry entry = view.sockets().getFirst();
                    assertEquals(kind, entry.kind());
                    assertEquals(state.name(), entry.state().toUpperCase(Locale.ROOT));
                    assertFalse(entry.isAccelerated());
                }
            }
        }
    }

    @Test
    void whatIsSaidTwiceIsTheLastThatWasSaid() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            record.reset(SocketKind.TCP)
                    .state(TcpState.TIME_WAIT)
                    .state(TcpState.LISTEN)
                    .accelerated(true)
                    .accelerated(false)
                    .local(-1, -1, -1)
                    .local(0, 0, 80)
                    .queues(-1, -1)
                    .queues(1, 2);
            file.socket(0, record);
            SocketEntry entry = view.sockets().getFirst();
            assertEquals("listen", entry.state());
            assertFalse(entry.isAccelerated());
            assertEquals(80, entry.localPort());
            assertEquals(0, entry.remotePort());
            assertEquals(1, entry.receiveQueueBytes());
            assertEquals(2, entry.sendQueueBytes());
        }
    }

    @Test
    void nothingOfTheSocketBeforeIsLeftInARecord() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            file.socket(1, record.reset(SocketKind.UDP));
            record.reset(SocketKind.TCP).state(TcpState.ESTABLISHED).traffic(1, 2, 3).path(4, 5, 6);
            file.socket(2, record.local(1, 2, 3).remote(4, 5, 6).queues(7, 8).listener(9, 10));
            file.socket(2, record.reset(SocketKind.UDP));
            List<SocketEntry> sockets = view.sockets();
            assertEquals(1, sockets.get(0).slot());
            assertEquals(
                    sockets.get(0).toString(),
                    sockets.get(1).toString().replace("slot=2", "slot=1"));
            assertEquals("", sockets.get(0).state());
        }
    }

    @Test
    void aSocketThatIsClearedIsGoneAndTheOthersStay() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            for (int slot = 0; slot < StackFixture.SOCKETS; slot++) {
                file.socket(slot, record.reset(SocketKind.TCP).traffic(slot, 0, 0));
            }
            file.clear(0);
            file.clear(StackFixture.SOCKETS - 1);
            file.clear(StackFixture.SOCKETS - 1);
            assertEquals(
                    IntStream.range(1, StackFixture.SOCKETS - 1).boxed().toList(),
                    view.sockets().stream().map(SocketEntry::slot).toList());
            assertTrue(view.sockets().stream().allMatch(s -> s.inBytes() == s.slot()));
            file.socket(0, record.reset(SocketKind.UDP));
            assertEquals(SocketKind.UDP, view.sockets().getFirst().kind());
        }
    }

    @Test
    void aSlotThatIsNotThereIsRefused() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            for (int slot :
                    new int[] {-1, StackFixture.SOCKETS, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThrows(IndexOutOfBoundsException.class, () -> file.socket(slot, record));
                assertThrows(IndexOutOfBoundsException.class, () -> file.clear(slot));
            }
        }
    }

    @Test
    void aStackWithoutSocketsAndCountersHasAFile() throws IOException {
        try (StackFile file = StackFile.create(folder, "bare", List.of(), 0);
                StackView view = StackView.open(file.path())) {
            assertEquals(Map.of(), view.counters());
            assertEquals(List.of(), view.sockets());
            assertThrows(IndexOutOfBoundsException.class, () -> file.clear(0));
        }
    }

    @Test
    void aHundredThousandSocketsAreRead() throws IOException {
        int sockets = 100_000;
        try (StackFile file = StackFile.create(folder, "large", List.of(), sockets);
                StackView view = StackView.open(file.path())) {
            for (int slot = 0; slot < sockets; slot++) {
                file.socket(slot, record.reset(SocketKind.TCP).traffic(slot, 0, 0));
            }
            List<SocketEntry> seen = view.sockets();
            assertEquals(sockets, seen.size());
            assertTrue(seen.stream().allMatch(s -> s.isWhole() && s.inBytes() == s.slot()));
        }
    }

    @Test
    void writingAllocatesNothing() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            long[] values = {1, 2, 3};
            Counters<Count> counters =
                    new Counters<>("a test", Count.values(), file.counters("first"));
            assertEquals(
                    0,
                    AllocatedBytes.perRun(
                            20_000,
                            10_000,
                            () -> {
                                record.reset(SocketKind.TCP).state(TcpState.ESTABLISHED);
                                record.local(1, 2, 3).remote(4, 5, 6).queues(7, 8).path(1, 2, 3);
                                file.socket(
                                        3,
                                        record.traffic(1, 2, 3).listener(1, 2).accelerated(true));
                                file.clear(4);
                                file.heartbeat(7);
                                file.copy("second", values);
                                counters.increment(Count.ONE);
                            }));
        }
    }

    @Test
    void closingRemovesTheFileAndLeavesTheCountersUsable() throws IOException {
        StackFile file = StackFixture.create(folder);
        Counters<Count> counters = new Counters<>("a test", Count.values(), file.counters("first"));
        try (StackView view = StackView.open(file.path())) {
            file.close();
            file.close();
            assertFalse(Files.exists(file.path()));
            counters.increment(Count.ONE);
            file.socket(0, record);
            file.state("closed");
            System.gc();
            counters.increment(Count.ONE);
            assertEquals(2, counters.get(Count.ONE));
            assertEquals(2L, StackFixture.counter(view, "first", "one"));
        }
    }

    @Test
    void closingRemovesNoFileOfAnotherStackThatHasTakenTheName() throws IOException {
        StackFile file = StackFixture.create(folder);
        file.close();
        try (StackFile next = StackFixture.create(folder)) {
            file.close();
            assertTrue(Files.exists(next.path()));
        }
    }
}
