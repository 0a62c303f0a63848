package onload.nic.spi;

import onload.wire.IpAddress;

/**
 * The frames of one connection, exactly.
 *
 * @param protocol TCP or UDP, as in {@code IpProtocol}
 * @param local address of this end
 * @param localPort port of this end, 1 to 65535
 * @param remote address of the other end, of the same IP version
 * @param remotePort port of the other end, 1 to 65535
 */
public record FlowFilter(
        int protocol, IpAddress local, int localPort, IpAddress remote, int remotePort)
        implements Filter {

    /**
     * Checks the flow.
     *
     * @throws IllegalArgumentException if a value is out of its range or the addresses are of two versions
     */
    public FlowFilter {
        LocalFilter.checkTransport(protocol, localPort);
        LocalFilter.checkTransport(protocol, remotePort);
        if (local.isIpv4() != remote.isIpv4()) {
            throw new IllegalArgumentException(
                    "a flow cannot be between %s and %s; expected two addresses of one IP version"
                            .formatted(local, remote));
        }
    }
}
