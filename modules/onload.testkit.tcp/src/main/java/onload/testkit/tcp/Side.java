package onload.testkit.tcp;

import onload.tcp.TcpConnection;
import onload.tcp.TcpState;

/**
 * One side of a conversation: sends and reads what it may, closes when it is time, and looks at every byte and, now and
 * then, at the state of its connection.
 */
final class Side extends ConnectionUser {
    private static final int INSPECTED = 8;

    final Conversation conversation;
    final boolean isClient;
    final TcpConnection connection;
    final SimulatedHost host;
    private final Simulation simulation;
    private final Pattern pattern;
    private final StateBounds bounds;
    private final long outgoing;
    private final long incoming;
    private long sent;
    private long received;
    private long sendsAtNs;
    private long readsAtNs;
    private int pausedTurns;
    private int acts;
    private boolean hasEnded;
    private boolean isShut;
    private boolean isClosed;
    private long progressNs;
    private long throughBefore;

    Side(
            Simulation simulation,
            Conversation conversation,
            boolean isClient,
            TcpConnection connection,
            SimulatedHost host) {
        this.simulation = simulation;
        this.conversation = conversation;
        this.isClient = isClient;
        this.connection = connection;
        this.host = host;
        pattern = simulation.pattern();
        bounds = simulation.bounds();
        outgoing = conversation.total(isClient);
        incoming = conversation.total(!isClient);
        progressNs = host.network().nowNs();
    }

    @Override
    protected void act(long nowNs) {
        if (isClosed || connection.state() == TcpState.SYN_SENT) {
            return;
        }
        if (acts++ % INSPECTED == 0) {
            bounds.check(connection, acts == 1, nowNs);
        }
        boolean hasActed = send(nowNs);
        hasActed |= read(nowNs);
        hasActed |= sent < outgoing && send(nowNs);
        hasActed |= end(nowNs);
        if (hasActed) {
            progressNs = nowNs;
        }
    }

    private boolean send(long nowNs) {
        long allowed = conversation.allowed(isClient, received);
        boolean any = false;
        while (sent < allowed && nowNs >= sendsAtNs && !pauses(nowNs)) {
            int bytes = (int) Math.min(allowed - sent, conversation.pieceBytes());
            int at = Pattern.index(stream(isClient), sent);
            int taken = connection.send(pattern.buffer, at, bytes, nowNs);
            if (taken == TcpConnection.WOULD_BLOCK) {
                break;
            }
            if (taken < 0) {
                throw broken("sending answers " + taken, nowNs);
            }
            sent += taken;
            any = true;
            if (taken < bytes) {
                break;
            }
        }
        return any;
    }

    /** {@return whether this is the beginning of a turn before which there is a pause} */
    private boolean pauses(long nowNs) {
        if (!isClient || conversation.pauseNs() == 0 || conversation.requestBytes() == 0) {
            return false;
        }
        long turn = sent / conversation.requestBytes();
        if (sent % conversation.requestBytes() != 0 || turn <= pausedTurns) {
            return false;
        }
        pausedTurns = (int) turn;
        sendsAtNs = nowNs + conversation.pauseNs();
        host.network().after(conversation.pauseNs(), then -> host.ready(this));
        return true;
    }

    private boolean read(long nowNs) {
        boolean any = false;
        while (!hasEnded && nowNs >= readsAtNs) {
            int bytes = connection.receive(pattern.scratch, 0, conversation.pieceBytes(), nowNs);
            if (bytes == TcpConnection.WOULD_BLOCK) {
                break;
            }
            any = true;
            if (bytes == TcpConnection.END_OF_STREAM) {
                hasEnded = true;
                checkEnd(nowNs);
            } else if (bytes < 0) {
                throw broken("receiving answers " + bytes, nowNs);
            } else {
                arrived(bytes, nowNs);
            }
        }
        return any;
    }

    private void arrived(int bytes, long nowNs) {
        int wrong = pattern.mismatch(stream(!isClient), received, bytes);
        if (wrong >= 0) {
            throw new Violation(
                    "bytes are equal on both sides",
                    "byte %d of %s is another".formatted(received + wrong, this),
                    nowNs);
        }
        received += bytes;
        if (conversation.readPauseNs() > 0) {
            readsAtNs = nowNs + conversation.readPauseNs();
            host.network().after(conversation.readPauseNs(), then -> host.ready(this));
        }
    }

    private void checkEnd(long nowNs) {
        if (received != incoming) {
            throw new Violation(
                    "streams have the same length on both sides",
                    "%s ended after %d bytes".formatted(this, received),
                    nowNs);
        }
    }

    private boolean end(long nowNs) {
        boolean any = false;
        if (!isShut && sent == outgoing && mayShut()) {
            int answer = connection.shutdownOutput(nowNs);
            if (answer != 0) {
                throw broken("shutting down answers " + answer, nowNs);
            }
            isShut = true;
            any = true;
        }
        if (isShut && hasEnded) {
            isClosed = true;
            connection.close(nowNs);
            simulation.finished(this, nowNs);
            any = true;
        }
        return any;
    }

    private boolean mayShut() {
        return switch (conversation.ending()) {
            case CLIENT -> isClient ? received == incoming : hasEnded;
            case SERVER -> isClient ? hasEnded : received == incoming;
            case EACH -> true;
        };
    }

    private long stream(boolean ofClient) {
        return 2 * conversation.number() + (ofClient ? 0 : 1);
    }

    private Violation broken(String found, long nowNs) {
        return new Violation(
                "no connection breaks",
                "%s of %s; its error is %d".formatted(found, this, connection.error()),
                nowNs);
    }

    boolean isClosed() {
        return isClosed;
    }

    /** {@return when something was sent, read, closed, or seen to have got through last} */
    long progressNs(long nowNs) {
        long through = connection.bytesAcknowledged() + connection.bytesReceived();
        if (through != throughBefore) {
            throughBefore = through;
            progressNs = nowNs;
        }
        return progressNs;
    }

    long bytes() {
        return outgoing;
    }

    @Override
    public String toString() {
        return "%s of connection %d (%s; sent %d of %d, received %d of %d)"
                .formatted(
                        isClient ? "client" : "server",
                        conversation.number(),
                        connection,
                        sent,
                        outgoing,
                        received,
                        incoming);
    }
}
