package onload.sockets.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ProfileTest {
    @TempDir Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private StackOptions read(String text) throws IOException {
        return StackOptions.DEFAULT.profile(file("mine.profile", text).toString());
    }

    private String refused(String text) throws IOException {
        Path file = file("wrong", text);
        return Refusals.of(() -> StackOptions.DEFAULT.profile(file.toString()));
    }

    @Test
    void everyShippedProfileGivesSettingsThatAgree() {
        for (String name : Profile.SHIPPED) {
            StackOptions options = StackOptions.DEFAULT.profile(name);
            options.tcp();
            options.udp();
            options.pool();
            options.ip();
            assertTrue(options.describe().size() >= 4, name);
            assertTrue(
                    options.describe().stream()
                            .allMatch(line -> line.endsWith("# profile " + name)));
        }
    }

    @Test
    void latencyPollsAndSafeDoesNot() {
        assertEquals(100_000_000, StackOptions.DEFAULT.profile("latency").nanos(StackOption.SPIN));
        assertEquals(0, StackOptions.DEFAULT.profile("safe").nanos(StackOption.SPIN));
        assertEquals(0, StackOptions.DEFAULT.profile("safe").nanos(StackOption.LOCK_SPIN));
        assertEquals(20_000, StackOptions.DEFAULT.profile("throughput").nanos(StackOption.SPIN));
    }

    @Test
    void aShippedProfileSaysWhyAndNoLineIsTooLong() throws IOException {
        for (String name : Profile.SHIPPED) {
            try (var in = StackOptions.class.getResourceAsStream(name + ".profile")) {
                String text =
                        new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                assertTrue(text.startsWith("# "), name);
                assertTrue(text.lines().allMatch(line -> line.length() <= 140), name);
                assertTrue(text.lines().filter(line -> line.startsWith("#")).count() >= 4, name);
            }
        }
    }

    @Test
    void linesAreNameAndValueWithRemarksAndBlanks() throws IOException {
        StackOptions options =
                read(
                        "# why\n\n  spin=1us  \r\n\tpackets =  64 # few\n#spin = 2us\nEF_DEFER_WORK_LIMIT = 5");
        assertEquals(1_000, options.nanos(StackOption.SPIN));
        assertEquals(64, options.number(StackOption.PACKETS));
        assertEquals(5, options.number(StackOption.DEFER_LIMIT));
        assertEquals(3, options.describe().size());
        assertEquals(OptionOrigin.Kind.PROFILE, options.origin(StackOption.SPIN).kind());
    }

    @Test
    void anEmptyFileSaysNothing() throws IOException {
        assertEquals(0, read("").describe().size());
        assertEquals(0, read("\n\n# only remarks").describe().size());
    }

    @Test
    void anErrorNamesFileAndLine() throws IOException {
        String message = refused("spin = 1us\n\nspinn = 2us\n");
        assertTrue(message.contains("line 3: \"spinn\" is not an option"), message);
        assertTrue(message.contains("did you mean \"spin\"?"), message);
        Path file = file("w", "packets = many");
        assertTrue(
                Refusals.of(() -> StackOptions.DEFAULT.profile(file.toString()))
                        .contains("line 1: packets=many is not allowed;"));
    }

    @Test
    void whatIsNoLineOfAProfileIsRefused() throws IOException {
        for (String wrong :
                new String[] {
                    "spin",
                    "spin 1us",
                    "= 1us",
                    "=",
                    "spin = ",
                    "spin = 1us 2us",
                    "spin == 1us",
                    "include",
                    "include ",
                    "include = safe",
                    "\ufeffspin = 1us",
                    "spin = 1us; packets = 3",
                    "\u0000"
                }) {
            String message = refused("\n" + wrong);
            assertTrue(message.contains("line 2: "), message);
        }
    }

    @Test
    void anOptionStandsOnceInAFile() throws IOException {
        String message = refused("spin = 1us\nEF_SPIN_USEC = 1\n");
        assertTrue(message.contains("line 2: spin stands in this file before"), message);
    }

    @Test
    void whatComesAfterAnIncludeCountsMoreAndWhatComesBeforeLess() throws IOException {
        StackOptions options = read("spin = 1us\ninclude latency\nlock-spin = 2us\n");
        assertEquals(100_000_000, options.nanos(StackOption.SPIN));
        assertEquals("profile latency", options.origin(StackOption.SPIN).toString());
        assertEquals(2_000, options.nanos(StackOption.LOCK_SPIN));
    }

    @Test
    void anIncludedFileIsFoundBesideTheOneThatIncludesIt() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        file("sub/inner", "packets = 7");
        file("sub/middle.profile", "include inner # beside\n");
        assertEquals(7, read("include sub/middle.profile").number(StackOption.PACKETS));
    }

    @Test
    void anErrorInAnIncludedFileNamesBoth() throws IOException {
        file("inner", "spin = x");
        String message = refused("\ninclude inner");
        assertTrue(message.matches(".*line 2: .*line 1: spin=x is not allowed;.*"), message);
    }

    @Test
    void aFileThatIncludesItselfIsRefused() throws IOException {
        assertTrue(refused("include wrong").contains("includes itself"));
        file("a", "include b");
        file("b", "include a");
        Path start = folder.resolve("a");
        String message = Refusals.of(() -> StackOptions.DEFAULT.profile(start.toString()));
        assertTrue(message.contains("includes itself"), message);
    }

    @Test
    void includesAreBoundedInDepth() throws IOException {
        file("p1", "include p2");
        file("p2", "include p3");
        file("p3", "packets = 5");
        assertEquals(5, read("include p1").number(StackOption.PACKETS));
        file("p3", "include p4");
        file("p4", "packets = 6");
        String message = refused("include p1");
        assertTrue(message.contains("more than 4 deep"), message);
    }

    @Test
    void includesAreBoundedInNumber() throws IOException {
        file("small", "");
        assertEquals(0, read("include small\n".repeat(60)).describe().size());
        assertTrue(refused("include small\n".repeat(64)).contains("more than 64 profiles"));
    }

    @Test
    void aFileIsBoundedInLength() throws IOException {
        assertEquals(0, read("#".repeat(1 << 16)).describe().size());
        assertTrue(refused("#".repeat((1 << 16) + 1)).contains("too long"));
    }

    @Test
    void aFileThatIsNotTextIsRefused() throws IOException {
        Path file =
                Files.write(folder.resolve("bytes"), new byte[] {'#', (byte) 0xff, (byte) 0xfe});
        assertTrue(
                Refusals.of(() -> StackOptions.DEFAULT.profile(file.toString())).contains("UTF-8"));
    }

    @Test
    void aProfileThatIsNotThereIsRefusedWithTheNearest() {
        assertEquals(
                "there is no profile \"latncy\", did you mean \"latency\"?"
                        + " expected latency, safe, throughput or the path of a file",
                Refusals.of(() -> StackOptions.DEFAULT.profile("latncy")));
        for (String wrong :
                new String[] {"", ".", "/", "a\0b", "\n", "x".repeat(100_000), "../latency"}) {
            Refusals.of(() -> StackOptions.DEFAULT.profile(wrong));
        }
        Refusals.of(() -> StackOptions.DEFAULT.profile(folder.toString()));
    }
}
