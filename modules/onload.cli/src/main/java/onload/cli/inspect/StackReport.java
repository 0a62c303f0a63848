package onload.cli.inspect;

import onload.sockets.control.ControlClient;
import onload.sockets.control.ControlServer;
import onload.sockets.dump.SocketEntry;
import onload.sockets.dump.StackView;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is to be said of one stack, read at one moment.
 *
 * @param name of the stack
 * @param pid its process
 * @param isAlive whether the process is there
 * @param created when it was opened
 * @param settings NICs, addresses, routes, and options with where they come from
 * @param counters by block and name
 * @param sockets those of the stack
 * @param kernelSockets those of the process that are the kernel's: kind, local, remote, reason
 */
record StackReport(
        String name,
        long pid,
        boolean isAlive,
        String created,
        List<String> settings,
        Map<String, Map<String, Long>> counters,
        List<SocketEntry> sockets,
        List<String[]> kernelSockets) {
    private static final int FIELDS = 4;
    private static final int MOST_LINES = 10_000;

    static StackReport of(Path folder, StackView stack) throws IOException {
        return new StackReport(
                stack.name(),
                stack.pid(),
                stack.isAlive(),
                stack.created().toString(),
                stack.text().lines().toList(),
                stack.counters(),
                stack.sockets(),
                stack.isAlive() ? kernelSockets(folder, stack.pid()) : List.of());
    }

    /** A process that does not answer, such as one that embeds a stack, has none to tell of. */
    private static List<String[]> kernelSockets(Path folder, long pid) {
        List<String[]> found = new ArrayList<>();
        try (SocketChannel answer =
                        ControlClient.ask(ControlServer.path(folder, pid), "kernel-sockets");
                BufferedReader lines =
                        new BufferedReader(Channels.newReader(answer, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine();
                    line != null && found.size() < MOST_LINES;
                    line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                if (fields.length == FIELDS) {
                    found.add(fields);
                }
            }
        } catch (IOException | IllegalStateException e) {
            return found;
        }
        return found;
    }

    // As text.

    String text(boolean isAll) {
        StringBuilder text = new StringBuilder();
        text.append(
                "stack %s, process %d%s, since %s%n"
                        .formatted(name, pid, isAlive ? "" : " (has died)", created));
        settings.forEach(line -> text.append("  ").append(line).append('\n'));
        counters.forEach((block, values) -> {
            text.append("  counters of ").append(block).append(":\n");
            values.forEach((counter, value) -> {
                if (isAll || value != 0) {
                    text.append("    %-44s %16d%n".formatted(counter, value));
                }
            });
        });
        text.append("  sockets:\n");
        sockets.forEach(each -> text.append("    ").append(text(each)).append('\n'));
        kernelSockets.forEach(fields ->
                text.append(
                        "    %-4s %-24s %-24s the kernel's: %s%n".formatted((Object[]) fields)));
        return text.toString();
    }

    private static String text(SocketEntry socket) {
        StringBuilder text =
                new StringBuilder(
                        "%-4s %-24s %-24s %s"
                                .formatted(
                                        kind(socket),
                                        end(socket.local().toString(), socket.localPort()),
                                        end(socket.remote().toString(), socket.remotePort()),
                                        socket.state()));
        add(text, "receive queue", socket.receiveQueueBytes());
        add(text, "send queue", socket.sendQueueBytes());
        if (socket.backlog() > 0) {
            text.append(" waiting ").append(socket.waiting()).append('/').append(socket.backlog());
        }
        add(text, "cwnd", socket.congestionWindowBytes());
        add(text, "srtt us", socket.smoothedRoundTripNs() / 1000);
        add(text, "sent again", socket.retransmissions());
        add(text, "in", socket.inBytes());
        add(text, "out", socket.outBytes());
        add(text, "drops", socket.drops());
        return socket.isWhole() ? text.toString() : StackView.BEING_WRITTEN + text;
    }

    private static String kind(SocketEntry socket) {
        return socket.kind().name().toLowerCase(Locale.ROOT);
    }

    private static String end(String address, int port) {
        return port == 0
                ? "-"
                : address.contains(":") ? "[%s]:%d".formatted(address, port) : address + ":" + port;
    }

    private static void add(StringBuilder text, String what, long value) {
        if (value != 0) {
            text.append(' ').append(what).append(' ').append(value);
        }
    }

    // As JSON.

    Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("pid", pid);
        map.put("alive", isAlive);
        map.put("created", created);
        map.put("settings", settings);
        map.put("counters", counters);
        map.put("sockets", sockets.stream().map(StackReport::map).toList());
        List<Object> passed = new ArrayList<>();
        for (String[] fields : kernelSockets) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("kind", fields[0]);
            one.put("local", fields[1]);
            one.put("remote", fields[2]);
            one.put("reason", fields[3]);
            passed.add(one);
        }
        map.put("kernelSockets", passed);
        return map;
    }

    private static Map<String, Object> map(SocketEntry socket) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", kind(socket));
        map.put("state", socket.state());
        map.put("accelerated", socket.isAccelerated());
        map.put("local", end(socket.local().toString(), socket.localPort()));
        map.put("remote", end(socket.remote().toString(), socket.remotePort()));
        map.put("receiveQueueBytes", socket.receiveQueueBytes());
        map.put("sendQueueBytes", socket.sendQueueBytes());
        map.put("backlog", socket.backlog());
        map.put("waiting", socket.waiting());
        map.put("congestionWindowBytes", socket.congestionWindowBytes());
        map.put("smoothedRoundTripNs", socket.smoothedRoundTripNs());
        map.put("retransmissions", socket.retransmissions());
        map.put("inBytes", socket.inBytes());
        map.put("outBytes", socket.outBytes());
        map.put("drops", socket.drops());
        map.put("whole", socket.isWhole());
        return map;
    }
}
