package onload.cli.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

class FrameFilterTest {
    private static final String ETHERNET = "0200000000010200000000020806";
    private static final UnsafeBuffer ARP =
            frame(ETHERNET + "0001080006040001" + "020000000002c0000201" + "000000000000c0000202");
    private static final UnsafeBuffer TCP =
            frame(
                    "0200000000010200000000020800"
                            + "450000280000000040060000c0000201c0000202"
                            + "1f90d4310000000000000000500200000000"
                            + "0000");

    private static UnsafeBuffer frame(String hex) {
        return new UnsafeBuffer(HexFormat.of().parseHex(hex));
    }

    private static boolean wants(String words, UnsafeBuffer frame) {
        return FrameFilter.of(words.isEmpty() ? List.of() : List.of(words.split(" ")))
                .wants(frame, 0, frame.capacity());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "arp", "host 192.0.2.1", "arp and host 192.0.2.2"})
    void arpOfAHostIsWanted(String words) {
        assertTrue(wants(words, ARP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp",
                "port 80",
                "host 192.0.2.3",
                "arp host 192.0.2.3",
                "arp host 2001:db8::1"
            })
    void otherArpIsNot(String words) {
        assertFalse(wants(words, ARP));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "port 8080", "port 54321", "tcp host 192.0.2.2 and port 8080"})
    void aSegmentIsWantedByEitherEnd(String words) {
        assertTrue(wants(words, TCP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "udp",
                "icmp",
                "arp",
                "port 80",
                "tcp host 192.0.2.3",
                "tcp port 8080 host ::1"
            })
    void allHasToHold(String words) {
        assertFalse(wants(words, TCP));
    }

    @Test
    void aLaterFragmentHasNoPorts() {
        UnsafeBuffer later = new UnsafeBuffer(TCP.byteArray().clone());
        later.putShort(20, (short) 1, ByteOrder.BIG_ENDIAN);
        assertFalse(wants("port 8080", later));
        assertTrue(wants("tcp", later));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp udp",
                "arp tcp",
                "tcp arp",
                "arp port 80",
                "host 192.0.2.1 host 192.0.2.2",
                "port 1 port 2",
                "host",
                "port",
                "port -1",
                "port 1x"
            })
    void whatCannotHoldAtOnceIsAUsageError(String words) {
        Refusal refusal =
                assertThrows(Refusal.class, () -> FrameFilter.of(List.of(words.split(" "))));
        assertEquals(ExitCodes.USAGE, refusal.exitCode());
    }

    @Test
    void noFrameHoweverCutOrBrokenIsAnException() {
        RandomGenerator random = RandomGeneratorFactory.getDefault().create(7);
        List<FrameFilter> filters =
                List.of(
                        FrameFilter.of(List.of("tcp", "port", "80")),
                        FrameFilter.of(List.of("host", "2001:db8::1", "port", "80")),
                        FrameFilter.of(List.of("arp", "host", "192.0.2.1")));
        int[] types = {0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8};
        for (int i = 0; i < 20_000; i++) {
            // As long as the frame is, so that a read behind it is an exception.
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            UnsafeBuffer frame = new UnsafeBuffer(bytes);
            for (int at = 12; at + 2 <= bytes.length && at < 24; at += 4) {
                frame.putShort(
                        at, (short) types[random.nextInt(types.length)], ByteOrder.BIG_ENDIAN);
            }
            filters.forEach(filter -> filter.wants(frame, 0, bytes.length));
        }
    }
}
