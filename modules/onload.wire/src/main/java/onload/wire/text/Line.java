package onload.wire.text;

import static java.nio.ByteOrder.BIG_ENDIAN;

import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A line of text while it is written, with the packet that it describes. Every part of a packet is
 * asked for by {@link #lacks} before it is read, so that no bytes whatever make a read fail.
 */
final class Line {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder text = new StringBuilder(160);
    private final UnsafeBuffer buffer;
    private int end;
    private String source = "";
    private String destination = "";
    private boolean hasAddresses;

    /**
     * Begins an empty line.
     *
     * @param buffer holds the packet
     * @param end index after its last byte
     */
    Line(UnsafeBuffer buffer, int end) {
        this.buffer = buffer;
        this.end = end;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    /** {@return the index after the last byte that there is and that belongs to the packet} */
    int end() {
        return end;
    }

    /** Leaves out what is beyond an index: padding of the link. */
    void endAt(int index) {
        end = Math.min(end, index);
    }

    /**
     * {@return whether some bytes are not there}; if so, that is written, as {@code [|tcp]}.
     *
     * @param at index of the first one
     * @param length how many
     * @param protocol what they are part of
     */
    boolean lacks(int at, int length, String protocol) {
        if (has(at, length)) {
            return false;
        }
        truncated(protocol);
        return true;
    }

    /** {@return whether some bytes are there} The index may be beyond the end. */
    boolean has(int at, int length) {
        return at <= end && length <= end - at;
    }

    void truncated(String protocol) {
        text.append(" [|").append(protocol).append(']');
    }

    /** Notes between which addresses the packet goes; they are written when it is known how. */
    void addresses(String from, String to) {
        source = from;
        destination = to;
    }

    /** Writes the addresses of a protocol without ports. */
    void writeAddresses() {
        text.append(source).append(" > ").append(destination).append(": ");
        hasAddresses = true;
    }

    /** Writes the addresses with ports; the ports alone if the addresses are there already. */
    void writePorts(int sourcePort, int destinationPort) {
        if (hasAddresses) {
            text.append(sourcePort).append(" > ").append(destinationPort).append(": ");
        } else {
            text.append(source).append('.').append(sourcePort).append(" > ");
            text.append(destination).append('.').append(destinationPort).append(": ");
        }
    }

    /** Writes the addresses if they are not there already: the ports cannot be read. */
    void writeAddressesOnce() {
        if (!hasAddresses) {
            writeAddresses();
        }
    }

    Line append(String string) {
        text.append(string);
        return this;
    }

    Line append(char character) {
        text.append(character);
        return this;
    }

    Line append(long number) {
        text.append(number);
        return this;
    }

    Line mac(long address) {
        MacAddress.append(text, address);
        return this;
    }

    Line ipv4(int address) {
        Ipv4Address.append(text, address);
        return this;
    }

    Line ipv6(long high, long low) {
        Ipv6Address.append(text, high, low);
        return this;
    }

    /** Writes the IPv6 address at an index. */
    Line ipv6(int at) {
        return ipv6(buffer.getLong(at, BIG_ENDIAN), buffer.getLong(at + Long.BYTES, BIG_ENDIAN));
    }

    /** Writes bytes as two digits each. */
    Line hex(int at, int length) {
        for (int i = at; i < at + length; i++) {
            text.append(HEX.charAt(uint8(i) >>> 4)).append(HEX.charAt(uint8(i) & 0xF));
        }
        return this;
    }

    /** Writes 0x and a number without leading zeros. */
    Line hexNumber(long number) {
        text.append("0x").append(Long.toHexString(number));
        return this;
    }

    int uint8(int at) {
        return buffer.getByte(at) & 0xFF;
    }

    int uint16(int at) {
        return buffer.getShort(at, BIG_ENDIAN) & 0xFFFF;
    }

    long uint32(int at) {
        return buffer.getInt(at, BIG_ENDIAN) & 0xFFFF_FFFFL;
    }

    int int32(int at) {
        return buffer.getInt(at, BIG_ENDIAN);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
