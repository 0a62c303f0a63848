package onload.jdk.channel;

import org.agrona.UnsafeApi;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketAddress;

/**
 * What {@code java.net} keeps to itself of its datagrams: how much room a packet has, apart from how much it holds, so
 * that one packet can be received into again and again; and how to make a socket with nothing behind it. If this
 * JDK has it otherwise, a packet has as much room as it holds, and a socket has one of the JDK's own behind it
 * that nobody uses.
 */
final class PacketFields {
    private static final long NONE = -1;

    private static final long ROOM = offset("bufLength");
    private static final long LENGTH = offset("length");

    private PacketFields() {}

    private static long offset(String field) {
        try {
            return UnsafeApi.objectFieldOffset(DatagramPacket.class, field);
        } catch (InternalError | LinkageError e) {
            return NONE;
        }
    }

    /** {@return the most bytes that a packet takes} */
    static int room(DatagramPacket packet) {
        return ROOM == NONE ? packet.getLength() : UnsafeApi.getInt(packet, ROOM);
    }

    /** A packet was received into: sets how much it holds, and leaves its room as it is. */
    static void received(DatagramPacket packet, int bytes) {
        if (LENGTH == NONE || ROOM == NONE) {
            packet.setLength(bytes);
        } else {
            UnsafeApi.putInt(packet, LENGTH, bytes);
        }
    }

    /** {@return what tells the constructor of a datagram socket to open nothing; null if there is nothing such} */
    @SuppressWarnings("NullAway") // The constructor that takes it takes null for an unbound socket.
    static SocketAddress nothingBehind() {
        try {
            java.lang.reflect.Field field = DatagramSocket.class.getDeclaredField("NO_DELEGATE");
            return (SocketAddress)
                    UnsafeApi.getReference(
                            UnsafeApi.staticFieldBase(field), UnsafeApi.staticFieldOffset(field));
        } catch (ReflectiveOperationException | InternalError | LinkageError e) {
            return null;
        }
    }
}
