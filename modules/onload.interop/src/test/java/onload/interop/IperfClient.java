package onload.interop;

import static onload.interop.Link.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The client's part of iperf3 for one TCP stream: a control connection of bytes that name states, and JSON. */
final class IperfClient {
    private static final int PORT = 5201;

    private static final int TEST_START = 1;
    private static final int TEST_RUNNING = 2;
    private static final int TEST_END = 4;
    private static final int PARAM_EXCHANGE = 9;
    private static final int CREATE_STREAMS = 10;
    private static final int EXCHANGE_RESULTS = 13;
    private static final int DISPLAY_RESULTS = 14;
    private static final int IPERF_DONE = 16;

    private static final int BLOCK = 1 << 17;

    /** 36 characters and a zero. */
    private static final byte[] COOKIE =
            "abcdefghijklmnopqrstuvwxyz234567abcd\0".getBytes(StandardCharsets.US_ASCII);

    private final Stack stack;
    private final String address;

    IperfClient(Stack stack, String address) {
        this.stack = stack;
        this.address = address;
    }

    /** Sends, or with {@code isReverse} receives, for a second; the bytes that went. */
    long run(boolean isReverse) {
        TcpSocket control = Exchange.connected(stack, address, PORT);
        Exchange.send(control, COOKIE);
        expect(control, PARAM_EXCHANGE);
        sendJson(
                control,
                "{\"tcp\":true,\"omit\":0,\"time\":1,\"parallel\":1,%s\"len\":%d,\"client_version\":\"3.12\"}"
                        .formatted(isReverse ? "\"reverse\":true," : "", BLOCK));
        expect(control, CREATE_STREAMS);
        TcpSocket data = Exchange.connected(stack, address, PORT);
        Exchange.send(data, COOKIE);
        expect(control, TEST_START);
        expect(control, TEST_RUNNING);
        long bytes = isReverse ? drain(data) : flood(data);
        Exchange.send(control, new byte[] {TEST_END});
        if (isReverse) {
            // The server ends when it is told; until then its stream goes on.
            bytes += drain(data);
        }
        expect(control, EXCHANGE_RESULTS);
        sendJson(
                control,
                ("{\"cpu_util_total\":0,\"cpu_util_user\":0,\"cpu_util_system\":0,\"sender_has_retransmits\":0,"
                                + "\"streams\":[{\"id\":1,\"bytes\":%d,\"retransmits\":-1,\"jitter\":0,\"errors\":0,"
                                + "\"packets\":0,\"start_time\":0,\"end_time\":1}]}")
                        .formatted(bytes));
        String theirs = json(control);
        assertTrue(theirs.contains("\"streams\""), theirs);
        expect(control, DISPLAY_RESULTS);
        Exchange.send(control, new byte[] {IPERF_DONE});
        data.close();
        control.close();
        return bytes;
    }

    private static void expect(TcpSocket control, int state) {
        byte[] got = Exchange.receive(control, 1);
        assertEquals(1, got.length, () -> "the server has closed before state " + state);
        assertEquals(state, got[0]);
    }

    private static void sendJson(TcpSocket control, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.US_ASCII);
        Exchange.send(control, ByteBuffer.allocate(4).putInt(bytes.length).array());
        Exchange.send(control, bytes);
    }

    private static String json(TcpSocket control) {
        int length = ByteBuffer.wrap(Exchange.receive(control, 4)).getInt();
        assertTrue(length > 0 && length < 1 << 20, () -> "a length of " + length);
        return new String(Exchange.receive(control, length), StandardCharsets.US_ASCII);
    }

    private static long flood(TcpSocket data) {
        byte[] block = Exchange.noise(BLOCK, 3);
        long endNs = System.nanoTime() + SECOND;
        long bytes = 0;
        while (System.nanoTime() - endNs < 0) {
            Exchange.send(data, block);
            bytes += block.length;
        }
        return bytes;
    }

    private static long drain(TcpSocket data) {
        UnsafeBuffer block = new UnsafeBuffer(new byte[BLOCK]);
        long endNs = System.nanoTime() + SECOND;
        long bytes = 0;
        while (System.nanoTime() - endNs < 0) {
            int count = data.receive(block, 0, BLOCK, SECOND / 4);
            if (count == Status.EXPIRED || count == Status.END_OF_STREAM) {
                return bytes;
            }
            assertTrue(count > 0, () -> Status.text(count));
            bytes += count;
        }
        return bytes;
    }
}
