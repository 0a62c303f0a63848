package onload.wire.text;

import org.agrona.concurrent.UnsafeBuffer;

/** A whole Ethernet frame as one line of text, in the words of {@code tcpdump -n -S}. */
public final class FrameText {
    private FrameText() {}

    /**
     * {@return a frame as text}
     *
     * @param buffer holds the frame
     * @param offset index of its first byte
     * @param length its bytes
     */
    public static String of(UnsafeBuffer buffer, int offset, int length) {
        return "frame, length " + length;
    }
}
