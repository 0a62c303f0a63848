package onload.testkit.script.language;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** A packet as the script has it. Numbers are relative to the initial sequence number of the side that they are of. */
public sealed interface Packet {
    /**
     * A TCP segment.
     *
     * @param ecn the ECN bits, 0 to 3; −1 if the script says nothing
     * @param trafficClass the whole octet; −1 if the script says nothing
     * @param flags the letters, such as {@code S.}
     * @param sequence the first sequence number; −1 if the script does not say
     * @param end what the script has after the colon
     * @param length bytes of payload
     * @param acknowledgment the ACK field, or −1
     * @param window the field, or −1
     * @param urgent the pointer, or −1
     * @param options null for any
     */
    record Tcp(
            int ecn,
            int trafficClass,
            String flags,
            long sequence,
            long end,
            int length,
            long acknowledgment,
            int window,
            int urgent,
            @Nullable List<TcpOptionText> options)
            implements Packet {
        /** {@return whether a flag is set} */
        public boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }
    }

    /**
     * An ICMP message about a packet.
     *
     * @param type such as {@code unreachable}
     * @param code such as {@code frag_needed}; empty for none
     * @param mtu of the link, or −1
     * @param sequence of the quoted segment, or −1 if the first that is not acknowledged
     * @param length payload of the quoted segment
     */
    record Icmp(String type, String code, int mtu, long sequence, int length) implements Packet {}

    /**
     * A UDP datagram.
     *
     * @param length bytes of payload
     */
    record Udp(int length) implements Packet {}
}
