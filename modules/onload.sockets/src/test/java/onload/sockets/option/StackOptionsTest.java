package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.tcp.TcpSetting;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

class StackOptionsTest {
    @ParameterizedTest
    @EnumSource(StackOption.class)
    void everyDefaultIsAllowed(StackOption option) {
        assertEquals(
                option.defaultText(),
                option.form().check(option.optionName(), option.defaultText()));
    }

    @ParameterizedTest
    @EnumSource(StackOption.class)
    void everyOptionIsFoundByItsNames(StackOption option) {
        assertEquals(option, StackOptions.named(option.optionName()));
        if (!option.onloadName().isEmpty()) {
            assertEquals(option, StackOptions.named(option.onloadName()));
        }
    }

    @Test
    void noTwoOptionsHaveAName() {
        Set<String> names = new HashSet<>();
        for (StackOption option : StackOption.values()) {
            assertTrue(names.add(option.optionName()), option.optionName());
            assertTrue(
                    option.onloadName().isEmpty() || names.add(option.onloadName()),
                    option.onloadName());
        }
    }

    @Test
    void everySettingOfTcpIsOneOption() {
        Set<TcpSetting> found = EnumSet.noneOf(TcpSetting.class);
        for (StackOption option : StackOption.values()) {
            TcpSetting setting = option.setting();
            if (setting != null) {
                assertTrue(found.add(setting), setting.name());
                assertEquals(setting.defaultValue(), StackOptions.DEFAULT.nanos(option));
                assertEquals(setting.least(), option.form().least());
                assertEquals(setting.most(), option.form().most());
            }
        }
        assertEquals(EnumSet.allOf(TcpSetting.class), found);
    }

    @Test
    void aSettingOfTcpGetsToTcp() {
        StackOptions options = StackOptions.DEFAULT.with("tcp.delayed-ack", "10ms");
        assertEquals(10_000_000, options.tcp().get(TcpSetting.DELAYED_ACK_NS));
    }

    @ParameterizedTest
    @CsvSource({"50us, 50000", "10ms, 10000000", "1s, 1000000000", "7ns, 7", "0, 0", "forever, 9223372036854775807"})
    void durationsAreRead(String text, long ns) {
        assertEquals(ns, StackOptions.DEFAULT.with("spin", text).nanos(StackOption.SPIN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "1", "-1us", "1 us", "1.5us", "us", "0x10us", "١us", "9223372036854775807s",
                "999999999999999999999us", "Forever", "1us1"
            })
    void whatIsNoDurationIsRefused(String text) {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> StackOptions.DEFAULT.with("spin", text));
        assertEquals(
                "spin cannot be \"" + text + "\"; expected a duration such as 50us, 10ms or 1s, from 0 to forever",
                refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"64k, 65536", "1m, 1048576", "1g, 1073741824", "17, 17"})
    void sizesAreRead(String text, int bytes) {
        StackOptions options = StackOptions.DEFAULT.with("tcp.send-buffer", bytes < 1024 ? "1k" : text);
        assertEquals(Math.max(1024, bytes), options.bytes(StackOption.TCP_SEND_BUFFER));
    }

    @ParameterizedTest
    @CsvSource({"on, true", "off, false", "TRUE, true", "no, false", "1, true", "0, false"})
    void switchesAreRead(String text, boolean isOn) {
        assertEquals(isOn, StackOptions.DEFAULT.with("ipv6", text).isOn(StackOption.IPV6));
    }

