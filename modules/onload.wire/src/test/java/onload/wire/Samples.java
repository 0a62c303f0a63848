package onload.wire;

import onload.testkit.base.Randomness;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/** Valid examples of every format, written by its own setters with random values. */
final class Samples {
    private static final int SCRATCH = 4096;

    private Samples() {}

    static byte[] ethernet(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int tags = random.between(0, EthernetHeader.MAX_TAGS);
        int headerLength = EthernetHeader.LENGTH + tags * VlanTag.LENGTH;
        EthernetHeader.destination(buffer, 0, random.anyLong());
        EthernetHeader.source(buffer, 0, random.anyLong());
        for (int i = 0; i < tags; i++) {
            VlanTag.write(
                    buffer,
                    VlanTag.FIRST_OFFSET + i * VlanTag.LENGTH,
                    random.oneOf(EtherType.VLAN, EtherType.SERVICE_VLAN),
                    random.between(0, 7),
                    random.flip(),
                    random.between(0, 4095));
        }
        EthernetHeader.etherType(
                buffer,
                0,
                headerLength,
                random.oneOf(EtherType.IPV4, EtherType.IPV6, EtherType.ARP, 0x0600, 0xFFFF));
        return withData(buffer, headerLength, random);
    }

    static byte[] arp(Randomness random) {
        UnsafeBuffer buffer = scratch();
        ArpPacket.write(
                buffer,
                0,
                random.oneOf(ArpPacket.REQUEST, ArpPacket.REPLY),
                random.anyLong(),
                random.flip() ? 0 : random.anyInt(),
                random.anyLong(),
                random.anyInt());
        return withData(buffer, ArpPacket.LENGTH, random);
    }

    static byte[] ipv4(Randomness random) {
        byte[] options = random.flip() ? new byte[0] : ipv4Options(random);
        byte[] data = random.bytes(random.between(0, 64));
        return ipv4(random, options, data);
    }

    static byte[] ipv4(Randomness random, byte[] options, byte[] data) {
        int headerLength = Ipv4Header.MIN_LENGTH + options.length;
        UnsafeBuffer buffer = scratch();
        Ipv4Header.write(
                buffer,
                0,
                random.anyInt(),
                random.anyInt(),
                random.between(0, 255),
                random.between(0, 255),
                options.length + data.length);
        Ipv4Header.headerLength(buffer, 0, headerLength);
        buffer.putBytes(Ipv4Header.OPTIONS_OFFSET, options);
        buffer.putBytes(headerLength, data);
        Ipv4Header.updateChecksum(buffer, 0);
        return bytes(buffer, headerLength + data.length);
    }

    static byte[] ipv4Options(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int room = Ipv4Options.MAX_LENGTH;
        int at = 0;
        if (random.flip()) {
            at = Ipv4Options.writeRouterAlert(buffer, at, random.between(0, 0xFFFF));
        }
        if (random.flip()) {
            buffer.putByte(at++, (byte) Ipv4Options.NO_OPERATION);
        }
        if (random.flip()) {
            int type =
                    random.oneOf(
                            Ipv4Options.RECORD_ROUTE,
                            Ipv4Options.LOOSE_SOURCE_ROUTE,
                            Ipv4Options.STRICT_SOURCE_ROUTE);
            int addresses = random.between(0, 3);
            int next = Ipv4Options.writeRoute(buffer, at, type, addresses);
            for (int i = 0; i < addresses; i++) {
                Ipv4Options.routeAddress(buffer, at, i, random.anyInt());
            }
            at = next;
        }
        if (random.flip()) {
            int flag =
                    random.oneOf(
                            Ipv4Options.TIMESTAMPS_ONLY,
                            Ipv4Options.TIMESTAMPS_AND_ADDRESSES,
                            Ipv4Options.TIMESTAMPS_PRESPECIFIED);
            at = Ipv4Options.writeTimestamp(buffer, at, flag, random.between(0, 1));
        }
        if (random.flip()) {
            at = unknownOption(buffer, at, room, random);
        }
        return bytes(buffer, Ipv4Options.writePadding(buffer, 0, at));
    }

    private static int unknownOption(UnsafeBuffer buffer, int at, int end, Randomness random) {
        int length = Math.min(random.between(2, 6), end - at);
        if (length < 2) {
            return at;
        }
        buffer.putByte(at, (byte) random.between(200, 255));
        buffer.putByte(at + 1, (byte) length);
        return at + length;
    }

