package onload.testkit.tcp;

import onload.tcp.TcpConnection;

/** A flow without an end: one side sends as fast as it may, the other reads all at once. */
final class BulkFlow {
    private final Pattern pattern;
    private final TcpConnection sending;
    private long received;

    BulkFlow(Pattern pattern, TcpConnection sending) {
        this.pattern = pattern;
        this.sending = sending;
        sending.attachment(new Sender());
    }

    private final class Sender extends ConnectionUser {
        @Override
        protected void act(long nowNs) {
            int taken = Pattern.MOST;
            while (taken == Pattern.MOST) {
                taken = sending.send(pattern.buffer, 0, Pattern.MOST, nowNs);
            }
        }
    }

    private final class Receiver extends ConnectionUser {
        private final TcpConnection connection;

        Receiver(TcpConnection connection) {
            this.connection = connection;
        }

        @Override
        protected void act(long nowNs) {
            int bytes = 1;
            while (bytes > 0) {
                bytes = connection.receive(pattern.scratch, 0, Pattern.MOST, nowNs);
                received += Math.max(0, bytes);
            }
        }
    }

    /** The other side of the connection is there. */
    void accepted(TcpConnection receiving, SimulatedHost host) {
        Receiver receiver = new Receiver(receiving);
        receiving.attachment(receiver);
        host.ready(receiver);
    }

    TcpConnection sending() {
        return sending;
    }

    long received() {
        return received;
    }
}
