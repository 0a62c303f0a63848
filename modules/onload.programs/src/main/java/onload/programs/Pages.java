package onload.programs;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What all HTTP servers serve: {@code /hello}, {@code /bytes/N}, and to a POST the SHA-256 of what was sent. */
public final class Pages {
    private static final String BYTES = "/bytes/";

    private Pages() {}

    /** {@return the body of an answer; null if there is no such page} */
    public static byte @Nullable [] answer(String method, String path, byte[] body) {
        if (method.equals("POST")) {
            return sha256(body).getBytes(StandardCharsets.US_ASCII);
        }
        if (path.equals("/hello")) {
            return "hello\n".getBytes(StandardCharsets.US_ASCII);
        }
        return path.startsWith(BYTES)
                ? bytes(Integer.parseInt(path.substring(BYTES.length())))
                : null;
    }

    /** {@return bytes that do not repeat soon} */
    public static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8) * 17 + (i >> 16));
        }
        return bytes;
    }

    /** {@return the SHA-256 of bytes in hexadecimal digits} */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