    /** An IPv6 packet with up to five extension headers, which a receiver accepts. */
    static byte[] ipv6(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int at = Ipv6Header.LENGTH;
        int namedAt = Ipv6Header.NEXT_HEADER_OFFSET;
        Ipv6Header.write(
                buffer,
                0,
                random.anyLong(),
                random.anyLong(),
                random.anyLong(),
                random.anyLong(),
                0,
                random.between(0, 255),
                0);
        Ipv6Header.trafficClassAndFlowLabel(
                buffer, 0, random.between(0, 255), random.between(0, Ipv6Header.MAX_FLOW_LABEL));
        if (random.flip()) {
            buffer.putByte(namedAt, (byte) IpProtocol.HOP_BY_HOP);
            namedAt = at;
            at = put(buffer, at, ipv6Options(random));
        }
        for (int headers = random.between(0, 4); headers > 0; headers--) {
            int type =
                    random.oneOf(
                            IpProtocol.ROUTING,
                            IpProtocol.FRAGMENT,
                            IpProtocol.DESTINATION_OPTIONS,
                            IpProtocol.AUTHENTICATION);
            buffer.putByte(namedAt, (byte) type);
            namedAt = at;
            at = put(buffer, at, extensionHeader(random, type));
        }
        buffer.putByte(
                namedAt,
                (byte)
                        (int)
                                random.oneOf(
                                        IpProtocol.TCP,
                                        IpProtocol.UDP,
                                        IpProtocol.ICMPV6,
                                        IpProtocol.ESP,
                                        IpProtocol.NO_NEXT_HEADER));
        at = put(buffer, at, random.bytes(random.between(0, 64)));
        Ipv6Header.payloadLength(buffer, 0, at - Ipv6Header.LENGTH);
        return bytes(buffer, at);
    }

    private static byte[] extensionHeader(Randomness random, int type) {
        return switch (type) {
            case IpProtocol.ROUTING -> {
                byte[] header = ipv6RoutingHeader(random);
                header[Ipv6RoutingHeader.SEGMENTS_LEFT_OFFSET] = 0;
                yield header;
            }
            case IpProtocol.FRAGMENT -> ipv6FragmentHeader(random);
            case IpProtocol.AUTHENTICATION -> {
                byte[] header = random.bytes(4 * random.between(3, 9));
                header[1] = (byte) (header.length / 4 - 2);
                yield header;
            }
            default -> ipv6Options(random);
        };
    }

    /** A header of options that are to be skipped by those who do not know them. */
    static byte[] ipv6Options(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int at = Ipv6Options.OPTIONS_OFFSET;
        for (int options = random.between(0, 4); options > 0; options--) {
            switch (random.between(0, 3)) {
                case 0 -> at = Ipv6Options.writeRouterAlert(buffer, at, random.between(0, 0xFFFF));
                case 1 -> buffer.putByte(at++, (byte) Ipv6Options.PAD1);
                case 2 -> {
                    int end = at + random.between(2, 8);
                    Ipv6Options.writePadding(buffer, at, end);
                    at = end;
                }
                default -> {
                    int dataLength = random.between(0, 8);
                    buffer.putByte(at, (byte) random.between(6, 63));
                    buffer.putByte(at + 1, (byte) dataLength);
                    buffer.putBytes(at + 2, random.bytes(dataLength));
                    at += 2 + dataLength;
                }
            }
        }
        int headerLength = (at + 7) & ~7;
        Ipv6Options.writePadding(buffer, at, headerLength);
        Ipv6Options.write(buffer, 0, random.between(0, 255), headerLength);
        return bytes(buffer, headerLength);
    }

    static byte[] ipv6RoutingHeader(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int headerLength = 8 * random.between(1, 5);
        Ipv6RoutingHeader.write(
                buffer,
                0,
                random.between(0, 255),
                headerLength,
                random.between(0, 255),
                random.between(0, 255));
        return bytes(buffer, headerLength);
    }

    static byte[] ipv6FragmentHeader(Randomness random) {
        UnsafeBuffer buffer = scratch();
        Ipv6FragmentHeader.write(
                buffer,
                0,
                random.between(0, 255),
                random.flip() ? 0 : 8 * random.between(0, 8191),
                random.flip(),
                random.anyInt());
        return bytes(buffer, Ipv6FragmentHeader.LENGTH);
    }

    static byte[] icmpv4(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int type =
                random.oneOf(
                        Icmpv4Message.ECHO,
                        Icmpv4Message.ECHO_REPLY,
                        Icmpv4Message.DESTINATION_UNREACHABLE,
                        Icmpv4Message.REDIRECT,
                        Icmpv4Message.TIME_EXCEEDED,
                        Icmpv4Message.PARAMETER_PROBLEM);
        Icmpv4Message.write(buffer, 0, type, random.between(0, 15));
        buffer.putInt(4, random.anyInt());
        byte[] data =
                Icmpv4Message.isError(type)
                        ? ipv4(
                                random,
                                ipv4Options(random),
                                random.bytes(
                                        Icmpv4Message.QUOTED_DATA_LENGTH + random.between(0, 32)))
                        : random.bytes(random.between(0, 64));
        int length = put(buffer, Icmpv4Message.DATA_OFFSET, data);
        Icmpv4Message.updateChecksum(buffer, 0, length);
        return bytes(buffer, length);
    }

