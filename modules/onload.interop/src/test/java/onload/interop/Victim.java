package onload.interop;

import static onload.interop.Link.SECOND;

import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that opens a stack, says OPEN, connects to the kernel, says READY, and then sends for ever. Its arguments
 * are the NIC and the address and port to connect to.
 */
final class Victim {
    private static final long PAUSE_NS = 10_000_000;

    private Victim() {}

    public static void main(String... arguments) {
        Stack stack =
                Stack.builder()
                        .nic(arguments[0])
                        .address(Link.STACK + "/24")
                        .option("dump", "off")
                        .open();
        System.out.println("OPEN");
        TcpSocket socket =
                connected(
                        stack, new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])));
        UnsafeBuffer block = new UnsafeBuffer(new byte[1 << 16]);
        long sent = 0;
        while (true) {
            int count = socket.send(block, 0, block.capacity(), 20 * SECOND);
            if (count < 0) {
                throw new IllegalStateException(Status.text(count));
            }
            if (sent < 1 << 20 && sent + count >= 1 << 20) {
                System.out.println("READY");
            }
            sent += count;
        }
    }

    /** A connection to a peer that may not be there yet. */
    private static TcpSocket connected(Stack stack, InetSocketAddress remote) {
        long endNs = System.nanoTime() + 20 * SECOND;
        while (true) {
            TcpSocket socket = stack.tcp();
            int answer = socket.connect(remote, SECOND);
            if (answer == 0) {
                return socket;
            }
            socket.close();
            if (System.nanoTime() - endNs > 0) {
                throw new IllegalStateException(Status.text(answer));
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
