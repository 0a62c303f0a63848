package onload.testkit.script.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the language says is read as it is meant, and what is not of it is refused with its line. */
class ReaderTest {
    private static Event only(String line) {
        Script script = Script.parse("test", line);
        assertEquals(1, script.events().size());
        return script.events().getFirst();
    }

    private static Packet.Tcp in(String text) {
        Event.Arrives arrives =
                assertInstanceOf(Event.Arrives.class, only("+0 < " + text).action());
        return assertInstanceOf(Packet.Tcp.class, arrives.packet());
    }

    private static List<TcpOptionText> options(Packet.Tcp segment) {
        return Objects.requireNonNull(segment.options());
    }

    private static Event.Call call(String text) {
        return assertInstanceOf(Event.Call.class, only("+0 " + text).action());
    }

    private static String refusal(String text) {
        ScriptException refused =
                assertThrows(ScriptException.class, () -> Script.parse("test", text));
        return refused.line() + ": " + refused.getMessage();
    }

    // Times.

    @ParameterizedTest
    @CsvSource({
        "+0.5, RELATIVE, 500000000, 500000000",
        "+.5, RELATIVE, 500000000, 500000000",
        "1.25, ABSOLUTE, 1250000000, 1250000000",
        "1~2, ABSOLUTE_WINDOW, 1000000000, 2000000000",
        "+1~+2, RELATIVE_WINDOW, 1000000000, 2000000000",
        "*, ANY, 0, 0",
    })
    void timesOfPackets(String time, EventTime.Kind kind, long from, long to) {
        assertEquals(new EventTime(kind, from, to), only(time + " > . 1:1(0) ack 1").time());
    }

    @ParameterizedTest
    @CsvSource({
        "0...0.2, ABSOLUTE_SPAN, 0, 200000000",
        "+0...0.2, RELATIVE_SPAN, 0, 200000000",
        "+.1...+.2, RELATIVE_SPAN, 100000000, 200000000",
    })
    void timesOfCallsThatBlock(String time, EventTime.Kind kind, long from, long to) {
        assertEquals(
                new EventTime(kind, from, to), only(time + " connect(3, ..., ...) = 0").time());
    }

    @Test
    void aWindowThatEndsBeforeItBeginsIsRefused() {
        assertTrue(refusal("2~1 > . 1:1(0) ack 1").startsWith("1: expected an end"));
    }

    @Test
    void aPacketCannotBlock() {
        assertTrue(refusal("\n+0...1 > . 1:1(0) ack 1").startsWith("2: a time from ... to"));
    }

    // Packets.

    @Test
    void aSegmentWithEverything() {
        Packet.Tcp s =
                in(
                        "[ect0] SWE. 1:1001(1000) ack 7 win 300 urg 5 <mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7>");
        assertEquals(2, s.ecn());
        assertEquals("SWE.", s.flags());
        assertEquals(1, s.sequence());
        assertEquals(1001, s.end());
        assertEquals(1000, s.length());
        assertEquals(7, s.acknowledgment());
        assertEquals(300, s.window());
        assertEquals(5, s.urgent());
        assertEquals(5, options(s).size());
    }

    @Test
    void whatIsNotSaidOfASegmentIsNotKnown() {
        Packet.Tcp s = in("- 0:0(0)");
        assertEquals(-1, s.acknowledgment());
        assertEquals(-1, s.window());
        assertEquals(-1, s.urgent());
        assertEquals(-1, s.ecn());
        assertEquals(List.of(), s.options());
    }

    @Test
    void anyOptionsAreNull() {
        assertEquals(null, in(". 1:1(0) ack 1 <...>").options());
    }

    @Test
    void blocksAndCookies() {
        Packet.Tcp s = in(". 1:1(0) ack 1 <nop,nop,sack 1:2 5:6,FO 0a1b2c3d,eol>");
        assertEquals(List.of(1L, 2L, 5L, 6L), options(s).get(2).numbers());
        assertEquals(List.of(10, 27, 44, 61), options(s).get(3).bytes());
    }

    @Test
    void aLengthThatIsNotTheDifferenceIsRefused() {
        assertTrue(refusal("+0 < . 1:10(8) ack 1").contains("1:9(8)"));
    }

    @Test
    void anOptionThatIsNotKnownIsNamed() {
        assertTrue(
                refusal("\n\n+0 < S 0:0(0) <mptcp 1>").startsWith("3: \"mptcp\" is no TCP option"));
    }

    @Test
    void flagsThatAreNotKnownAreNamed() {
        assertTrue(refusal("+0 < X 0:0(0)").startsWith("1: \"X\" are no flags"));
    }

