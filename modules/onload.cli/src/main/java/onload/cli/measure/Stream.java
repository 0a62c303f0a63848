package onload.cli.measure;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Json;
import onload.cli.console.Quantity;
import onload.cli.console.Refusal;

import org.agrona.concurrent.UnsafeBuffer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code onload stream}: what passes in a second. */
@Command(
        name = "stream",
        description = {
            "Measures throughput: sends messages as fast as they are taken, and counts what has arrived.",
            "",
            "Server and client are this same program, on a stack or on the kernel's sockets. A TCP stream is over when",
            "the server has read all of it and said so; of datagrams the server counts those that have come."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload stream --both --size 64k                                two stacks in this process",
            "  onload stream --both --kernel --size 64k                       the same over the kernel's loopback",
            "  onload stream --server --nic tap:tap0 --address 192.0.2.1/24",
            "  onload stream --client 192.0.2.1 --kernel --udp --size 1400    from the kernel's end of the TAP",
            "",
            "Exit codes: 0 fine, 1 the peer was not reached, 2 a usage error."
        })
public final class Stream implements Callable<Integer> {
    /** Messages, bytes and the number of the question. */
    static final int ANSWER_LENGTH = 3 * Long.BYTES;

    private static final int QUESTIONS = 20;
    private static final long NS_PER_S = 1_000_000_000L;

    @Mixin private EndArguments ends = new EndArguments();

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1400",
            description = "Length of a message (default: ${DEFAULT-VALUE}).")
    private String size = "1400";

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = "How long it sends (default: ${DEFAULT-VALUE}).")
    private String duration = "5s";

    @Option(names = "--json", description = "One line of JSON instead of text.")
    private boolean isJson;

    private final Console console;

    /** What was sent and what has arrived. */
    private record Passed(long sent, long arrived, long arrivedBytes, long tookNs) {}

    /** Makes one that tells its result to a console. */
    public Stream(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        ends.check();
        int length =
                Quantity.bytes(
                        "--size", size, 2 * Long.BYTES, ends.isTcp() ? Service.MOST_BYTES : 65_507);
        long durationNs = Quantity.durationNs("--for", duration);
        Service.Task task = ends.isTcp() ? Service::take : Service::count;
        List<Ground> grounds = ends.open();
        try {
            if (ends.isServer()) {
                return Serving.untilInterrupted(console, grounds.getFirst(), ends, task);
            }
            if (!ends.isBoth()) {
                return measure(grounds.getFirst(), ends.connectTo(), length, durationNs);
            }
            try (Ground.Server server = grounds.getFirst().listen(ends.listenAt());
                    Service _ = new Service(server, task).start()) {
                return measure(grounds.getLast(), server.address(), length, durationNs);
            }
        } catch (IOException e) {
            throw Refusal.failed("it could not be measured: " + e.getMessage());
        } finally {
            grounds.forEach(Ground::close);
        }
    }

    private int measure(Ground ground, InetSocketAddress to, int length, long durationNs)
            throws IOException {
        console.progress("sending for " + duration);
        try (Conversation with = ground.connect(to)) {
            Passed passed =
                    ends.isTcp()
                            ? stream(with, length, durationNs)
                            : datagrams(with, length, durationNs);
            console.progressDone();
            print(passed, length, ground.retransmissions());
            return ExitCodes.FINE;
        }
    }

    private static Passed stream(Conversation with, int length, long durationNs)
            throws IOException {
        UnsafeBuffer message = Buffers.of(length);
        long startNs = System.nanoTime();
        long sent = 0;
        while (System.nanoTime() - startNs < durationNs) {
            with.send(message, length);
            sent++;
        }
        with.end();
        // The server ends its side when it has all.
        UnsafeBuffer nothing = Buffers.of(Long.BYTES);
        int answer = with.receive(nothing, 0, Long.BYTES);
        while (answer == Conversation.LATE) {
            answer = with.receive(nothing, 0, Long.BYTES);
        }
        if (answer != Conversation.END) {
            throw new IOException("the server answered; expected one that only reads");
        }
        return new Passed(sent, sent, sent * length, System.nanoTime() - startNs);
    }

    private static Passed datagrams(Conversation with, int length, long durationNs)
            throws IOException {
        UnsafeBuffer message = Buffers.of(length);
        UnsafeBuffer answer = Buffers.of(ANSWER_LENGTH);
        long firstMessages = ask(with, answer, 0).getLong(0);
        long firstBytes = answer.getLong(Long.BYTES);
        long startNs = System.nanoTime();
        long sent = 0;
        while (System.nanoTime() - startNs < durationNs) {
            message.putLong(0, ++sent);
            with.send(message, length);
        }
        long tookNs = System.nanoTime() - startNs;
        ask(with, answer, 1);
        return new Passed(
                sent,
                answer.getLong(0) - firstMessages,
                answer.getLong(Long.BYTES) - firstBytes,
                tookNs);
    }

    /** Asks the server what it has, again if the answer does not come. */
    private static UnsafeBuffer ask(Conversation with, UnsafeBuffer answer, long number)
            throws IOException {
        UnsafeBuffer question = Buffers.of(2 * Long.BYTES);
        question.putLong(0, Service.END_MARK);
        question.putLong(Long.BYTES, number);
        // Question and answer may be lost, as any datagram.
        with.polls(true);
        for (int i = 0; i < QUESTIONS; i++) {
            with.send(question, 2 * Long.BYTES);
            int count = with.receive(answer, 0, ANSWER_LENGTH);
            while (count == ANSWER_LENGTH && answer.getLong(2 * Long.BYTES) != number) {
                count = with.receive(answer, 0, ANSWER_LENGTH);
            }
            if (count == ANSWER_LENGTH) {
                with.polls(false);
                return answer;
            }
        }
        throw new IOException("the server does not say what it has received");
    }

    private void print(Passed passed, int length, long retransmissions) {
        double seconds = (double) passed.tookNs / NS_PER_S;
        double bytesPerSecond = passed.arrivedBytes / seconds;
        double messagesPerSecond = passed.arrived / seconds;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("what", "stream");
        result.put("over", ends.isKernel() ? "kernel" : "onload");
        result.put("protocol", ends.isTcp() ? "tcp" : "udp");
        result.put("spinNs", ends.spinNs());
        result.put("sizeBytes", length);
        result.put("sent", passed.sent);
        result.put("arrived", passed.arrived);
        result.put("tookNs", passed.tookNs);
        result.put("bytesPerSecond", bytesPerSecond);
        result.put("messagesPerSecond", messagesPerSecond);
        if (retransmissions >= 0) {
            result.put("retransmissions", retransmissions);
        }
        result.put("on", Surroundings.map());
        if (isJson) {
            console.out().println(Json.write(result));
            return;
        }
        console.out()
                .printf(
                        "%s, messages of %d bytes: %.1f MB/s, %.0f messages a second, %d sent, %d lost%s%n",
                        ends.text(),
                        length,
                        bytesPerSecond / 1e6,
                        messagesPerSecond,
                        passed.sent,
                        passed.sent - passed.arrived,
                        retransmissions < 0 ? "" : ", " + retransmissions + " segments sent again");
    }
}
