package onload.testkit.ip;

import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.NicSettings;
import onload.wire.MacAddress;
import onload.wire.text.FrameText;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A bare NIC on the network: the test says which frames it sends, whatever is in them, and sees which come. It answers
 * nothing by itself. With a promiscuous NIC it sees what a switch floods, and all that is on its cable.
 *
 * <p>Frames to send are made with {@link onload.testkit.Frames}, or of packets by {@link IpPackets#frame}; frames
 * that came are looked at with {@link onload.testkit.FrameExpectation}, or as text, as tcpdump would show them.
 */
public final class RawStation implements IpNetwork.Station {
    private final IpNetwork network;
    private final FramePort port;
    private final List<byte[]> frames = new ArrayList<>();
    private final List<Long> timesNs = new ArrayList<>();

    RawStation(IpNetwork network, NicSettings settings) {
        this.network = network;
        port = new FramePort(network, settings, this::arrived);
    }

    private void arrived(byte[] frame) {
        frames.add(frame);
        timesNs.add(network.nowNs());
    }

    /** {@return the NIC, to be connected} */
    public EmulatedNic nic() {
        return port.nic();
    }

    /** {@return its Ethernet address as text, such as {@code 02:00:00:00:00:01}} */
    public String mac() {
        return MacAddress.toString(nic().macAddress());
    }

    /** {@return its Ethernet address, 48 bits} */
    public long macAddress() {
        return nic().macAddress();
    }

    /**
     * Sends a frame with the next step of the network.
     *
     * @param frame from the Ethernet header on
     */
    public RawStation send(byte[] frame) {
        port.send(frame);
        return this;
    }

    /**
     * Sends an IP packet in a frame from this station.
     *
     * @param toMac Ethernet address that it goes to, 48 bits
     * @param packet from the IP header on; see {@link IpPackets}
     */
    public RawStation sendIp(long toMac, byte[] packet) {
        return send(IpPackets.frame(macAddress(), toMac, packet));
    }

    /** {@return the frames that came since it was made or {@link #clear} was called, oldest first} */
    public List<byte[]> frames() {
        return List.copyOf(frames);
    }

    /** {@return when each of them came, in nanoseconds} */
    public List<Long> timesNs() {
        return List.copyOf(timesNs);
    }

    /** {@return each of them as tcpdump would show it} */
    public List<String> texts() {
        return frames.stream().map(RawStation::text).toList();
    }

    /** {@return how many of them have all the words in their text} */
    public int count(String... words) {
        return (int) texts().stream().filter(has(words)).count();
    }

    /** {@return the first of them that has all the words in its text, or null} */
    public byte @Nullable [] first(String... words) {
        return frames.stream()
                .filter(frame -> has(words).test(text(frame)))
                .findFirst()
                .orElse(null);
    }

    private static Predicate<String> has(String... words) {
        return text -> {
            for (String word : words) {
                if (!text.contains(word)) {
                    return false;
                }
            }
            return true;
        };
    }

    private static String text(byte[] frame) {
        return FrameText.of(new UnsafeBuffer(frame), 0, frame.length);
    }

    /** Forgets the frames that came. */
    public void clear() {
        frames.clear();
        timesNs.clear();
    }

    @Override
    public boolean poll(long nowNs) {
        return port.poll(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public String close() {
        return port.close();
    }
}
