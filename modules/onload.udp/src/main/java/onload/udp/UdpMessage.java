package onload.udp;

import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * What comes with a received datagram: from whom, to which address, and how. Filled by receiving and read afterwards;
 * may be used again and again. It is kept in the control block of the datagram's packet meanwhile.
 */
public final class UdpMessage {
    private static final int SOURCE_HIGH = 0;
    private static final int SOURCE_LOW = 8;
    private static final int DESTINATION_HIGH = 16;
    private static final int DESTINATION_LOW = 24;
    private static final int INTERFACE = 32;
    private static final int PORTS = 36;
    private static final int HEADER = 40;
    private static final int LENGTH = 44;
    private static final int CHARGE = 48;
    private static final int TIME = 56;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int interfaceIndex;
    private int ports;
    private int header;
    private int length;
    private long arrivalNs;
    private long hardwareTimestampNs;
    private boolean hasHardwareTimestamp;
    private boolean isTruncated;

    /** Makes one that says nothing. */
    public UdpMessage() {}

    static void write(
            PacketBuffers buffers,
            int packet,
            IpDatagram datagram,
            int ports,
            int length,
            int charge,
            long nowNs) {
        UnsafeBuffer memory = buffers.memory();
        int at = buffers.controlBlock(packet);
        memory.putLong(at + SOURCE_HIGH, datagram.sourceHigh());
        memory.putLong(at + SOURCE_LOW, datagram.sourceLow());
        memory.putLong(at + DESTINATION_HIGH, datagram.destinationHigh());
        memory.putLong(at + DESTINATION_LOW, datagram.destinationLow());
        memory.putInt(at + INTERFACE, datagram.interfaceIndex());
        memory.putInt(at + PORTS, ports);
        memory.putInt(
                at + HEADER,
                datagram.hopLimit() | datagram.trafficClass() << 8 | datagram.cast() << 16);
        memory.putInt(at + LENGTH, length);
        memory.putInt(at + CHARGE, charge);
        memory.putLong(at + TIME, nowNs);
    }

    static int charge(PacketBuffers buffers, int packet) {
        return buffers.memory().getInt(buffers.controlBlock(packet) + CHARGE);
    }

    static int length(PacketBuffers buffers, int packet) {
        return buffers.memory().getInt(buffers.controlBlock(packet) + LENGTH);
    }

    /**
     * {@return what a packet counts in the receive queue of its socket, in bytes}
     *
     * @param packet handed over by a socket, its control block as it was
     */
    public static int queueCharge(PacketBuffers buffers, int packet) {
        return charge(buffers, packet);
    }

    /** {@return the bytes of data of the datagram in a packet that a socket has handed over} */
    public static int dataLength(PacketBuffers buffers, int packet) {
        return length(buffers, packet);
    }

    /**
     * Says whether the receiver's buffer was too short.
     *
     * @param truncated whether the rest is gone
     */
    public void markTruncated(boolean truncated) {
        truncated(truncated);
    }

    /**
     * Reads what is kept with a packet that was received without copying, such as one of a batch.
     *
     * @param buffers of the stack's pool
     * @param packet handed over by a socket, its control block as it was
     */
    public void read(PacketBuffers buffers, int packet) {
        UnsafeBuffer memory = buffers.memory();
        int at = buffers.controlBlock(packet);
        sourceHigh = memory.getLong(at + SOURCE_HIGH);
        sourceLow = memory.getLong(at + SOURCE_LOW);
        destinationHigh = memory.getLong(at + DESTINATION_HIGH);
        destinationLow = memory.getLong(at + DESTINATION_LOW);
        interfaceIndex = memory.getInt(at + INTERFACE);
        ports = memory.getInt(at + PORTS);
        header = memory.getInt(at + HEADER);
        length = memory.getInt(at + LENGTH);
        arrivalNs = memory.getLong(at + TIME);
        hasHardwareTimestamp = (buffers.flags(packet) & PacketBuffers.HARDWARE_TIMESTAMP) != 0;
        hardwareTimestampNs = hasHardwareTimestamp ? buffers.timestampNs(packet) : 0;
        isTruncated = false;
    }

    void truncated(boolean truncated) {
        isTruncated = truncated;
    }

    /** {@return the high half of the sender's address, IPv4 as IPv4-mapped} */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** {@return the low half of the sender's address} */
    public long sourceLow() {
        return sourceLow;
    }

    /** {@return the sender's port; 0 if it wants no answer (RFC 768)} */
    public int sourcePort() {
        return ports >>> 16;
    }

    /** {@return the high half of the address that it was sent to} */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** {@return the low half of the address that it was sent to: the specific one (RFC 1122, section 4.1.3.5)} */
    public long destinationLow() {
        return destinationLow;
    }

    /** {@return the port that it was sent to} */
    public int destinationPort() {
        return ports & 0xFFFF;
    }

    /** {@return the number of the interface that it came by} */
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /** {@return the hops that were left, 0 to 255} */
    public int hopLimit() {
        return header & 0xFF;
    }

    /** {@return DSCP and ECN} */
    public int trafficClass() {
        return header >>> 8 & 0xFF;
    }

    /** {@return a cast of {@link IpDatagram}} */
    public int cast() {
        return header >>> 16;
    }

    /** {@return the bytes of data that were sent, also where fewer were received} */
    public int datagramLength() {
        return length;
    }

    /** {@return whether the receiver's buffer was too short, and the rest is gone} */
    public boolean isTruncated() {
        return isTruncated;
    }

    /** {@return the time of the poll that delivered it} */
    public long arrivalNs() {
        return arrivalNs;
    }

    /** {@return whether the NIC took the time} */
    public boolean hasHardwareTimestamp() {
        return hasHardwareTimestamp;
    }

    /** {@return the NIC's time; 0 if it took none} */
    public long hardwareTimestampNs() {
        return hardwareTimestampNs;
    }
}