    @Test
    void icmpWithTheSegmentThatItIsAbout() {
        Event.Arrives arrives =
                assertInstanceOf(
                        Event.Arrives.class,
                        only("+0 < [1:1461(1460)] icmp unreachable frag_needed mtu 1200").action());
        assertEquals(
                new Packet.Icmp("unreachable", "frag_needed", 1200, 1, 1460), arrives.packet());
    }

    // Calls.

    @Test
    void aCallWithConstantsAndAnError() {
        Event.Call call = call("connect(3, ..., 16) = -1 EINPROGRESS (Operation now in progress)");
        assertEquals("connect", call.name());
        assertEquals(
                List.of(
                        new Expression.Quantity(3),
                        new Expression.Anything(),
                        new Expression.Quantity(16)),
                call.arguments());
        assertEquals(new Expression.Quantity(-1), call.result());
        assertEquals("EINPROGRESS", call.error());
    }

    @Test
    void constantsAreWorkedOut() {
        Event.Call call = call("fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0x2 (flags O_RDWR)");
        assertEquals(new Expression.Quantity(2050), call.arguments().get(2));
        assertEquals(new Expression.Quantity(2), call.result());
    }

    @Test
    void arraysStructuresAndTexts() {
        Event.Call call =
                call(
                        "x(3, [{..., 10}, {..., 20}], {onoff=1, linger=0}, \"cubic\", inet_addr(\"1.2.3.4\")) = 0");
        assertEquals("[{0=..., 1=10}, {0=..., 1=20}]", call.arguments().get(1).toString());
        assertEquals("{onoff=1, linger=0}", call.arguments().get(2).toString());
        assertEquals(new Expression.Text("cubic"), call.arguments().get(3));
        assertInstanceOf(Expression.Call.class, call.arguments().get(4));
    }

    @Test
    void aMessageWithCounts() {
        Event.Call call =
                call("sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 5}], msg_flags=0}, 0) = 5");
        Expression.Structure message =
                assertInstanceOf(Expression.Structure.class, call.arguments().get(1));
        assertEquals(
                List.of("msg_name", "msg_iov", "msg_flags"),
                List.copyOf(message.fields().keySet()));
    }

    // The rest.

    @Test
    void commentsAreLeftOut() {
        Script script =
                Script.parse(
                        "test",
                        """
                        // one
                        # two
                        /* three
                           four */ +0 close(3) = 0 // five
                        """);
        assertEquals(1, script.events().size());
        assertEquals(4, script.events().getFirst().line());
    }

    @Test
    void linesOfOptionsAreThoseOfTheScript() {
        Script script =
                Script.parse("test", "--mtu=1400\n--strict_segments // yes\n0 close(3) = 0");
        assertEquals(Map.of("mtu", "1400", "strict_segments", ""), script.options());
    }

    @Test
    void assertionsKnowTheirLines() {
        Event event = only("+0 %{\nassert a == 1 # one\n\nassert b\n}%");
        Event.Assertions assertions = assertInstanceOf(Event.Assertions.class, event.action());
        assertEquals(
                List.of(new Event.CodeLine(2, "assert a == 1"), new Event.CodeLine(4, "assert b")),
                assertions.code());
    }

    @Test
    void commandsStandAloneOrHaveATime() {
        Script script = Script.parse("test", "`sysctl a=b`\n+0 `true`\n0 close(3) = 0");
        assertEquals(3, script.events().size());
        assertEquals(new Event.Shell("sysctl a=b"), script.events().getFirst().action());
    }

    @Test
    void namesStandForWhatTheyAreDefinedAs() {
        Script script = Script.parse("test", "+0 < S 0:0(0) <mss SIZE>", Map.of("SIZE", "900"));
        Event.Arrives arrives =
                assertInstanceOf(Event.Arrives.class, script.events().getFirst().action());
        Packet.Tcp segment = assertInstanceOf(Packet.Tcp.class, arrives.packet());
        assertEquals(List.of(900L), options(segment).getFirst().numbers());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 close(3 = 0 | 1: expected \")\", not \"=\"",
                "0 close(3) | 1: expected \"=\", not the end of the script",
                "soon close(3) = 0 | 1: expected a time in seconds, such as +0.1, not \"soon\"",
                "0 < . 1:1(0) ack | 1: expected a number, not the end of the script",
                "0 %{ assert | 1: assertions has no end: expected }%",
                "0 ! | 1: expected a call, <, >, %{ or a command after the time, not \"!\"",
            })
    void whatIsNotUnderstoodIsNamedWithItsLine(String text, String expected) {
        assertEquals(expected, refusal(text));
    }
}
