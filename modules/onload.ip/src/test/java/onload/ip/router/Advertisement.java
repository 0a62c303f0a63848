package onload.ip.router;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;

/** Builds a router advertisement, or a redirect, with options. */
final class Advertisement {
    /** Where a message begins, so that nobody takes the beginning of memory for it. */
    static final int INDEX = 24;

    static final int ON_LINK = NdpOptions.ON_LINK;
    static final int AUTONOMOUS = NdpOptions.AUTONOMOUS;
    static final long FOREVER = NdpOptions.INFINITE_SECONDS;

    final UnsafeBuffer memory = new UnsafeBuffer(new byte[4096]);
    private int end;

    private Advertisement(int headerLength) {
        end = INDEX + headerLength;
    }

    static Advertisement of(
            int hopLimit, int preference, int lifetimeSeconds, long reachableMs, long retransMs) {
        Advertisement built = new Advertisement(NdpMessage.ROUTER_ADVERTISEMENT_LENGTH);
        NdpMessage.writeRouterAdvertisement(
                built.memory,
                INDEX,
                hopLimit,
                0,
                preference,
                lifetimeSeconds,
                reachableMs,
                retransMs);
        return built;
    }

    /** Says nothing but how long it is a default router. */
    static Advertisement lifetime(int seconds) {
        return of(0, 0, seconds, 0, 0);
    }

    static Advertisement redirect(String target, String destination) {
        Advertisement built = new Advertisement(NdpMessage.REDIRECT_LENGTH);
        IpAddress to = IpAddress.parse(target);
        IpAddress of = IpAddress.parse(destination);
        NdpMessage.writeRedirect(built.memory, INDEX, to.high(), to.low(), of.high(), of.low());
        return built;
    }

    Advertisement prefix(String text, int flags, long validSeconds, long preferredSeconds) {
        IpPrefix prefix = IpPrefix.parse(text);
        return prefix(
                prefix.network().high(),
                prefix.network().low(),
                prefix.length(),
                flags,
                validSeconds,
                preferredSeconds);
    }

    Advertisement prefix(
            long high, long low, int length, int flags, long validSeconds, long preferredSeconds) {
        end =
                NdpOptions.writePrefixInformation(
                        memory, end, length, flags, validSeconds, preferredSeconds, high, low);
        return this;
    }

    Advertisement mtu(long bytes) {
        end = NdpOptions.writeMtu(memory, end, bytes);
        return this;
    }

    Advertisement source(long mac) {
        end =
                NdpOptions.writeLinkLayerAddress(
                        memory, end, NdpOptions.SOURCE_LINK_LAYER_ADDRESS, mac);
        return this;
    }

    Advertisement target(long mac) {
        end =
                NdpOptions.writeLinkLayerAddress(
                        memory, end, NdpOptions.TARGET_LINK_LAYER_ADDRESS, mac);
        return this;
    }

    Advertisement servers(long lifetimeSeconds, String... servers) {
        int at = end;
        end = NdpOptions.writeRecursiveDnsServers(memory, at, lifetimeSeconds, servers.length);
        for (int i = 0; i < servers.length; i++) {
            IpAddress server = IpAddress.parse(servers[i]);
            NdpOptions.server(memory, at, i, server.high(), server.low());
        }
        return this;
    }

    /** Appends bytes as they are. */
    Advertisement raw(int... bytes) {
        for (int value : bytes) {
            memory.putByte(end++, (byte) value);
        }
        return this;
    }

    Advertisement code(int code) {
        memory.putByte(INDEX + 1, (byte) code);
        return this;
    }

    Advertisement type(int type) {
        memory.putByte(INDEX, (byte) type);
        return this;
    }

    Advertisement cutTo(int length) {
        end = INDEX + length;
        return this;
    }

    int length() {
        return end - INDEX;
    }
}
