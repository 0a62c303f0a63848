package onload.testkit.linux;

import onload.linux.Descriptor;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;
import onload.linux.device.NetworkDevice;
import onload.linux.tun.VirtioNetHeader;

import org.jspecify.annotations.Nullable;

/**
 * Whole Ethernet frames in and out of a device of the kernel, {@code packet(7)}: the far end of a NIC under
 * test. It has only what comes in, not what goes out, and fills checksums in that were left to the receiver, as
 * the kernel does before a frame goes to a wire.
 */
public final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;

    /** {@code SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK}. */
    private static final int RAW = 3 | 0x8_0000 | 0x800;

    /** {@code ETH_P_ALL}, the most significant byte first. */
    private static final short ALL_PROTOCOLS = 0x0300;

    private static final int SOL_PACKET = 263;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_VNET_HDR = 15;
    private static final int HEADER_LENGTH = VirtioNetHeader.LENGTH;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;

    /** Room for some hundred jumbo frames as the kernel counts them. */
    private static final int RECEIVE_BYTES = 1 << 23;

    private static final int ADDRESS_LENGTH = 20;
    private static final int LONGEST = 1 << 16;
    private static final int MSG_DONTWAIT = 0x40;

    private final Descriptor socket;
    private final SystemCalls calls = new SystemCalls();
    private final Struct frame = Struct.lasting(LONGEST);

    /**
     * Opens one on a device of the calling thread's namespace.
     *
     * @param device its name
     * @throws LinuxException if the kernel refuses
     */
    public PacketSocket(String device) {
        socket =
                Descriptor.checked(
                        calls.call(SystemCall.SOCKET, AF_PACKET, RAW, ALL_PROTOCOLS),
                        "socket(AF_PACKET)");
        try (NetworkDevice found = NetworkDevice.find(device).orElseThrow();
                Struct argument = Struct.of(ADDRESS_LENGTH)) {
            argument.bytes().putInt(0, 1);
            LinuxException.check(
                    calls.call(
                            SystemCall.SETSOCKOPT,
                            socket.number(),
                            SOL_PACKET,
                            PACKET_IGNORE_OUTGOING,
                            argument.address(),
                            Integer.BYTES),
                    "setsockopt(PACKET_IGNORE_OUTGOING)");
            LinuxException.check(
                    calls.call(
                            SystemCall.SETSOCKOPT,
                            socket.number(),
                            SOL_PACKET,
                            PACKET_VNET_HDR,
                            argument.address(),
                            Integer.BYTES),
                    "setsockopt(PACKET_VNET_HDR)");
            argument.bytes().putInt(0, RECEIVE_BYTES);
            LinuxException.check(
                    calls.call(
                            SystemCall.SETSOCKOPT,
                            socket.number(),
                            SOL_SOCKET,
                            SO_RCVBUFFORCE,
                            argument.address(),
                            Integer.BYTES),
                    "setsockopt(SO_RCVBUFFORCE)");
            argument.bytes().putInt(0, 0);
            argument.bytes().putShort(0, (short) AF_PACKET);
            argument.bytes().putShort(2, ALL_PROTOCOLS);
            argument.bytes().putInt(4, found.index());
            LinuxException.check(
                    calls.call(
                            SystemCall.BIND, socket.number(), argument.address(), ADDRESS_LENGTH),
                    "bind(AF_PACKET, " + device + ")");
        }
    }

    /**
     * Sends a frame.
     *
     * @param bytes a whole Ethernet frame
     * @throws LinuxException if the device does not take it
     */
    public void send(byte[] bytes) {
        VirtioNetHeader.plain(frame.bytes(), 0);
        frame.bytes().putBytes(HEADER_LENGTH, bytes);
        LinuxException.check(
                calls.call(
                        SystemCall.SENDTO,
                        socket.number(),
                        frame.address(),
                        HEADER_LENGTH + bytes.length,
                        MSG_DONTWAIT,
                        0,
                        0),
                "send of a frame of %d bytes".formatted(bytes.length));
    }

    /** {@return the next frame that has come in, or null} */
    public byte @Nullable [] receive() {
        long length =
                calls.call(
                        SystemCall.RECVFROM,
                        socket.number(),
                        frame.address(),
                        LONGEST,
                        MSG_DONTWAIT,
                        0,
                        0);
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[(int) length - HEADER_LENGTH];
        frame.bytes().getBytes(HEADER_LENGTH, bytes);
        if ((VirtioNetHeader.flags(frame.bytes(), 0) & VirtioNetHeader.NEEDS_CHECKSUM) != 0) {
            int start = VirtioNetHeader.start(frame.bytes(), 0);
            fill(bytes, start, start + VirtioNetHeader.field(frame.bytes(), 0));
        }
        return bytes;
    }

    /** The Internet checksum (RFC 1071) of all from {@code start} on, in which the field is the pseudo-header's sum. */
    private static void fill(byte[] bytes, int start, int field) {
        int sum = 0;
        for (int i = start; i < bytes.length; i++) {
            int value = bytes[i] & 0xff;
            sum += (i - start) % 2 == 0 ? value << 8 : value;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        int checksum = ~sum & 0xffff;
        bytes[field] = (byte) (checksum >> 8);
        bytes[field + 1] = (byte) checksum;
    }

    @Override
    public void close() {
        socket.close();
    }
}
