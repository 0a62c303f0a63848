package onload.ip;

import onload.testkit.Frames;
import onload.testkit.base.Randomness;

import java.util.Arrays;
import java.util.List;

/** Valid frames of every kind that a layer reads, from which a fuzzer starts, and how it damages and mends them. */
final class FuzzSeeds {
    private static final String OTHER_MAC = "02:00:00:00:00:77";
    private static final String NO_MAC = "00:00:00:00:00:00";
    private static final String OWN_SOLICITED = "ff02::1:ff00:2";
    private static final String ALL_NODES = "ff02::1";
    private static final int ROUTER_ALERT = 0x94;

    static final List<byte[]> ALL =
            List.of(
                    Forge.arp(1, Forge.PEER_MAC, Forge.PEER4, NO_MAC, Forge.OWN4),
                    Forge.arp(1, OTHER_MAC, "192.0.2.77", NO_MAC, Forge.OWN4),
                    Forge.arp(1, OTHER_MAC, "0.0.0.0", NO_MAC, Forge.OWN4),
                    Forge.arp(2, OTHER_MAC, Forge.OWN4, Forge.OWN_MAC, Forge.OWN4),
                    Forge.arp(2, OTHER_MAC, "192.0.2.99", Forge.OWN_MAC, Forge.OWN4),
                    Forge.udp(Forge.PEER4, Forge.OWN4, 30),
                    Forge.udp(Forge.PEER6, Forge.OWN6, 30),
                    Forge.udp(Forge.PEER4, LayerScene.GROUP4, 30),
                    Forge.udp(Forge.PEER6, LayerScene.GROUP6, 30),
                    Forge.udp(Forge.PEER4, "192.0.2.255", 30),
                    Forge.udp("203.0.113.7", Forge.OWN4, 1400),
                    Forge.udp("2001:db8:9::9", Forge.OWN6, 1400),
                    tcp(Forge.PEER4, Forge.OWN4),
                    tcp(Forge.PEER6, Forge.OWN6),
                    Forge.echo4(Forge.PEER4, Forge.OWN4, 1),
                    Forge.echo4("192.0.2.77", Forge.OWN4, 1),
                    Forge.echo6(Forge.PEER6, Forge.OWN6, 1),
                    Forge.echo6(Forge.PEER_LINK_LOCAL, ALL_NODES, 1),
                    Forge.icmp(Forge.PEER4, Forge.OWN4, 3, 4, 1000, ours4()),
                    Forge.icmp(Forge.PEER4, Forge.OWN4, 3, 3, 0, ours4()),
                    Forge.icmp(Forge.PEER4, Forge.OWN4, 11, 0, 0, ours4()),
                    Forge.icmp(LayerScene.ROUTER4, Forge.OWN4, 5, 1, 0xC0000242, ours4()),
                    Forge.icmpv6(Forge.PEER6, Forge.OWN6, 64, 2, 0, 1300, ours6()),
                    Forge.icmpv6(Forge.PEER6, Forge.OWN6, 64, 1, 4, 0, ours6()),
                    Forge.icmpv6(Forge.PEER6, Forge.OWN6, 64, 4, 1, 40, ours6()),
                    Forge.solicitation(
                            Forge.PEER6,
                            OWN_SOLICITED,
                            Forge.OWN6,
                            Forge.linkOption(1, Forge.PEER_MAC)),
                    Forge.solicitation("::", OWN_SOLICITED, Forge.OWN6, new byte[0]),
                    Forge.solicitation(
                            "::",
                            OWN_SOLICITED,
                            Forge.OWN_LINK_LOCAL,
                            Forge.bytes(14, 1, 1, 2, 3, 4, 5, 6)),
                    Forge.advertisement(
                            Forge.PEER6,
                            Forge.OWN6,
                            Forge.PEER6,
                            0x60,
                            Forge.linkOption(2, Forge.PEER_MAC)),
                    Forge.advertisement(
                            "2001:db8::77",
                            ALL_NODES,
                            "2001:db8::77",
                            0x20,
                            Forge.linkOption(2, OTHER_MAC)),
                    Forge.advertisement(
                            Forge.PEER6, ALL_NODES, Forge.PEER6, 0, Forge.linkOption(2, OTHER_MAC)),
                    routerAdvertisement(),
                    redirect(),
                    Forge.fragment4(Forge.PEER4, Forge.UDP, 7, 0, true, Forge.udpBytes(24)),
                    Forge.fragment4(Forge.PEER4, Forge.UDP, 7, 32, true, Forge.filled(32, 1)),
                    Forge.fragment4(Forge.PEER4, Forge.UDP, 7, 64, false, Forge.filled(5, 1)),
                    Forge.fragment6(Forge.PEER6, Forge.UDP, 7, 0, true, Forge.udpBytes(24)),
                    Forge.fragment6(Forge.PEER6, Forge.UDP, 7, 32, true, Forge.filled(32, 1)),
                    Forge.fragment6(Forge.PEER6, Forge.UDP, 7, 64, false, Forge.filled(5, 1)),
                    Forge.fragment6(Forge.PEER6, Forge.UDP, 8, 0, false, Forge.udpBytes(5)),
                    Forge.fragment6(
                            Forge.PEER6,
                            Forge.FRAGMENT,
                            9,
                            0,
                            true,
                            Forge.fragmentHeader(Forge.UDP, 0, true, 7)),
                    Forge.withOptions(
                            Forge.udp(Forge.PEER4, Forge.OWN4, 8),
                            7,
                            11,
                            4,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0),
                    Forge.withOptions(
                            Forge.udp(Forge.PEER4, Forge.OWN4, 8), 0x44, 8, 5, 0, 0, 0, 0, 0),
                    headers(),
                    Forge.withOptions(
                            Forge.udp(Forge.PEER4, Forge.OWN4, 8), 0x83, 7, 4, 10, 0, 0, 1, 0),
                    Forge.ipv6(Forge.PEER6, Forge.OWN6, 59, Forge.filled(8, 0)),
                    Forge.ipv6(
                            Forge.PEER6,
                            Forge.OWN6,
                            0,
                            Forge.bytes(Forge.UDP, 0, 0xC2, 4, 0, 1, 0, 0),
                            Forge.udpBytes(1)),
                    Forge.fragment4(Forge.PEER4, Forge.TCP, 9, 0, true, Forge.filled(8, 0)),
                    Forge.fragment4(Forge.PEER4, Forge.UDP, 9, 65_528, false, Forge.filled(100, 0)),
                    igmp(Forge.bytes(0x11, 100, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0), "224.0.0.1"),
                    igmp(Forge.bytes(0x11, 10, 0, 0, 239, 1, 2, 3), LayerScene.GROUP4),
                    igmp(Forge.bytes(0x16, 0, 0, 0, 239, 1, 2, 3), LayerScene.GROUP4),
                    mld(ALL_NODES, 130, Forge.join(new byte[16], Forge.bytes(2, 125, 0, 0))),
                    mld(LayerScene.GROUP6, 130, Forge.address(LayerScene.GROUP6)),
                    mld(LayerScene.GROUP6, 131, Forge.address(LayerScene.GROUP6)),
                    Forge.tagged(Forge.udp("198.51.100.9", "198.51.100.2", 9), 0x8100, 100),
                    Forge.tagged(
                            Forge.arp(1, OTHER_MAC, "198.51.100.9", NO_MAC, "198.51.100.2"),
                            0x8100,
                            100),
                    Forge.tagged(Forge.udp(Forge.PEER6, Forge.OWN6, 9), 0x8100, 0),
                    Forge.ip(Forge.PEER4, Forge.OWN4, 200).payload("what is this").build(),
                    Forge.ipv6(Forge.PEER6, Forge.OWN6, 200, Forge.filled(12, 3)));

