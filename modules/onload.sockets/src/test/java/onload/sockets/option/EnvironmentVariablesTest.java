package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class EnvironmentVariablesTest {
    private static StackOptions environment(String... pairs) {
        Map<String, String> variables = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return StackOptions.DEFAULT.environment(variables);
    }

    @Test
    void variablesOfOnloadCountInItsUnits() {
        StackOptions options =
                environment(
                        "EF_SPIN_USEC", "50",
                        "EF_KEEPALIVE_TIME", "30000",
                        "EF_RFC_RTO_MIN", "5",
                        "EF_TCP_FIN_TIMEOUT", "15",
                        "EF_TCP_SNDBUF", "65536",
                        "EF_TCP_SYNCOOKIES", "0",
                        "EF_USE_HUGE_PAGES", "2",
                        "EF_RETRANSMIT_THRESHOLD", "9",
                        "EF_NAME", "feed");
        assertEquals("50us", options.text(StackOption.SPIN));
        assertEquals("30s", options.text(StackOption.TCP_KEEP_ALIVE_IDLE));
        assertEquals("5ms", options.text(StackOption.TCP_MIN_RTO));
        assertEquals("15s", options.text(StackOption.TCP_FIN_WAIT_2));
        assertEquals("64k", options.text(StackOption.TCP_SEND_BUFFER));
        assertEquals("off", options.text(StackOption.TCP_SYN_COOKIES));
        assertEquals("always", options.text(StackOption.HUGE_PAGES));
        assertEquals("9", options.text(StackOption.TCP_RETRIES));
        assertEquals("feed", options.text(StackOption.NAME));
    }

    @Test
    void timeWaitIsTwoSegmentLifetimes() {
        assertEquals("50s", environment("EF_TCP_TCONST_MSL", "25").text(StackOption.TCP_TIME_WAIT));
    }

    @Test
    void minusOneIsForeverWhereOnloadHasItSo() {
        assertEquals(Long.MAX_VALUE, environment("EF_SPIN_USEC", "-1").nanos(StackOption.SPIN));
        assertEquals(
                Long.MAX_VALUE, environment("EF_BUZZ_USEC", "-1").nanos(StackOption.LOCK_SPIN));
        Refusals.of(() -> environment("EF_SPIN_USEC", "-2"));
        Refusals.of(() -> environment("EF_RFC_RTO_MIN", "-1"));
    }

    @Test
    void aHelperThatOnloadSwitchesOffHasNoBound() {
        StackOption bound = StackOption.HELPER_BOUND;
        assertEquals(Long.MAX_VALUE, environment("EF_HELPER_USEC", "0").nanos(bound));
        assertEquals(100_000, environment("EF_HELPER_USEC", "100").nanos(bound));
    }

    @Test
    void aBufferOfNoBytesIsTheDefaultAsInOnload() {
        StackOptions options =
                environment("EF_TCP_RCVBUF", "0", "EF_UDP_RCVBUF", "0").profile("throughput");
        assertEquals(128 << 10, options.bytes(StackOption.TCP_RECEIVE_BUFFER));
        assertEquals(512 << 10, options.bytes(StackOption.UDP_RECEIVE_QUEUE));
    }

    @Test
    void valuesOfOnloadAreReadStrictly() {
        for (String wrong :
                new String[] {
                    "", " 5", "5 ", "+5", "5us", "0x5", "5.0", "\u0665", "1e3", "9".repeat(18)
                }) {
            String message = Refusals.of(() -> environment("EF_SPIN_USEC", wrong));
            assertTrue(message.contains("(us, -1 for forever)"), message);
        }
        Refusals.of(() -> environment("EF_TCP_SYNCOOKIES", "on"));
        Refusals.of(() -> environment("EF_TCP_SYNCOOKIES", "2"));
        Refusals.of(() -> environment("EF_USE_HUGE_PAGES", "always"));
        Refusals.of(() -> environment("EF_DEFER_WORK_LIMIT", "201"));
        Refusals.of(() -> environment("EF_NAME", "../x"));
    }

    @Test
    void ourNameCountsMoreThanThatOfOnloadAndItsFirstMoreThanItsSecond() {
        StackOption spin = StackOption.SPIN;
        assertEquals(2_000, environment("EF_POLL_USEC", "1", "EF_SPIN_USEC", "2").nanos(spin));
        assertEquals(1_000, environment("EF_POLL_USEC", "1").nanos(spin));
        StackOptions ours = environment("ONLOAD_SPIN", "3us", "EF_SPIN_USEC", "2");
        assertEquals(3_000, ours.nanos(spin));
        assertEquals("environment ONLOAD_SPIN", ours.origin(spin).toString());
    }

    @Test
    void aTypoIsToldEvenWhereAnotherVariableCountsMore() {
        Refusals.of(() -> environment("EF_POLL_USEC", "x", "EF_SPIN_USEC", "2"));
        Refusals.of(() -> environment("ONLOAD_SPIN", "1us", "EF_SPIN_USEC", "x"));
    }

    @Test
    void variablesOfOnloadThatMeanNothingHereAreListed() {
        StackOptions options =
                environment("EF_PIO", "1", "EF_CTPIO", "?", "EF_SPIN_USEC", "1", "PATH", "/bin")
                        .environment(Map.of("EF_AF_XDP_ZEROCOPY", "1", "EF_PIO", "0"));
        assertEquals(List.of("EF_AF_XDP_ZEROCOPY", "EF_CTPIO", "EF_PIO"), options.ignored());
        assertEquals(1, options.describe().size());
        assertEquals(3, options.with("spin", "1us").profile("safe").ignored().size());
    }

    @Test
    void anUnknownVariableOfOursIsRefusedWithTheNearest() {
        String message = Refusals.of(() -> environment("ONLOAD_SPINS", "1us"));
        assertTrue(message.startsWith("\"ONLOAD_SPINS\" is not a variable of a stack"), message);
        assertTrue(message.contains("did you mean \"ONLOAD_SPIN\"?"), message);
        Refusals.of(() -> environment("ONLOAD_", "1us"));
        Refusals.of(() -> environment("ONLOAD_" + "X".repeat(100_000), "1us"));
    }

    @Test
    void aValueOfOursIsRefusedByTheNameOfTheVariable() {
        String message = Refusals.of(() -> environment("ONLOAD_TCP_DELAYED_ACK", "1"));
        assertTrue(message.startsWith("ONLOAD_TCP_DELAYED_ACK=1 is not allowed;"), message);
    }

    @Test
    void everyOptionHasAVariableOfOurs() {
        for (StackOption option : StackOption.values()) {
            StackOptions options = environment(option.variable(), option.defaultText());
            assertEquals(OptionOrigin.environment(option.variable()), options.origin(option));
            assertEquals(option.defaultText(), options.text(option));
        }
    }

    @Test
    void otherVariablesDoNotMatter() {
        StackOptions options =
                environment(
                        "spin",
                        "x",
                        "SPIN",
                        "x",
                        "onload_spin",
                        "x",
                        "XEF_SPIN_USEC",
                        "x",
                        "EF",
                        "x");
        assertEquals(List.of(), options.describe());
        assertEquals(List.of(), options.ignored());
    }
}
