package onload.ip.router;

import onload.wire.IpAddress;

/**
 * An address that routers have said, of a router or a DNS server.
 *
 * @param interfaceIndex the interface on whose link it was said
 * @param address the address
 * @param untilNs when it ceases to hold, or {@link Long#MAX_VALUE}
 */
public record AdvertisedAddress(int interfaceIndex, IpAddress address, long untilNs) {}
