package onload.cli.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.Captured;
import onload.cli.Onload;
import onload.cli.console.ExitCodes;
import onload.sockets.Stack;
import onload.sockets.UdpSocket;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;

@Timeout(60)
class WireCommandTest {
    private final Captured captured = new Captured(false);

    private int run(String command) {
        return Onload.commandLine(captured.console).execute(command.split(" "));
    }

    private static Stack stack(String network, String address) {
        return Stack.builder()
                .nic("emulated:" + network)
                .address(address)
                .option("dump", "off")
                .open();
    }

    @Test
    void stacksAtBothSidesReachEachOtherUntilTheWireIsTakenAway() throws InterruptedException {
        try (Stack one = stack("wire-left,mac=02:00:00:00:00:11", "192.0.2.1/24");
                Stack other = stack("wire-right,mac=02:00:00:00:00:22", "192.0.2.2/24");
                UdpSocket server = other.udp();
                UdpSocket client = one.udp()) {
            Thread relay =
                    Thread.ofPlatform()
                            .start(() ->
                                    run(
                                            "wire --left emulated:wire-left,promiscuous=on --right"
                                                    + " emulated:wire-right,promiscuous=on --link delay=1ms"
                                                    + " --for 3s --json"));
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 7));
            client.connect(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 7));
            UnsafeBuffer bytes = new UnsafeBuffer(new byte[100]);
            int got = -1;
            for (int i = 0; i < 100 && got < 0; i++) {
                client.send(bytes, 0, 42);
                got = server.receive(bytes, 0, 100, null, 100_000_000L);
            }
            assertEquals(42, got, () -> captured.out() + captured.err());
            relay.join();
            assertTrue(captured.out().contains("\"toRight\""), captured.out());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wire",
                "wire --left emulated:a",
                "wire --left emulated:a --right",
                "wire --left emulated:a --right emulated:b --link delay=soon",
                "wire --left emulated:a --right emulated:b --link loss=2",
                "wire --left emulated:a --right emulated:b --to-left wind=1",
                "wire --left emulated:a --right emulated:b --for long",
                "wire --left :: --right emulated:b",
            })
    void whatCannotBeMeantIsOneLineAndAUsageError(String command) {
        assertEquals(ExitCodes.USAGE, run(command), captured.err());
        assertEquals(1, captured.err().lines().count(), captured.err());
    }

    @Test
    void aNicThatIsNotThereIsOneLineAndAFailure() {
        assertEquals(ExitCodes.FAILED, run("wire --left nosuch:a --right emulated:b --for 1s"));
        assertEquals(1, captured.err().lines().count(), captured.err());
    }
}
