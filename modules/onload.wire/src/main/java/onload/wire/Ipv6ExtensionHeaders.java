package onload.wire;

import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The way from the header of an IPv6 packet over its extension headers to the upper layer, as a
 * node that is the destination goes it (RFC 8200, section 4): hop-by-hop options, destination
 * options, routing, fragment and authentication headers are read or passed over. Any other
 * next-header value ends the walk, encapsulating security payload and "no next header" too.
 *
 * <p>An instance holds the result of the last {@link #parse} and is reused from packet to packet;
 * it belongs to one thread. It copies no bytes: where it answers an index, that is an index of the
 * buffer that was parsed.
 *
 * <h2>Order</h2>
 *
 * <p>Headers are taken in any order and any number of times, as section 4.1 asks of a receiver,
 * except that hop-by-hop options must follow the IPv6 header at once. The number of headers, and of
 * options in each header, is bounded (RFC 8504, section 5.3).
 *
 * <h2>Fragments</h2>
 *
 * <p>An atomic fragment (RFC 6946) is read as the whole packet that it is. After any other fragment
 * header nothing is asked of the packet before it is reassembled: the walk ends there if the offset
 * is not 0; in the first fragment it goes on for the sole purpose of finding the upper layer, which
 * must be in it (RFC 8200, section 4.5).
 */
public final class Ipv6ExtensionHeaders {
    /** What is answered for an index, a pointer, a code or a value that there is none of. */
    public static final int NONE = -1;

    /**
     * The number of headers that is followed unless another is asked for: one more than RFC 8200
     * lists.
     */
    public static final int DEFAULT_MAX_HEADERS = 8;

    /** The number of options in a header unless another is asked for (RFC 8504, section 5.3). */
    public static final int DEFAULT_MAX_OPTIONS = 8;

    /** The next-header values, all below 64, that the walk goes through, as bits. */
    private static final long EXTENSIONS =
            1L << IpProtocol.HOP_BY_HOP
                    | 1L << IpProtocol.ROUTING
                    | 1L << IpProtocol.FRAGMENT
                    | 1L << IpProtocol.AUTHENTICATION
                    | 1L << IpProtocol.DESTINATION_OPTIONS;

    /** Bytes of the shortest extension header of any kind. */
    private static final int MIN_LENGTH = 8;

    private final int maxHeaders;
    private final int maxOptions;

    private int upperLayerProtocol;
    private int upperLayerOffset;
    private int nextHeaderOffset;
    private int fragmentHeaderOffset;
    private int fragmentNextHeaderOffset;
    private int routingHeaderOffset;
    private int authenticationHeaderOffset;
    private int routerAlert;
    private boolean isFragment;
    private int action;
    private int problemCode;
    private int problemPointer;
    private int problemOption;

    /** Makes a parser with the default limits. */
    public Ipv6ExtensionHeaders() {
        this(DEFAULT_MAX_HEADERS, DEFAULT_MAX_OPTIONS);
    }

    /**
     * Makes a parser with limits.
     *
     * @param maxHeaders the number of headers that is followed, ≥ 0
     * @param maxOptions the number of options, padding not counted, that one header may have, ≥ 0
     * @throws IllegalArgumentException if a limit is negative
     */
    public Ipv6ExtensionHeaders(int maxHeaders, int maxOptions) {
        if (maxHeaders < 0 || maxOptions < 0) {
            throw new IllegalArgumentException(
                    "the limits must not be negative: %d headers, %d options; 0 allows none"
                            .formatted(maxHeaders, maxOptions));
        }
        this.maxHeaders = maxHeaders;
        this.maxOptions = maxOptions;
        clear();
    }

    /**
     * Goes from the IPv6 header to the upper layer.
     *
     * <p>A negative answer means that the packet is to be discarded; {@link #action} says whether
     * silently, and the three {@code problem…} accessors what the parameter problem has to say if
     * not. The upper layer is then {@link #NONE}.
     *
     * @param buffer holds the packet
     * @param offset index of the first byte of its IPv6 header
     * @param length bytes from there to the end of the packet: 40 + payload length; or fewer, in
     *     the quotation of an ICMPv6 error
     * @return the bytes of the extension headers, 0 if there are none; or {@link
     *     Malformed#TRUNCATED}, {@link Malformed#CHAIN} for too many headers or options, {@link
     *     Malformed#OPTION}, or {@link Malformed#UNRECOGNIZED}
     */
    public int parse(UnsafeBuffer buffer, int offset, int length) {
        clear();
        int result =
                length < Ipv6Header.LENGTH ? Malformed.TRUNCATED : walk(buffer, offset, length);
        if (result < 0 && action == Ipv6Options.SKIP) {
            action = Ipv6Options.DISCARD;
        }
        return result;
    }

    private void clear() {
        upperLayerProtocol = NONE;
        upperLayerOffset = NONE;
        nextHeaderOffset = NONE;
        fragmentHeaderOffset = NONE;
        fragmentNextHeaderOffset = NONE;
        routingHeaderOffset = NONE;
        authenticationHeaderOffset = NONE;
        routerAlert = NONE;
        isFragment = false;
        action = Ipv6Options.SKIP;
        problemCode = NONE;
        problemPointer = NONE;
        problemOption = NONE;
    }

    private int walk(UnsafeBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset + Ipv6Header.LENGTH;
        int namedAt = offset + Ipv6Header.NEXT_HEADER_OFFSET;
        int protocol = uint8(buffer, namedAt);
        int headers = 0;
        while (isExtension(protocol) && !endsAtFragment(buffer, protocol)) {
            if (headers++ == maxHeaders) {
                return Malformed.CHAIN;
            }
            int headerLength = headerLength(buffer, protocol, at, end);
            if (headerLength < 0) {
                return truncated();
            }
            int result =
                    isFragment ? 0 : read(buffer, offset, protocol, namedAt, at, at + headerLength);
            if (result < 0) {
                return result;
            }
            namedAt = at;
            protocol = uint8(buffer, at);
            at += headerLength;
        }
        upperLayerProtocol = protocol;
        upperLayerOffset = at;
        nextHeaderOffset = namedAt;
        return at - offset - Ipv6Header.LENGTH;
    }

    /** Whether a next-header value is one of an extension header that the walk goes through. */
    private static boolean isExtension(int protocol) {
        return protocol < Long.SIZE && ((EXTENSIONS >>> protocol) & 1) != 0;
    }

    /**
     * Whether the walk is over because the rest is in other fragments: after a fragment header with
     * an offset, or before one in what is a fragment already.
     */
    private boolean endsAtFragment(UnsafeBuffer buffer, int protocol) {
        return isFragment
                && (protocol == IpProtocol.FRAGMENT
                        || Ipv6FragmentHeader.fragmentOffset(buffer, fragmentHeaderOffset) != 0);
    }

    private static int headerLength(UnsafeBuffer buffer, int protocol, int at, int end) {
        if (end - at < MIN_LENGTH) {
            return Malformed.TRUNCATED;
        }
        int units = uint8(buffer, at + 1);
        int length =
                switch (protocol) {
                    case IpProtocol.FRAGMENT -> Ipv6FragmentHeader.LENGTH;
                    // RFC 4302, section 2.2: in units of 4 bytes, less 2.
                    case IpProtocol.AUTHENTICATION -> (units + 2) << 2;
                    default -> (units + 1) << 3;
                };
        return length > end - at ? Malformed.TRUNCATED : length;
    }

    /**
     * RFC 8200, section 4.5: a first fragment without all its headers is reported, with the pointer
     * 0.
     */
    private int truncated() {
        if (isFragment) {
            problem(Icmpv6Message.INCOMPLETE_HEADER_CHAIN, 0);
        }
        return Malformed.TRUNCATED;
    }

    private int read(
            UnsafeBuffer buffer, int offset, int protocol, int namedAt, int at, int headerEnd) {
        switch (protocol) {
            case IpProtocol.HOP_BY_HOP -> {
                // RFC 8200, section 4: anywhere else, zero is an unrecognized next header.
                if (namedAt != offset + Ipv6Header.NEXT_HEADER_OFFSET) {
                    return problem(Icmpv6Message.UNRECOGNIZED_NEXT_HEADER, namedAt - offset);
                }
                return options(buffer, offset, at, headerEnd, true);
            }
            case IpProtocol.DESTINATION_OPTIONS -> {
                return options(buffer, offset, at, headerEnd, false);
            }
            case IpProtocol.ROUTING -> {
                routingHeaderOffset = at;
                // No routing type is known here, type 0 as little as others (RFC 5095, section 3).
                // RFC 8200, section 4.4 has such a header ignored when no segments are left.
                if (Ipv6RoutingHeader.segmentsLeft(buffer, at) != 0) {
                    return problem(
                            Icmpv6Message.ERRONEOUS_HEADER_FIELD,
                            at + Ipv6RoutingHeader.TYPE_OFFSET - offset);
                }
            }
            case IpProtocol.FRAGMENT -> {
                fragmentHeaderOffset = at;
                fragmentNextHeaderOffset = namedAt;
                isFragment = !Ipv6FragmentHeader.isAtomic(buffer, at);
            }
            default -> authenticationHeaderOffset = at;
        }
        return 0;
    }

    private int options(
            UnsafeBuffer buffer, int offset, int headerStart, int headerEnd, boolean hopByHop) {
        int options = 0;
        int at = headerStart + Ipv6Options.OPTIONS_OFFSET;
        while (at < headerEnd) {
            int optionLength = Ipv6Options.checkOption(buffer, at, headerEnd);
            if (optionLength < 0) {
                return optionLength;
            }
            int type = uint8(buffer, at);
            if (type > Ipv6Options.PADN && options++ == maxOptions) {
                return Malformed.CHAIN;
            }
            if (Ipv6Options.action(type) != Ipv6Options.SKIP) {
                return demanded(type, at - offset);
            }
            if (hopByHop && type == Ipv6Options.ROUTER_ALERT) {
                routerAlert = uint16(buffer, at + Ipv6Options.DATA_OFFSET);
            }
            at += optionLength;
        }
        return 0;
    }

    /** None of the types that have an action other than to be skipped is known here. */
    private int demanded(int type, int pointer) {
        problemOption = type;
        action = Ipv6Options.action(type);
        if (action != Ipv6Options.DISCARD) {
            problemCode = Icmpv6Message.UNRECOGNIZED_OPTION;
            problemPointer = pointer;
        }
        return Malformed.UNRECOGNIZED;
    }

    /**
     * Only of an option may a node tell the sender of a packet to a multicast address (RFC 4443,
     * 2.4).
     */
    private int problem(int code, int pointer) {
        action = Ipv6Options.REPORT_UNLESS_MULTICAST;
        problemCode = code;
        problemPointer = pointer;
        return Malformed.UNRECOGNIZED;
    }

    /**
     * {@return the next-header value that ended the walk: the protocol of the upper layer, or
     * {@link IpProtocol#ESP} or {@link IpProtocol#NO_NEXT_HEADER}; in a fragment, see {@link
     * #isFragment}}
     */
    public int upperLayerProtocol() {
        return upperLayerProtocol;
    }

    /** {@return the index of the first byte after the headers; it may be the end of the packet} */
    public int upperLayerOffset() {
        return upperLayerOffset;
    }

    /**
     * {@return the index of the next-header field that names the upper layer} A parameter problem
     * points there if the protocol is not known.
     */
    public int nextHeaderOffset() {
        return nextHeaderOffset;
    }

    /**
     * {@return whether this is a fragment that must be reassembled} In the first one the upper
     * layer is known, but not whole; in another one its protocol is what the fragment header says,
     * which need not be true, and its offset that of the fragment's data.
     */
    public boolean isFragment() {
        return isFragment;
    }

    /**
     * {@return the index of the fragment header, or {@link #NONE}; of the last one, if atomic
     * fragments are nested}
     */
    public int fragmentHeaderOffset() {
        return fragmentHeaderOffset;
    }

    /**
     * {@return the index of the next-header field that names the fragment header, or {@link #NONE}}
     * Reassembly writes the next header of the first fragment there (RFC 8200, section 4.5).
     */
    public int fragmentNextHeaderOffset() {
        return fragmentNextHeaderOffset;
    }

    /** {@return the index of the last routing header, or {@link #NONE}} */
    public int routingHeaderOffset() {
        return routingHeaderOffset;
    }

    /**
     * {@return the index of the last authentication header, which is not verified, or {@link
     * #NONE}}
     */
    public int authenticationHeaderOffset() {
        return authenticationHeaderOffset;
    }

    /**
     * {@return the value of the router alert among the hop-by-hop options, 0 to 65535, or {@link
     * #NONE}}
     */
    public int routerAlert() {
        return routerAlert;
    }

    /**
     * {@return what is to be done with the packet: {@link Ipv6Options#SKIP}, that is to go on,
     * after a parse that succeeded; else {@link Ipv6Options#DISCARD}, {@link Ipv6Options#REPORT} or
     * {@link Ipv6Options#REPORT_UNLESS_MULTICAST}}
     */
    public int action() {
        return action;
    }

    /** {@return the code of the parameter problem if one is to be sent, or {@link #NONE}} */
    public int problemCode() {
        return problemCode;
    }

    /**
     * {@return the pointer of the parameter problem if one is to be sent, in bytes from the first
     * one of the IPv6 header; or {@link #NONE}}
     */
    public int problemPointer() {
        return problemPointer;
    }

    /** {@return the type of the option that demanded the action, 64 to 255, or {@link #NONE}} */
    public int problemOption() {
        return problemOption;
    }
}
