package onload.nic.afxdp;

import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;
import onload.wire.IpAddress;

import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Layout of a key in the map of flows that are the stack's. The program builds the same from a frame:
 *
 * <pre>
 *   0  local address, 16 bytes, IPv4 as IPv4-mapped
 *  16  remote address, 16 bytes; 0 for any
 *  32  local port, 2 bytes as on the wire
 *  34  remote port, 2 bytes as on the wire; 0 for any
 *  36  protocol, 4 bytes in the machine's order
 * </pre>
 */
final class FlowKey {
    static final int LOCAL = 0;
    static final int REMOTE = 16;
    static final int LOCAL_PORT = 32;
    static final int REMOTE_PORT = 34;
    static final int PROTOCOL = 36;
    static final int LENGTH = 40;

    private FlowKey() {}

    static void write(MutableDirectBuffer key, FlowFilter filter) {
        local(key, filter.protocol(), filter.local(), filter.localPort());
        address(key, REMOTE, filter.remote());
        key.putShort(REMOTE_PORT, (short) filter.remotePort(), ByteOrder.BIG_ENDIAN);
    }

    static void write(MutableDirectBuffer key, LocalFilter filter) {
        local(key, filter.protocol(), filter.local(), filter.localPort());
    }

    private static void local(MutableDirectBuffer key, int protocol, IpAddress local, int port) {
        key.setMemory(0, LENGTH, (byte) 0);
        address(key, LOCAL, local);
        key.putShort(LOCAL_PORT, (short) port, ByteOrder.BIG_ENDIAN);
        key.putInt(PROTOCOL, protocol, ByteOrder.nativeOrder());
    }

    private static void address(MutableDirectBuffer key, int at, IpAddress address) {
        key.putLong(at, address.high(), ByteOrder.BIG_ENDIAN);
        key.putLong(at + Long.BYTES, address.low(), ByteOrder.BIG_ENDIAN);
    }
}
