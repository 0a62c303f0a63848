package onload.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.Captured;
import onload.cli.Onload;
import onload.cli.console.ExitCodes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

@Timeout(60)
class MeasureTest {
    private final Captured captured = new Captured(false);

    private int run(String command) {
        return Onload.commandLine(captured.console).execute(command.split(" "));
    }

    private double number(String name) {
        Matcher found =
                Pattern.compile("\"" + Pattern.quote(name) + "\":([-0-9.E]+)")
                        .matcher(captured.out());
        assertTrue(found.find(), () -> name + " in " + captured.out());
        return Double.parseDouble(found.group(1));
    }

    @ParameterizedTest
    @CsvSource({"--tcp", "--udp", "--tcp --kernel", "--udp --kernel", "--udp --kernel --spin 1ms"})
    void roundTripsAreCountedAndTheirPercentilesRise(String options) {
        int code = run("pingpong --both --count 500 --for 20s --warm-up 10ms --json " + options);
        assertEquals(ExitCodes.FINE, code, captured.err());
        assertEquals(500, number("roundTrips") + number("lost"));
        double before = 0;
        for (String name : new String[] {"min", "p50", "p90", "p99", "p99.9", "p99.99", "max"}) {
            assertTrue(number(name) >= before, name);
            before = number(name);
        }
        assertTrue(before > 0);
    }

    @ParameterizedTest
    @CsvSource({"--tcp", "--udp", "--tcp --kernel", "--udp --kernel", "--tcp --size 64k"})
    void whatArrivesOfAStreamIsCounted(String options) {
        int code = run("stream --both --for 100ms --json " + options);
        assertEquals(ExitCodes.FINE, code, captured.err());
        assertTrue(number("arrived") > 0);
        assertTrue(number("arrived") <= number("sent"));
        assertTrue(number("bytesPerSecond") > 0);
        if (!options.contains("udp")) {
            assertEquals(number("sent"), number("arrived"));
        }
    }

    @Test
    void aPersonIsShownHowTheTimesLie() {
        assertEquals(ExitCodes.FINE, run("pingpong --both --kernel --count 200 --warm-up 1ms"));
        String text = captured.out();
        assertTrue(
                text.startsWith("TCP over the kernel, messages of 64 bytes: 200 round trips"),
                text);
        assertTrue(text.contains("p99.9 "), text);
        assertEquals(12, text.lines().filter(line -> line.endsWith("%")).count(), text);
    }

    @Test
    void aServerThatIsNotThereIsOneLineAndAFailure() {
        assertEquals(
                ExitCodes.FAILED, run("pingpong --client 127.0.0.1 --port 1 --kernel --for 1s"));
        assertEquals(1, captured.err().lines().count(), captured.err());
        assertTrue(captured.err().contains("Connection refused"), captured.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "stream --spin 1ms", "pingpong --warm-up 0s"})
    @Timeout(20)
    void datagramsThatNobodyAnswersEndInOneLineAndAFailure(String command) throws IOException {
        try (DatagramChannel silent = DatagramChannel.open()) {
            silent.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
            int code =
                    run(
                            command
                                    + " --client 127.0.0.1 --kernel --udp --for 50ms --timeout 10ms --port "
                                    + port);
            assertEquals(ExitCodes.FAILED, code, captured.err());
            assertTrue(captured.err().lines().count() <= 1, captured.err());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pingpong",
                "pingpong --server --both",
                "pingpong --client 192.0.2.1",
                "pingpong --client nobody --kernel",
                "pingpong --both --udp --tcp",
                "pingpong --both --size 0",
                "pingpong --both --size many",
                "pingpong --both --udp --size 65508",
                "pingpong --both --count 0",
                "pingpong --both --for ever",
                "pingpong --both --for 99999999999999999999s",
                "pingpong --both --port 65536",
                "pingpong --both --timeout 0s",
                "pingpong --both --nic emulated:x",
                "pingpong --both --kernel -O spin=1us",
                "pingpong --both -O spim=1us",
                "stream --both --size 8",
                "stream --client 192.0.2.1 --nic emulated --address 1.2.3",
            })
    void whatCannotBeMeantIsOneLineAndAUsageError(String command) {
        assertEquals(ExitCodes.USAGE, run(command), captured.err());
        assertEquals(1, captured.err().lines().count(), captured.err());
        assertTrue(captured.out().isEmpty(), captured.out());
    }
}