    static byte[] icmpv6(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int type =
                random.oneOf(
                        Icmpv6Message.ECHO_REQUEST,
                        Icmpv6Message.ECHO_REPLY,
                        Icmpv6Message.DESTINATION_UNREACHABLE,
                        Icmpv6Message.PACKET_TOO_BIG,
                        Icmpv6Message.TIME_EXCEEDED,
                        Icmpv6Message.PARAMETER_PROBLEM);
        Icmpv6Message.write(buffer, 0, type, random.between(0, 7));
        buffer.putInt(4, random.anyInt());
        byte[] data =
                Icmpv6Message.isError(type) ? ipv6(random) : random.bytes(random.between(0, 64));
        return bytes(buffer, put(buffer, Icmpv6Message.DATA_OFFSET, data));
    }

    static byte[] ndp(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int type = random.between(NdpMessage.ROUTER_SOLICITATION, NdpMessage.REDIRECT);
        buffer.putBytes(0, random.bytes(NdpMessage.REDIRECT_LENGTH));
        Icmpv6Message.type(buffer, 0, type);
        Icmpv6Message.code(buffer, 0, 0);
        int headerLength = NdpMessage.check(buffer, 0, NdpMessage.REDIRECT_LENGTH);
        return bytes(buffer, put(buffer, headerLength, ndpOptions(random)));
    }

    static byte[] ndpOptions(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int at = 0;
        for (int options = random.between(0, 5); options > 0; options--) {
            at =
                    switch (random.between(0, 5)) {
                        case 0 ->
                                NdpOptions.writeLinkLayerAddress(
                                        buffer,
                                        at,
                                        random.flip()
                                                ? NdpOptions.SOURCE_LINK_LAYER_ADDRESS
                                                : NdpOptions.TARGET_LINK_LAYER_ADDRESS,
                                        random.anyLong());
                        case 1 ->
                                NdpOptions.writePrefixInformation(
                                        buffer,
                                        at,
                                        random.between(0, 128),
                                        random.between(0, 255),
                                        random.anyInt(),
                                        random.anyInt(),
                                        random.anyLong(),
                                        random.anyLong());
                        case 2 -> NdpOptions.writeMtu(buffer, at, random.anyInt());
                        case 3 ->
                                NdpOptions.writeRecursiveDnsServers(
                                        buffer, at, random.anyInt(), random.between(1, 4));
                        case 4 -> {
                            byte[] packet = Arrays.copyOf(ipv6(random), 48);
                            yield NdpOptions.writeRedirectedHeader(
                                    buffer, at, new UnsafeBuffer(packet), 0, packet.length);
                        }
                        default -> {
                            int units = random.between(1, 4);
                            buffer.putByte(at, (byte) random.between(0, 255));
                            buffer.putByte(at + 1, (byte) units);
                            yield at + 8 * units;
                        }
                    };
        }
        return bytes(buffer, at);
    }

    static byte[] igmp(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int length =
                switch (random.between(0, 2)) {
                    case 0 -> {
                        IgmpMessage.write(
                                buffer,
                                0,
                                random.oneOf(
                                        IgmpMessage.MEMBERSHIP_QUERY,
                                        IgmpMessage.V1_MEMBERSHIP_REPORT,
                                        IgmpMessage.V2_MEMBERSHIP_REPORT,
                                        IgmpMessage.LEAVE_GROUP),
                                random.between(0, 255),
                                random.anyInt());
                        yield IgmpMessage.LENGTH;
                    }
                    case 1 ->
                            IgmpMessage.writeV3Query(
                                    buffer,
                                    0,
                                    random.between(0, IgmpMessage.MAX_RESPONSE_TIME_MS),
                                    random.anyInt(),
                                    random.flip(),
                                    random.between(0, 7),
                                    random.between(0, IgmpMessage.MAX_QUERY_INTERVAL_SECONDS),
                                    random.between(0, 8));
                    default -> {
                        int records = random.between(0, 4);
                        IgmpMessage.writeV3Report(buffer, 0, records);
                        int at = IgmpMessage.firstGroupRecord(buffer, 0);
                        for (int i = 0; i < records; i++) {
                            at =
                                    IgmpGroupRecord.write(
                                            buffer,
                                            at,
                                            random.between(0, 8),
                                            random.anyInt(),
                                            random.between(0, 4));
                        }
                        yield at;
                    }
                };
        IgmpMessage.updateChecksum(buffer, 0, length);
        return bytes(buffer, length);
    }