    @Test
    void aNumberOutOfRangeIsRefusedWithTheRange() {
        assertEquals(
                "poll-events cannot be \"0\"; expected 1 to 65536",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.with("poll-events", "0"))
                        .getMessage());
    }

    @Test
    void aTypoInANameIsAnsweredWithTheNearestName() {
        assertEquals(
                "there is no option \"spinn\", did you mean \"spin\"?",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.with("spinn", "0"))
                        .getMessage());
        assertEquals(
                "there is no option \"EF_SPIN_USECS\", did you mean \"EF_SPIN_USEC\"?",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.with("EF_SPIN_USECS", "0"))
                        .getMessage());
    }

    @Test
    void aTypoInAWordIsAnsweredWithTheNearestWord() {
        assertEquals(
                "drive cannot be \"shard\", did you mean \"shared\"? Expected shared, polled or dedicated",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.with("drive", "shard"))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "EF_SPIN_USEC, 50, spin, 50us",
        "EF_SPIN_USEC, -1, spin, forever",
        "EF_KEEPALIVE_TIME, 1000, tcp.keep-alive-idle, 1s",
        "EF_TCP_FIN_TIMEOUT, 5, tcp.fin-wait-2, 5s",
        "EF_USE_HUGE_PAGES, 2, huge-pages, always",
        "EF_MAX_PACKETS, 1024, packets, 1024"
    })
    void namesOfOnloadHaveItsUnits(String onload, String value, String name, String ours) {
        StackOptions options = StackOptions.DEFAULT.with(onload, value);
        assertEquals(ours, options.text(StackOptions.named(name)));
    }

    @Test
    void huge() {
        assertEquals(
                HugePages.REQUIRED,
                StackOptions.DEFAULT.with("huge-pages", "always").pool().hugePages());
    }

    @Test
    void theProgramGoesBeforeTheEnvironmentAndThatBeforeTheProfileInAnyOrder() {
        Map<String, String> environment = Map.of("EF_SPIN_USEC", "7");
        StackOptions programFirst =
                StackOptions.DEFAULT.with("spin", "1us").environment(environment).profile("latency");
        StackOptions profileFirst =
                StackOptions.DEFAULT.profile("latency").environment(environment).with("spin", "1us");
        for (StackOptions options : List.of(programFirst, profileFirst)) {
            assertEquals(1_000, options.nanos(StackOption.SPIN));
            assertEquals(OptionOrigin.PROGRAM, options.origin(StackOption.SPIN));
            assertEquals(OptionOrigin.PROFILE, options.origin(StackOption.LOCK_SPIN));
            assertEquals(OptionOrigin.DEFAULT, options.origin(StackOption.IPV6));
        }
        StackOptions noProgram = StackOptions.DEFAULT.environment(environment).profile("latency");
        assertEquals(7_000, noProgram.nanos(StackOption.SPIN));
        assertEquals(OptionOrigin.ENVIRONMENT, noProgram.origin(StackOption.SPIN));
    }

    @Test
    void onloadsVariablesWithoutCounterpartAreListedAndOtherVariablesLeftAlone() {
        StackOptions options =
                StackOptions.DEFAULT.environment(Map.of("EF_PIO", "1", "EFFORT", "2", "HOME", "/"));
        assertEquals(List.of("EF_PIO"), options.ignored());
        assertEquals("", options.describe());
    }

    @Test
    void ownVariablesAreTheNamesInCapitalsAndGoBeforeOnloads() {
        StackOptions options =
                StackOptions.DEFAULT.environment(
                        Map.of("ONLOAD_TCP_DELAYED_ACK", "3ms", "ONLOAD_SPIN", "2us", "EF_SPIN_USEC", "9"));
        assertEquals(3_000_000, options.nanos(StackOption.TCP_DELAYED_ACK));
        assertEquals(2_000, options.nanos(StackOption.SPIN));
    }

    @Test
    void anOwnVariableWithATypoIsRefused() {
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.environment(Map.of("ONLOAD_SPINN", "1us")))
                        .getMessage();
        assertTrue(String.valueOf(message).contains("did you mean \"ONLOAD_SPIN\"?"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"latency", "throughput", "safe"})
    void everyProfileIsRead(String name) {
        StackOptions options = StackOptions.DEFAULT.profile(name);
        assertFalse(options.describe().isEmpty());
        assertTrue(options.describe().contains("# profile " + name));
        options.tcp();
        options.udp();
        options.pool();
    }

    @Test
    void anUnknownProfileIsAnsweredWithTheNearest() {
        assertEquals(
                "there is no profile \"latenzy\", did you mean \"latency\"? expected one of latency, safe,"
                        + " throughput, or the path of a file, with a slash in it",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.profile("latenzy"))
                        .getMessage());
    }

    @Test
    void aFileIncludesAProfileAndChangesIt(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mine");
        Files.writeString(file, "# mine\ninclude latency\nspin = 1us # less\n\nEF_EVS_PER_POLL = 8\n");
        StackOptions options = StackOptions.DEFAULT.profile(file.toString());
        assertEquals(1_000, options.nanos(StackOption.SPIN));
        assertEquals(8, options.number(StackOption.POLL_EVENTS));
        assertEquals(100_000, options.nanos(StackOption.LOCK_SPIN));
    }

    @Test
    void aWrongLineIsNamedByFileAndNumber(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mine");
        Files.writeString(file, "spin = 1us\nspin 2us\n");
        assertEquals(
                "profile " + file + ", line 2: \"spin 2us\" is none of name = value, include NAME, # comment",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.profile(file.toString()))
                        .getMessage());
    }

    @Test
    void aCircleOfProfilesIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mine");
        Files.writeString(file, "include " + file + "\n");
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackOptions.DEFAULT.profile(file.toString()))
                        .getMessage();
        assertTrue(String.valueOf(message).contains("includes itself"), message);
    }

    @Test
    void whatIsDescribedCanBeReadAsAProfile(@TempDir Path folder) throws IOException {
        StackOptions options =
                StackOptions.DEFAULT.profile("latency").with("packets", "4096").with("name", "a b");
        Path file = folder.resolve("again");
        Files.writeString(file, options.describe());
        StackOptions again = StackOptions.DEFAULT.profile(file.toString());
        for (StackOption option : StackOption.values()) {
            assertEquals(options.text(option), again.text(option), option.optionName());
        }
    }

    @Test
    void controlCharactersInATextAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> StackOptions.DEFAULT.with("name", "a\nb"));
    }

    @Test
    void sharesOfPacketsThatDoNotFitAreRefusedWhenThePoolIsMade() {
        StackOptions options =
                StackOptions.DEFAULT.with("packets", "100").with("receive-packets", "200");
        assertThrows(IllegalArgumentException.class, options::pool);
    }

    @Test
    void portsThatAreTheWrongWayRoundAreRefused() {
        StackOptions options =
                StackOptions.DEFAULT.with("udp.first-port", "10").with("udp.last-port", "9");
        assertThrows(IllegalArgumentException.class, options::udp);
    }
}
