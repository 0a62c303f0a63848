package onload.jdk.placement;

import onload.sockets.control.ControlCommand;
import onload.sockets.control.ControlServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.function.Supplier;

/**
 * The command {@code kernel-sockets}: the sockets of the process that are the kernel's, a line each with kind, local
 * address, peer and reason, and tabulators between.
 */
final class KernelSocketsCommand implements ControlCommand {
    private final Supplier<List<ListedSocket>> sockets;

    KernelSocketsCommand(Supplier<List<ListedSocket>> sockets) {
        this.sockets = sockets;
    }

    @Override
    public String name() {
        return "kernel-sockets";
    }

    @Override
    public void answer(String argument, SocketChannel client) throws IOException {
        StringBuilder text = new StringBuilder();
        for (ListedSocket socket : sockets.get()) {
            String reason = socket.whyNotAccelerated();
            try {
                text.append(socket.kind())
                        .append('\t')
                        .append(clean(socket.local()))
                        .append('\t')
                        .append(clean(socket.remote()))
                        .append('\t')
                        .append(clean(reason.isEmpty() ? "what comes by loopback" : reason))
                        .append('\n');
            } catch (IOException e) {
                // It was closed meanwhile.
            }
        }
        ControlServer.begin(client);
        ControlServer.write(client, text.toString());
    }

    private static String clean(@Nullable Object value) {
        String text = value == null ? "-" : value.toString();
        String plain =
                value instanceof SocketAddress && text.startsWith("/") ? text.substring(1) : text;
        return plain.replaceAll("\\p{Cntrl}", " ");
    }
}
