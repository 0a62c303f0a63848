package onload.ip.router;

import onload.wire.IpPrefix;

/**
 * A prefix that routers have said to be on a link.
 *
 * @param interfaceIndex the interface of the link
 * @param prefix the prefix
 * @param untilNs when it ceases to hold, or {@link Long#MAX_VALUE}
 */
public record AdvertisedPrefix(int interfaceIndex, IpPrefix prefix, long untilNs) {}
