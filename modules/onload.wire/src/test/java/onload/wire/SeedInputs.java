package onload.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import onload.wire.RecordedFrames.Frame;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** Valid inputs for {@link FuzzTarget}s: what a layer of the recorded frames holds. */
final class SeedInputs {
    /** Larger frames take time and have no header that a smaller one has not. */
    private static final int MAX_FRAME_LENGTH = 256;

    private static final int NONE = -1;

    private SeedInputs() {}

    static List<byte[]> texts(String... texts) {
        return Arrays.stream(texts).map(text -> text.getBytes(ISO_8859_1)).toList();
    }

    static List<byte[]> frames() {
        return from(frame -> 0);
    }

    static List<byte[]> packets() {
        return from(Frame::packetOffset);
    }

    static List<byte[]> packets(int etherType) {
        return from(frame -> packet(frame, etherType));
    }

    static List<byte[]> ipv6Payloads() {
        return from(frame -> {
            int packet = packet(frame, EtherType.IPV6);
            return packet == NONE ? NONE : packet + Ipv6Header.LENGTH;
        });
    }

    static List<byte[]> ipv4Options() {
        List<byte[]> options = new ArrayList<>();
        for (byte[] packet : packets(EtherType.IPV4)) {
            int headerLength = Ipv4Header.headerLength(new UnsafeBuffer(packet), 0);
            options.add(Arrays.copyOfRange(packet, Ipv4Header.OPTIONS_OFFSET, headerLength));
        }
        return List.copyOf(options);
    }

    static List<byte[]> upper(int protocol) {
        return from(frame -> upperLayer(frame, protocol));
    }

    static List<byte[]> ndpOptions() {
        return from(frame -> {
            int message = upperLayer(frame, IpProtocol.ICMPV6);
            if (message == NONE) {
                return NONE;
            }
            int length = frame.length() - message;
            int fixed = NdpMessage.check(frame.buffer(), message, length);
            return fixed < 0 ? NONE : message + fixed;
        });
    }

    /** What is from an index to the end of each frame that has that index. */
    private static List<byte[]> from(ToIntFunction<Frame> offset) {
        List<byte[]> seeds = new ArrayList<>();
        for (Frame frame : RecordedFrames.wellFormed()) {
            int at = offset.applyAsInt(frame);
            if (at != NONE && frame.length() < MAX_FRAME_LENGTH) {
                seeds.add(Arrays.copyOfRange(frame.bytes(), at, frame.length()));
            }
        }
        return List.copyOf(seeds);
    }

    private static int packet(Frame frame, int etherType) {
        return frame.etherType() == etherType ? frame.packetOffset() : NONE;
    }

    private static int upperLayer(Frame frame, int protocol) {
        UnsafeBuffer buffer = frame.buffer();
        int packet = frame.packetOffset();
        if (frame.etherType() == EtherType.IPV4) {
            boolean is = Ipv4Header.protocol(buffer, packet) == protocol;
            return is ? packet + Ipv4Header.headerLength(buffer, packet) : NONE;
        }
        if (frame.etherType() == EtherType.IPV6) {
            Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
            headers.parse(buffer, packet, frame.length() - packet);
            return headers.upperLayerProtocol() == protocol ? headers.upperLayerOffset() : NONE;
        }
        return NONE;
    }
}