    static byte[] mld(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int length =
                switch (random.between(0, 2)) {
                    case 0 -> {
                        MldMessage.write(
                                buffer,
                                0,
                                random.between(MldMessage.QUERY, MldMessage.DONE),
                                random.between(0, 0xFFFF),
                                random.anyLong(),
                                random.anyLong());
                        yield MldMessage.V1_LENGTH;
                    }
                    case 1 ->
                            MldMessage.writeV2Query(
                                    buffer,
                                    0,
                                    random.between(0, MldMessage.MAX_RESPONSE_DELAY_MS),
                                    random.anyLong(),
                                    random.anyLong(),
                                    random.flip(),
                                    random.between(0, 7),
                                    random.between(0, MldMessage.MAX_QUERY_INTERVAL_SECONDS),
                                    random.between(0, 8));
                    default -> {
                        int records = random.between(0, 4);
                        MldMessage.writeV2Report(buffer, 0, records);
                        int at = MldMessage.firstAddressRecord(buffer, 0);
                        for (int i = 0; i < records; i++) {
                            at =
                                    MldAddressRecord.write(
                                            buffer,
                                            at,
                                            random.between(0, 8),
                                            random.anyLong(),
                                            random.anyLong(),
                                            random.between(0, 4));
                        }
                        yield at;
                    }
                };
        return bytes(buffer, length);
    }

    static byte[] udp(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int dataLength = random.between(0, 64);
        UdpHeader.write(
                buffer, 0, random.between(0, 0xFFFF), random.between(0, 0xFFFF), dataLength);
        return bytes(buffer, UdpHeader.LENGTH + dataLength);
    }

    static byte[] tcp(Randomness random) {
        byte[] options = tcpOptions(random);
        int headerLength = TcpHeader.MIN_LENGTH + options.length;
        UnsafeBuffer buffer = scratch();
        TcpHeader.write(
                buffer,
                0,
                random.between(0, 0xFFFF),
                random.between(0, 0xFFFF),
                random.anyInt(),
                random.anyInt(),
                headerLength,
                random.between(0, 0x1FF),
                random.between(0, 0xFFFF));
        buffer.putBytes(TcpHeader.OPTIONS_OFFSET, options);
        return withData(buffer, headerLength, random);
    }

    /** Options of a segment, padded to a multiple of 4 bytes. */
    static byte[] tcpOptions(Randomness random) {
        UnsafeBuffer buffer = scratch();
        int at = 0;
        switch (random.between(0, 3)) {
            case 0 -> {
                at = TcpOptions.writeMaximumSegmentSize(buffer, at, random.between(0, 0xFFFF));
                at = TcpOptions.writeSackPermitted(buffer, at);
                at = TcpOptions.writeTimestamps(buffer, at, random.anyInt(), random.anyInt());
                at = TcpOptions.writeWindowScale(buffer, at, random.between(0, 14));
                UnsafeBuffer cookie = new UnsafeBuffer(random.bytes(16));
                at = TcpOptions.writeFastOpen(buffer, at, cookie, 0, random.oneOf(0, 4, 8, 16));
            }
            case 1 -> {
                int blocks = random.between(1, TcpOptions.MAX_SACK_BLOCKS);
                at = TcpOptions.writeSack(buffer, at, blocks);
                for (int i = 0; i < blocks; i++) {
                    at = TcpOptions.writeSackBlock(buffer, at, random.anyInt(), random.anyInt());
                }
            }
            case 2 -> {
                buffer.putShort(0, (short) 0x0101);
                at = TcpOptions.writeTimestamps(buffer, 2, random.anyInt(), random.anyInt());
            }
            default -> at = unknownOption(buffer, at, 40, random);
        }
        return bytes(buffer, TcpOptions.writePadding(buffer, 0, at));
    }

    private static UnsafeBuffer scratch() {
        return new UnsafeBuffer(new byte[SCRATCH]);
    }

    private static int put(UnsafeBuffer buffer, int at, byte[] bytes) {
        buffer.putBytes(at, bytes);
        return at + bytes.length;
    }

    private static byte[] withData(UnsafeBuffer buffer, int length, Randomness random) {
        return bytes(buffer, put(buffer, length, random.bytes(random.between(0, 64))));
    }

    private static byte[] bytes(UnsafeBuffer buffer, int length) {
        return Arrays.copyOf(buffer.byteArray(), length);
    }
}
