package onload.ip.icmp;

import onload.wire.IpProtocol;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds the upper layer of an IPv6 packet that is quoted, or that is to be quoted.
 *
 * <p>{@link onload.wire.Ipv6ExtensionHeaders} goes the same way as a destination does: it reads options and stops at
 * what it may not ignore. Here the packet is not to be processed any more. Just such a packet, whose option was not
 * recognized, has to be looked at to the end, to tell whether it is an ICMP error; and what options a quoted packet
 * had, the host that sent it need not ask. So headers are passed over by their lengths alone. That ends, since
 * each has eight bytes or more.
 */
final class Ipv6UpperLayer {
    /** The chain goes on beyond the bytes that there are. */
    static final long NONE = -1;

    private static final int MIN_LENGTH = 8;
    private static final long LATER_FRAGMENT = 1L << 32;
    private static final int PROTOCOL_SHIFT = 40;

    private Ipv6UpperLayer() {}

    /**
     * {@return what {@link #protocol}, {@link #index} and {@link #isLaterFragment} take apart; or {@link #NONE}}
     *
     * @param memory holds the packet
     * @param header index of its IPv6 header
     * @param available bytes that there are from there, {@link Ipv6Header#LENGTH} or more
     */
    static long find(UnsafeBuffer memory, int header, int available) {
        int end = header + available;
        int at = header + Ipv6Header.LENGTH;
        int protocol = Ipv6Header.nextHeader(memory, header);
        while (isExtension(protocol)) {
            if (end - at < MIN_LENGTH) {
                return NONE;
            }
            int length = length(memory, protocol, at);
            if (length > end - at) {
                return NONE;
            }
            boolean isLater =
                    protocol == IpProtocol.FRAGMENT
                            && Ipv6FragmentHeader.fragmentOffset(memory, at) != 0;
            protocol = memory.getByte(at) & 0xFF;
            at += length;
            if (isLater) {
                return (long) protocol << PROTOCOL_SHIFT | LATER_FRAGMENT | at;
            }
        }
        return (long) protocol << PROTOCOL_SHIFT | at;
    }

    /** {@return the number of the upper layer; in a later fragment, what its fragment header says} */
    static int protocol(long found) {
        return (int) (found >>> PROTOCOL_SHIFT);
    }

    /** {@return the index of the first byte of the upper layer, which need not be there} */
    static int index(long found) {
        return (int) found;
    }

    /** {@return whether the packet is a fragment other than the first, so that no upper-layer header is in it} */
    static boolean isLaterFragment(long found) {
        return (found & LATER_FRAGMENT) != 0;
    }

    /** {@return whether a next-header value is that of a header which is passed over} */
    static boolean isExtension(int protocol) {
        return switch (protocol) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT,
                    IpProtocol.AUTHENTICATION,
                    IpProtocol.DESTINATION_OPTIONS ->
                    true;
            default -> false;
        };
    }

    private static int length(UnsafeBuffer memory, int protocol, int at) {
        int units = memory.getByte(at + 1) & 0xFF;
        return switch (protocol) {
            case IpProtocol.FRAGMENT -> Ipv6FragmentHeader.LENGTH;
            // RFC 4302, section 2.2: in units of 4 bytes, less 2.
            case IpProtocol.AUTHENTICATION -> (units + 2) << 2;
            default -> (units + 1) << 3;
        };
    }
}
