package onload.cli.packetdrill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.Captured;
import onload.cli.Onload;
import onload.cli.console.ExitCodes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class PacketDrillTest {
    private static final String OPENS =
            """
            0  socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 1000 <mss SIZE>
            +0 > S. 0:0(0) ack 1 <mss 1460>
            """;

    private final Captured captured = new Captured(false);

    @TempDir private Path folder = Path.of("");

    private int run(String... words) {
        return Onload.commandLine(captured.console).execute(words);
    }

    private Path script(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aScriptThatHoldsIsOk() throws IOException {
        Path script = script("open.pkt", OPENS);
        int code = run("packetdrill", script.toString(), "-D", "SIZE=1460");
        assertEquals(ExitCodes.FINE, code, () -> captured.out() + captured.err());
        assertTrue(captured.out().contains("open.pkt: ok, 5 events"), captured.out());
    }

    @Test
    void aScriptThatDoesNotHoldFailsWithItsLine() throws IOException {
        script("good.pkt", OPENS.replace("SIZE", "1000"));
        script("wrong.pkt", OPENS.replace("SIZE", "1000").replace("ack 1", "ack 2"));
        int code = run("packetdrill", folder.toString());
        assertEquals(ExitCodes.FAILED, code);
        assertTrue(captured.out().contains("wrong.pkt:5: ack is 1, expected 2"), captured.out());
        assertTrue(captured.out().contains("1 of 2 scripts hold"), captured.out());
    }

    @Test
    void aScriptThatIsNotUnderstoodFailsWithItsLine() throws IOException {
        Path script =
                script("odd.pkt", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 dance(3) = 0\n");
        assertEquals(ExitCodes.FAILED, run("packetdrill", script.toString()));
        assertTrue(
                captured.out().contains("odd.pkt:2: the call dance is not known"), captured.out());
    }

    @Test
    void aScriptThatIsNotThereIsAUsageError() {
        assertEquals(ExitCodes.USAGE, run("packetdrill", folder.resolve("none.pkt").toString()));
        assertTrue(captured.err().contains("there is no script"), captured.err());
    }
}
