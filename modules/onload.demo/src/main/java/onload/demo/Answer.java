package onload.demo;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What both servers answer and both clients expect. */
final class Answer {
    /** About as long as a small page. */
    private static final int LENGTH = 1200;

    static final byte[] BYTES = bytes();

    private Answer() {}

    private static byte[] bytes() {
        byte[] line = "All that this program knows is HTTP.\n".getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = line[i % line.length];
        }
        return bytes;
    }

    /** {@return whether a status and a body are what the server was to say} */
    static boolean is(int status, byte[] body) {
        return status == 200 && Arrays.equals(body, BYTES);
    }
}
