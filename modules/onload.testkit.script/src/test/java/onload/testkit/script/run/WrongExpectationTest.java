package onload.testkit.script.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

/** One script that holds, and each of its expectations made wrong in turn: the run fails there and says why. */
class WrongExpectationTest {
    private static final String RIGHT =
            """
            --strict_end
            0  socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 32792 <mss 1000,sackOK,TS val 1 ecr 0,nop,wscale 7>
            +0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 50 ecr 1,nop,wscale 7>
            +.1 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 2 ecr 50>
            +0 accept(3, ..., ...) = 4
            +0 %{ assert tcpi_snd_cwnd == 10; assert tcpi_state == TCP_ESTABLISHED }%
            +0 write(4, ..., 1976) = 1976
            +0 > P. 1:1977(1976) ack 1 win 1024 <...>
            +.1 < . 1:1(0) ack 1977 win 257 <nop,nop,TS val 3 ecr 50>
            +0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0
            +0 read(4, ..., 100) = -1 EAGAIN
            +0 close(4) = 0
            +0 > F. 1977:1977(0) ack 1 <...>
            +.3 > F. 1977:1977(0) ack 1 <...>
            """;

    private static ScriptResult run(String text) {
        return ScriptRunner.run("test", text, Map.of(), Map.of());
    }

    @Test
    void theScriptHolds() {
        ScriptResult result = run(RIGHT);
        assertTrue(result.passed(), result::toString);
        assertEquals(16, result.events());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "S. 0:0(0) ack 1 <mss 1460 | S 0:0(0) <mss 1460 | 6 | flags are S., expected S",
                "S. 0:0(0) ack 1 <mss 1460 | S. 0:0(0) ack 2 <mss 1460 | 6 | ack is 1, expected 2",
                "<mss 1460,sackOK | <mss 1400,sackOK | 6 | options are <mss 1460,sackOK",
                "ecr 1,nop,wscale 7 | ecr 9,nop,wscale 7 | 6 | TS val 50 ecr 1,nop,wscale 7>, expected",
                "> P. 1:1977(1976) | > P. 2:1978(1976) | 11 | 1:1977(1976), expected 2:1978(1976)",
                "> P. 1:1977(1976) | > P. 1:978(977) | 11 | 1:989(988), expected 1:978(977)",
                "> P. 1:1977(1976) | > . 1:1977(1976) | 11 | flags are P., expected .",
                "win 1024 | win 511 | 11 | win is 1024, expected 511",
                "= 1976 | = 1975 | 10 | write returns 1976, expected 1975",
                "EAGAIN | EPIPE | 14 | read returns -1 EAGAIN, expected -1 EPIPE",
                "-1 EAGAIN | 0 | 14 | read returns -1 EAGAIN, expected 0",
                "tcpi_snd_cwnd == 10 | tcpi_snd_cwnd == 9 | 9 | does not hold: tcpi_snd_cwnd is 10",
                "TCP_ESTABLISHED | TCP_CLOSE | 9 | does not hold: tcpi_state is 1",
                "+.3 > F. | +.2 > F. | 17 | no segment was sent by",
                "+.3 > F. | +.5 > F. | 17 | it was sent at",
                "+.3 > F. 1977:1977(0) | +.9 > R. 1977:1977(0) | 17 | flags are F., expected R.",
                "accept(3, ..., ...) = 4 | accept(3, ..., ...) = 3 | 8 | a descriptor cannot be 3",
                "tcpi_snd_cwnd | tcpi_snd_wish | 9 | this stack does not tell tcpi_snd_wish",
                "read(4, | recieve(4, | 14 | the call recieve is not known",
            })
    void eachExpectationThatIsWrongFailsAtItsLine(
            String right, String wrong, int line, String why) {
        assertTrue(RIGHT.contains(right), "the script has " + right);
        ScriptResult result = run(RIGHT.replace(right, wrong));
        assertFalse(result.passed(), "holds with " + wrong);
        assertEquals(line, result.line(), result::toString);
        assertTrue(result.failure().contains(why), result::toString);
    }

    @Test
    void aSegmentThatNobodyExpectsFailsTheStrictEnd() {
        String text =
                RIGHT.replace(
                        "+.3 > F. 1977:1977(0) ack 1 <...>",
                        "+.4 < . 1:1(0) ack 1978 win 257 <nop,nop,TS val 4 ecr 50>");
        ScriptResult result = run(text);
        assertTrue(
                result.failure().startsWith("a segment was sent that nobody expected"),
                result::toString);
    }

    @Test
    void aSegmentThatIsNotSentAtAllFails() {
        ScriptResult result =
                run(RIGHT.replace("+0 write(4, ..., 1976) = 1976", "+0 fcntl(4, F_GETFL) = 2"));
        assertEquals(11, result.line());
        assertTrue(result.failure().startsWith("no segment was sent by"), result::toString);
    }

    @Test
    void segmentsAreNotSummedUpWhereThatIsForbidden() {
        ScriptResult result = run("--strict_segments\n" + RIGHT);
        assertEquals(12, result.line());
        assertTrue(
                result.failure().contains("1:989(988), expected 1:1977(1976)"), result::toString);
    }

    @Test
    void aCallThatWaitsNeedsATimeToReturn() {
        String text =
                """
                0  socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 connect(3, ..., ...) = 0
                """;
        ScriptResult result = run(text);
        assertEquals(2, result.line());
        assertTrue(result.failure().contains("connect waits"), result::toString);
    }

    @Test
    void aCallThatReturnsAtAnotherTimeFails() {
        String text =
                """
                0  socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0...0.3 connect(3, ..., ...) = 0
                +0 > S 0:0(0) <...>
                +.1 < S. 0:0(0) ack 1 win 5792 <mss 1460>
                """;
        ScriptResult result = run(text);
        assertEquals(2, result.line());
        assertTrue(result.failure().contains("connect has returned"), result::toString);
    }

    @Test
    void descriptorsThatAreNoneAreBad() {
        assertTrue(run("0 close(9) = -1 EBADF (Bad file descriptor)").passed());
        ScriptResult result = run("0 close(9) = 0");
        assertTrue(
                result.failure().contains("close returns -1 EBADF, expected 0"), result::toString);
    }

    @Test
    void pollReturnsAfterItsTime() {
        String text =
                """
                0  socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 bind(3, ..., ...) = 0
                +0 listen(3, 1) = 0
                +0...0.1 poll([{fd=3, events=POLLIN, revents=0}], 1, 100) = 0
                """;
        assertTrue(run(text).passed(), () -> run(text).toString());
        assertFalse(run(text.replace("0.1 poll", "0.3 poll")).passed());
    }

    @Test
    void commandsThatAreNotKnownAreRefusedByName() {
        ScriptResult result = run("`tc qdisc add dev tun0`\n0 socket(..., SOCK_STREAM, 6) = 3\n");
        assertEquals(1, result.line());
        assertTrue(result.failure().contains("the command \"tc\" is not run"), result::toString);
    }

    @Test
    void settingsThatAreNotKnownAreRefusedByName() {
        ScriptResult result =
                run("`sysctl -q net.ipv4.tcp_wishes=1`\n0 socket(..., SOCK_STREAM, 6) = 3\n");
        assertTrue(
                result.failure().contains("there is no setting for tcp_wishes"), result::toString);
    }

    @Test
    void optionsThatAreNotKnownAreRefusedByName() {
        ScriptResult result = run("--wish=1\n0 socket(..., SOCK_STREAM, 6) = 3\n");
        assertTrue(result.failure().contains("there is no option --wish"), result::toString);
    }
}
