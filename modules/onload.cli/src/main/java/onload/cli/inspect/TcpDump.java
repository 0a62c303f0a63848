package onload.cli.inspect;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;
import onload.sockets.control.ControlClient;
import onload.sockets.control.ControlServer;
import onload.sockets.dump.StackFiles;
import onload.sockets.dump.StackView;
import onload.wire.text.FrameText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code onload tcpdump}: the frames of a stack that runs. */
@Command(
        name = "tcpdump",
        description = {
            "Shows the frames of a running stack, as text in the words of tcpdump or as a file for"
                    + " tcpdump and Wireshark.",
            "",
            "FILTER is any of: tcp, udp, icmp or arp; host ADDRESS; port NUMBER. All that is said has to hold."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload tcpdump                           of the only stack there is, live",
            "  onload tcpdump -n stack1 tcp port 8080   one of several, and only that",
            "  onload tcpdump -w out.pcapng -c 1000     a file of a thousand frames",
            "  onload tcpdump -w - | tshark -r -        to another program",
            "",
            "Exit codes: 0 fine, 1 there is no such stack or it cannot be captured, 2 a usage error."
        })
public final class TcpDump implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS").withZone(ZoneId.systemDefault());
    private static final Set<StandardOpenOption> OVERWRITING =
            Set.of(
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING);
    private static final long NS_PER_S = 1_000_000_000L;

    @Option(
            names = {"-n", "--stack"},
            paramLabel = "NAME",
            description = "Name of the stack, or process id; needed if there are several.")
    private @Nullable String name;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Writes pcapng instead of text; - for the standard output.")
    private @Nullable String file;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "NUMBER",
            description = "Ends after so many frames.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-s", "--snap"},
            paramLabel = "BYTES",
            defaultValue = "65535",
            description = "Most bytes of each frame (default: ${DEFAULT-VALUE}).")
    private int snap;

    @Parameters(paramLabel = "FILTER", arity = "0..*", description = "Which frames.")
    private List<String> words = new ArrayList<>();

    private final Console console;

    /** Makes one that tells its result to a console. */
    public TcpDump(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        FrameFilter filter = FrameFilter.of(words);
        if (count < 1 || snap < 1) {
            throw Refusal.usage("-c and -s cannot be below 1; expected 1 or more");
        }
        try (SocketChannel capture = ask()) {
            CapturedFrames frames =
                    new CapturedFrames(new BufferedInputStream(Channels.newInputStream(capture)));
            long shown = file == null ? show(frames, filter) : write(frames, filter, file);
            console.err().println("onload: %d frames".formatted(shown));
            return ExitCodes.FINE;
        } catch (IOException | IllegalStateException e) {
            throw Refusal.failed("the frames cannot be had: " + e.getMessage());
        }
    }

    private SocketChannel ask() throws IOException {
        Path folder = StackFiles.folder();
        try (StackView.Listing all = StackView.list(folder)) {
            List<StackView> living = all.stacks().stream().filter(StackView::isAlive).toList();
            List<StackView> meant = living.stream().filter(this::isMeant).toList();
            if (meant.size() != 1) {
                throw Refusal.failed(
                        meant.isEmpty()
                                ? "there is no such stack; running are %s".formatted(names(living))
                                : "several stacks run; name one by -n: %s".formatted(names(meant)));
            }
            StackView stack = meant.getFirst();
            return ControlClient.ask(
                    ControlServer.path(folder, stack.pid()),
                    "capture stack=%s snap=%d".formatted(stack.name(), snap));
        }
    }

    private boolean isMeant(StackView stack) {
        String wanted = name;
        return wanted == null
                || stack.name().equals(wanted)
                || Long.toString(stack.pid()).equals(wanted);
    }

    private static String names(List<StackView> stacks) {
        return stacks.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        stacks.stream()
                                .map(each -> each.name() + " of process " + each.pid())
                                .toList());
    }

    private long show(CapturedFrames frames, FrameFilter filter) throws IOException {
        long shown = 0;
        // Whoever reads the lines may have seen enough: a print stream does not throw.
        while (shown < count && !console.out().checkError() && frames.next()) {
            if (isWanted(frames, filter)) {
                shown++;
                String text =
                        FrameText.of(frames.buffer(), frames.frameOffset(), frames.frameLength());
                console.out().println(time(frames.timeNs()) + " " + text);
            }
        }
        return shown;
    }

    private static boolean isWanted(CapturedFrames frames, FrameFilter filter) {
        return frames.isFrame()
                && filter.wants(frames.buffer(), frames.frameOffset(), frames.frameLength());
    }

    private static String time(long ns) {
        return TIME.format(
                Instant.ofEpochSecond(Math.floorDiv(ns, NS_PER_S), Math.floorMod(ns, NS_PER_S)));
    }

    /** A new file is its owner's alone: frames are people's data. */
    private OutputStream open(String to) {
        if (to.equals("-")) {
            return console.out();
        }
        try {
            Path path = Path.of(to);
            boolean isPosix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] ownerOnly =
                    isPosix
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------"))
                            }
                            : new FileAttribute<?>[0];
            return new BufferedOutputStream(
                    Channels.newOutputStream(FileChannel.open(path, OVERWRITING, ownerOnly)));
        } catch (IOException | InvalidPathException e) {
            throw Refusal.failed(
                    "-w: \"%s\" cannot be written: %s; name a file in a folder that is there and yours"
                            .formatted(to, e.getClass().getSimpleName()));
        }
    }

    private long write(CapturedFrames frames, FrameFilter filter, String to) throws IOException {
        long written = 0;
        try (OutputStream out = open(to)) {
            while (written < count
                    && !(to.equals("-") && console.out().checkError())
                    && frames.next()) {
                boolean isFrame = frames.isFrame();
                if (!isFrame || isWanted(frames, filter)) {
                    out.write(frames.bytes());
                    out.flush();
                    written += isFrame ? 1 : 0;
                    if (isFrame && written % 100 == 0) {
                        console.progress(written + " frames");
                    }
                }
            }
        }
        console.progressDone();
        return written;
    }
}