    private FuzzSeeds() {}

    /** The begin of a long packet of this host, so that any smaller MTU may be true. */
    private static byte[] ours4() {
        return Arrays.copyOf(Forge.quoted(Forge.udp(Forge.OWN4, "203.0.113.9", 1400)), 60);
    }

    private static byte[] ours6() {
        return Arrays.copyOf(Forge.quoted(Forge.udp(Forge.OWN6, "2001:db8:9::9", 1400)), 80);
    }

    private static byte[] tcp(String from, String to) {
        return Frames.tcp(from, 1234, to, Forge.PORT)
                .ethernet(Forge.PEER_MAC, Forge.OWN_MAC)
                .syn()
                .build();
    }

    private static byte[] routerAdvertisement() {
        return Forge.router(
                LayerScene.ROUTER6,
                1800,
                Forge.join(
                        Forge.linkOption(1, LayerScene.ROUTER_MAC),
                        Forge.bytes(5, 1, 0, 0, 0, 0, 5, 0xDC),
                        Forge.prefixOption("2001:db8:77::", 64, 0xC0, 3600, 1800),
                        Forge.bytes(25, 3, 0, 0, 0, 0, 7, 8),
                        Forge.address("2001:db8::53")));
    }

    private static byte[] redirect() {
        return Forge.icmpv6(
                LayerScene.ROUTER6,
                Forge.OWN6,
                255,
                137,
                0,
                0,
                Forge.join(
                        Forge.address("fe80::77"),
                        Forge.address("2001:db8:9::9"),
                        Forge.linkOption(2, OTHER_MAC)));
    }

