package onload.nic.spi;

import onload.wire.IpAddress;
import onload.wire.IpProtocol;

/**
 * The frames for one local address and port, from anybody: a listener's, or an unconnected socket's.
 *
 * @param protocol TCP or UDP, as in {@code IpProtocol}
 * @param local address of this end
 * @param localPort port of this end, 1 to 65535
 */
public record LocalFilter(int protocol, IpAddress local, int localPort) implements Filter {
    /**
     * Checks the filter.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public LocalFilter {
        checkTransport(protocol, localPort);
    }

    static void checkTransport(int protocol, int port) {
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) {
            throw new IllegalArgumentException(
                    "a filter cannot be for protocol %d; expected 6 (TCP) or 17 (UDP)"
                            .formatted(protocol));
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "a filter cannot be for port %d; expected 1 to 65535".formatted(port));
        }
    }
}
