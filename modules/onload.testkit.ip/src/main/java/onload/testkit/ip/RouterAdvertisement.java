package onload.testkit.ip;

import onload.wire.IpPrefix;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a router advertises on a link (RFC 4861, section 4.2). Each method sets what it is named after and answers the
 * advertisement itself; what is not set says nothing but a lifetime of half an hour.
 */
public final class RouterAdvertisement {
    private static final int MAX_LENGTH = 8192;

    private final List<Prefix> prefixes = new ArrayList<>();
    private int hopLimit;
    private int preference;
    private int lifetimeSeconds = 1800;
    private long reachableTimeMs;
    private long retransTimerMs;
    private long mtu;
    private boolean hasLinkLayerAddress = true;

    private record Prefix(IpPrefix prefix, int flags, long validSeconds, long preferredSeconds) {}

    /** Makes one with a lifetime of half an hour, the sender's Ethernet address, and nothing else. */
    public RouterAdvertisement() {}

    /** The hop limit of packets that hosts send; 0 to say none. */
    public RouterAdvertisement hopLimit(int hops) {
        hopLimit = hops;
        return this;
    }

    /** The preference as a default router: 1 high, 0 medium, -1 low (RFC 4191). */
    public RouterAdvertisement preference(int value) {
        preference = value;
        return this;
    }

    /** How long it is a default router; 0 for one that is none. */
    public RouterAdvertisement lifetimeSeconds(int seconds) {
        lifetimeSeconds = seconds;
        return this;
    }

    /** How long a neighbour counts as reachable; 0 to say nothing. */
    public RouterAdvertisement reachableTimeMs(long milliseconds) {
        reachableTimeMs = milliseconds;
        return this;
    }

    /** Time between solicitations; 0 to say nothing. */
    public RouterAdvertisement retransTimerMs(long milliseconds) {
        retransTimerMs = milliseconds;
        return this;
    }

    /** The MTU of the link in bytes; 0 to say none. */
    public RouterAdvertisement mtu(long bytes) {
        mtu = bytes;
        return this;
    }

    /** Whether it has the Ethernet address of its sender. */
    public RouterAdvertisement linkLayerAddress(boolean present) {
        hasLinkLayerAddress = present;
        return this;
    }

    /** A prefix that is on the link and of which hosts make addresses; another call adds another. */
    public RouterAdvertisement prefix(String prefix, long validSeconds, long preferredSeconds) {
        int flags = NdpOptions.ON_LINK | NdpOptions.AUTONOMOUS;
        return prefix(prefix, flags, validSeconds, preferredSeconds);
    }

    /** A prefix with flags: {@link NdpOptions#ON_LINK} and {@link NdpOptions#AUTONOMOUS}, or-ed. */
    public RouterAdvertisement prefix(
            String prefix, int flags, long validSeconds, long preferredSeconds) {
        prefixes.add(new Prefix(IpPrefix.parse(prefix), flags, validSeconds, preferredSeconds));
        return this;
    }

    /** Says nothing of prefixes any more. */
    public RouterAdvertisement withoutPrefixes() {
        prefixes.clear();
        return this;
    }

    /**
     * {@return the message, of which {@link IpPackets#icmp} makes a packet}
     *
     * @param mac Ethernet address of its sender, 48 bits
     */
    public byte[] message(long mac) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[MAX_LENGTH]);
        NdpMessage.writeRouterAdvertisement(
                message,
                0,
                hopLimit,
                0,
                preference,
                lifetimeSeconds,
                reachableTimeMs,
                retransTimerMs);
        int at = NdpMessage.ROUTER_ADVERTISEMENT_LENGTH;
        if (hasLinkLayerAddress) {
            at =
                    NdpOptions.writeLinkLayerAddress(
                            message, at, NdpOptions.SOURCE_LINK_LAYER_ADDRESS, mac);
        }
        if (mtu > 0) {
            at = NdpOptions.writeMtu(message, at, mtu);
        }
        for (Prefix each : prefixes) {
            at =
                    NdpOptions.writePrefixInformation(
                            message,
                            at,
                            each.prefix.length(),
                            each.flags,
                            each.validSeconds,
                            each.preferredSeconds,
                            each.prefix.network().high(),
                            each.prefix.network().low());
        }
        return Arrays.copyOf(message.byteArray(), at);
    }
}
