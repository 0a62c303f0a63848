package onload.sockets.control;

import onload.sockets.dump.StackFiles;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * The side of the process that has stacks. A thread waits for clients, and one for each of them, up to a bound, answers
 * its one request. Nobody but this user can connect, since nobody else can enter the folder.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final String SUFFIX = StackFiles.CONTROL_SUFFIX;
    private static final int MOST_CLIENTS = 8;
    static final int MOST_REQUEST_BYTES = 1024;

    /** How long nobody is served when a client could not be accepted, as when the process has no descriptor left. */
    private static final long PAUSE_NS = 100_000_000;

    private final Path path;
    private final ServerSocketChannel server;
    private final List<ControlCommand> commands;
    private final Semaphore room = new Semaphore(MOST_CLIENTS);
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

    private ControlServer(Path path, ServerSocketChannel server, List<ControlCommand> commands) {
        this.path = path;
        this.server = server;
        this.commands = List.copyOf(commands);
    }

    /** {@return where a process is asked} */
    public static Path path(Path folder, long pid) {
        return folder.resolve(pid + SUFFIX);
    }

    /**
     * Waits for clients from now on. What processes that have died left behind is removed.
     *
     * @param folder the private folder of this user's stacks, {@link StackFiles#folder()}
     * @param commands what can be asked for
     * @throws IOException if the folder cannot be used
     */
    public static ControlServer open(Path folder, List<ControlCommand> commands)
            throws IOException {
        removeDead(folder);
        Path path = path(folder, ProcessHandle.current().pid());
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        ControlServer opened = new ControlServer(path, server, commands);
        Thread.ofPlatform().daemon().name("onload control").start(opened::take);
        return opened;
    }

    /**
     * Removes what processes that have died left behind.
     *
     * @param folder the private folder of this user's stacks
     * @return what was removed
     * @throws IOException if the folder cannot be read, or something cannot be removed
     */
    public static List<Path> removeDead(Path folder) throws IOException {
        List<Path> removed = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path each : all) {
                String name = each.getFileName().toString();
                String pid = name.substring(0, name.length() - SUFFIX.length());
                if (isDead(pid) && Files.deleteIfExists(each)) {
                    removed.add(each);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return removed;
    }

    private static boolean isDead(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid)).isEmpty();
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private void take() {
        boolean isWarned = false;
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                if (!room.tryAcquire()) {
                    refuse(client, "too many others are asking; try again when they are done");
                    continue;
                }
                clients.add(client);
                Thread.ofPlatform()
                        .daemon()
                        .name("onload control client")
                        .start(() -> serveAndLeave(client));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // It stays so for a while: neither the processor nor the log is to be filled with
                // it.
                if (!isWarned) {
                    LOG.warn("a client of {} was not served: {}", path, e.getMessage());
                    isWarned = true;
                }
                LockSupport.parkNanos(this, PAUSE_NS);
            }
        }
    }

    private static void refuse(SocketChannel client, String reason) {
        try (client) {
            write(client, "error " + reason.lines().findFirst().orElse("unknown") + "\n");
        } catch (IOException e) {
            // It has gone, which is what it was to do.
        }
    }

    private void serveAndLeave(SocketChannel client) {
        try (client) {
            serve(client);
        } catch (IOException e) {
            LOG.debug("a client of {} has gone: {}", path, e.getMessage());
        } catch (RuntimeException e) {
            // The program that runs here is not to see it on its terminal.
            LOG.warn("a client of {} was not answered: {}", path, e.toString());
        } finally {
            clients.remove(client);
            room.release();
        }
    }

    private void serve(SocketChannel client) throws IOException {
        String request = readLine(client);
        int blank = request.indexOf(' ');
        String name = blank < 0 ? request : request.substring(0, blank);
        String argument = blank < 0 ? "" : request.substring(blank + 1).strip();
        for (ControlCommand command : commands) {
            if (command.name().equals(name)) {
                try {
                    command.answer(argument, client);
                } catch (IllegalArgumentException | IllegalStateException e) {
                    refuse(client, String.valueOf(e.getMessage()));
                }
                return;
            }
        }
        refuse(
                client,
                "this process cannot be asked for \"%s\"; it is of another version of onload"
                        .formatted(name));
    }

    /** {@return a line without its end; what is longer than a request ends there} */
    static String readLine(SocketChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        ByteBuffer line = ByteBuffer.allocate(MOST_REQUEST_BYTES);
        while (line.hasRemaining() && channel.read(one.clear()) == 1 && one.get(0) != '\n') {
            line.put(one.get(0));
        }
        return new String(line.array(), 0, line.position(), StandardCharsets.UTF_8);
    }

    /** Says that the answer follows. */
    public static void begin(SocketChannel client) throws IOException {
        write(client, "ok\n");
    }

    /** Writes a text, all of it. */
    public static void write(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    /** Ends: nobody is served any more, and who is being served has an end of what he reads. */
    @Override
    public void close() {
        try {
            server.close();
            for (SocketChannel client : clients) {
                client.close();
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("{} was not closed: {}", path, e.getMessage());
        }
    }
}