    private static byte[] headers() {
        return Forge.ipv6(
                Forge.PEER6,
                Forge.OWN6,
                0,
                Forge.bytes(60, 0, 5, 2, 0, 0, 1, 0),
                Forge.bytes(43, 0, 0x1E, 4, 1, 2, 3, 4),
                Forge.bytes(Forge.UDP, 0, 4, 0, 0, 0, 0, 0),
                Forge.udpBytes(9));
    }

    private static byte[] igmp(byte[] message, String to) {
        byte[] frame =
                Forge.withOptions(
                        Forge.ip(Forge.PEER4, to, Forge.IGMP).hopLimit(1).payload(message).build(),
                        ROUTER_ALERT,
                        4,
                        0,
                        0);
        mend(frame);
        return frame;
    }

    private static byte[] mld(String to, int type, byte[] body) {
        byte[] frame =
                Forge.ipv6(
                        Forge.PEER_LINK_LOCAL,
                        to,
                        0,
                        Forge.bytes(Forge.ICMPV6, 0, 5, 2, 0, 0, 1, 0),
                        Forge.icmpv6Message(Forge.PEER_LINK_LOCAL, to, type, 0, 100 << 16, body));
        return Forge.with(frame, Forge.IP + 7, 1);
    }

    private static final List<String> ADDRESSES4 =
            List.of(
                    Forge.OWN4,
                    Forge.PEER4,
                    LayerScene.ROUTER4,
                    LayerScene.GROUP4,
                    "0.0.0.0",
                    "127.0.0.1",
                    "255.255.255.255",
                    "192.0.2.255",
                    "192.0.2.77",
                    "10.1.2.3");

    private static final List<String> ADDRESSES6 =
            List.of(
                    Forge.OWN6,
                    Forge.PEER6,
                    Forge.OWN_LINK_LOCAL,
                    LayerScene.ROUTER6,
                    "::",
                    "::1",
                    LayerScene.GROUP6,
                    ALL_NODES,
                    OWN_SOLICITED,
                    "fe80::77",
                    "2001:db8::77",
                    "2001:db8:100::2",
                    "::127.0.0.1");

    /** Puts an address that means something where a source or destination may be. */
    private static void exchangeAddress(byte[] frame, Randomness random) {
        boolean isIpv4 = Forge.ethernetType(frame) != 0x86DD;
        List<String> all = isIpv4 ? ADDRESSES4 : ADDRESSES6;
        byte[] address = Forge.address(all.get(random.between(0, all.size() - 1)));
        int first = isIpv4 ? Forge.IP + 12 : Forge.IP + 8;
        int at = random.flip() ? first : first + address.length;
        if (at + address.length <= frame.length) {
            System.arraycopy(address, 0, frame, at, address.length);
        }
    }

    /** {@return a frame for a fuzzer: valid, damaged, damaged with checksums that are right, or junk} */
    static byte[] any(Randomness random) {
        if (random.chance(0.02)) {
            return random.bytes(random.between(0, 100));
        }
        byte[] seed = ALL.get(random.between(0, ALL.size() - 1));
        if (random.chance(0.3)) {
            return seed.clone();
        }
        byte[] damaged = random.damaged(seed);
        damaged = random.chance(0.7) ? withAddressesOf(seed, damaged) : damaged;
        if (random.chance(0.1)) {
            exchangeAddress(damaged, random);
        }
        if (random.chance(0.8)) {
            mend(damaged);
        }
        return damaged;
    }

    /** Damage to Ethernet addresses and to the IP version makes the rest unread, which is soon tested enough. */
    private static byte[] withAddressesOf(byte[] seed, byte[] damaged) {
        int length = Math.min(15, Math.min(seed.length, damaged.length));
        System.arraycopy(seed, 0, damaged, 0, length);
        return damaged;
    }

    /** Makes lengths and checksums right as far as the frame can be read, in place. */
    static void mend(byte[] frame) {
        int type = Forge.ethernetType(frame);
        if (type == 0x0800 && frame.length >= Forge.IP + 20) {
            mendIpv4(frame);
        } else if (type == 0x86DD && frame.length >= Forge.IP + 40) {
            mendIpv6(frame);
        }
    }

    private static void mendIpv4(byte[] frame) {
        int header = (frame[Forge.IP] & 0xF) * 4;
        if (header < 20 || Forge.IP + header > frame.length) {
            return;
        }
        put(frame, Forge.IP + 2, frame.length - Forge.IP);
        Forge.ipv4Checksum(frame);
        int protocol = frame[Forge.IP + 9];
        boolean isFragment = ((frame[Forge.IP + 6] & 0x3F) | frame[Forge.IP + 7]) != 0;
        int message = Forge.IP + header;
        if (!isFragment
                && (protocol == Forge.ICMP || protocol == Forge.IGMP)
                && frame.length >= message + 8) {
            put(frame, message + 2, 0);
            put(frame, message + 2, Forge.checksum(Forge.sum(frame, message, frame.length)));
        }
    }

    private static void mendIpv6(byte[] frame) {
        put(frame, Forge.IP + 4, frame.length - Forge.IP - 40);
        int next = frame[Forge.IP + 6];
        int at = Forge.IP + 40;
        while ((next == 0 || next == 60 || next == 43) && at + 8 <= frame.length) {
            next = frame[at];
            at += ((frame[at + 1] & 0xFF) + 1) * 8;
        }
        if (next == Forge.ICMPV6 && at + 8 <= frame.length) {
            put(frame, at + 2, 0);
            long sum =
                    Forge.sum(frame, Forge.IP + 8, Forge.IP + 40)
                            + (frame.length - at)
                            + Forge.ICMPV6
                            + Forge.sum(
                                    Arrays.copyOfRange(frame, at, frame.length),
                                    0,
                                    frame.length - at);
            put(frame, at + 2, Forge.checksum(sum));
        }
    }

    private static void put(byte[] frame, int at, int value) {
        frame[at] = (byte) (value >> 8);
        frame[at + 1] = (byte) value;
    }
}
