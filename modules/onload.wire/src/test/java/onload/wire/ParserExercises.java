package onload.wire;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * For each format one method that gives some bytes to the check and, if that accepts them, calls
 * every accessor and walks every list. Whatever the bytes are, nothing may be thrown: an {@link
 * IndexOutOfBoundsException} is an access that the check should have refused, an {@link
 * AssertionError} an answer outside the range that its Javadoc promises.
 *
 * <p>The buffer should end where the bytes end, and Agrona's bounds checks should be on; otherwise
 * an access beyond the end goes unnoticed. For one thread at a time: the reusable parsers are
 * reused here too, so that what they kept of the bytes before is tried on the next.
 */
final class ParserExercises {
    private static final TcpOptions TCP_OPTIONS = new TcpOptions();
    private static final Ipv6ExtensionHeaders EXTENSION_HEADERS = new Ipv6ExtensionHeaders();

    private ParserExercises() {}

    /** An Ethernet frame with its tags. */
    public static void ethernet(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = EthernetHeader.check(buffer, offset, length);
        if (!accepted(headerLength, EthernetHeader.LENGTH, length)) {
            return;
        }
        require(headerLength <= EthernetHeader.MAX_LENGTH);
        uint(EthernetHeader.destination(buffer, offset), 48);
        uint(EthernetHeader.source(buffer, offset), 48);
        int type = EthernetHeader.etherType(buffer, offset, headerLength);
        require(type >= EtherType.SMALLEST && type <= 0xFFFF && !VlanTag.isTag(type));
        for (int at = VlanTag.FIRST_OFFSET; at < headerLength - 2; at += VlanTag.LENGTH) {
            uint(VlanTag.identifier(buffer, offset + at), 12);
            uint(VlanTag.priority(buffer, offset + at), 3);
            VlanTag.dropEligible(buffer, offset + at);
        }
    }

    /** An ARP packet. */
    public static void arp(UnsafeBuffer buffer, int offset, int length) {
        if (!accepted(ArpPacket.check(buffer, offset, length), ArpPacket.LENGTH, length)) {
            return;
        }
        require(ArpPacket.hardwareType(buffer, offset) == ArpPacket.ETHERNET);
        require(ArpPacket.protocolType(buffer, offset) == EtherType.IPV4);
        require(ArpPacket.hardwareLength(buffer, offset) == 6);
        require(ArpPacket.protocolLength(buffer, offset) == 4);
        uint(ArpPacket.operation(buffer, offset), 16);
        uint(ArpPacket.senderHardwareAddress(buffer, offset), 48);
        ArpPacket.senderProtocolAddress(buffer, offset);
        uint(ArpPacket.targetHardwareAddress(buffer, offset), 48);
        ArpPacket.targetProtocolAddress(buffer, offset);
        require(!(ArpPacket.isProbe(buffer, offset) && ArpPacket.isAnnouncement(buffer, offset)));
    }

    /** An IPv4 datagram with its options. */
    public static void ipv4(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Ipv4Header.check(buffer, offset, length);
        if (!accepted(headerLength, Ipv4Header.MIN_LENGTH, length)) {
            return;
        }
        ipv4Accessors(buffer, offset);
        require(headerLength == Ipv4Header.headerLength(buffer, offset));
        require(Ipv4Header.totalLength(buffer, offset) >= headerLength);
        require(Ipv4Header.totalLength(buffer, offset) <= length);
        ipv4Options(
                buffer, offset + Ipv4Header.OPTIONS_OFFSET, headerLength - Ipv4Header.MIN_LENGTH);
    }

    /** The accessors alone, for a header that is quoted and cut off too. */
    private static void ipv4Accessors(UnsafeBuffer buffer, int offset) {
        require(Ipv4Header.version(buffer, offset) == 4);
        int headerLength = Ipv4Header.headerLength(buffer, offset);
        require(headerLength >= Ipv4Header.MIN_LENGTH && headerLength <= Ipv4Header.MAX_LENGTH);
        uint(Ipv4Header.trafficClass(buffer, offset), 8);
        uint(Ipv4Header.totalLength(buffer, offset), 16);
        uint(Ipv4Header.identification(buffer, offset), 16);
        require((Ipv4Header.flags(buffer, offset) & ~0xE000) == 0);
        require((Ipv4Header.fragmentOffset(buffer, offset) & ~0xFFF8) == 0);
        Ipv4Header.isFragment(buffer, offset);
        uint(Ipv4Header.timeToLive(buffer, offset), 8);
        uint(Ipv4Header.protocol(buffer, offset), 8);
        uint(Ipv4Header.checksum(buffer, offset), 16);
        Ipv4Header.isChecksumCorrect(buffer, offset);
        Ipv4Header.source(buffer, offset);
        Ipv4Header.destination(buffer, offset);
    }

    /** A list of IPv4 options, of any length although a header has 40 bytes of them at most. */
    public static void ipv4Options(UnsafeBuffer buffer, int offset, int length) {
        int problem = Ipv4Options.problem(buffer, offset, length);
        int result = Ipv4Options.check(buffer, offset, length);
        require((problem == Ipv4Options.NONE) == (result >= 0));
        require(problem == Ipv4Options.NONE || (problem >= offset && problem < offset + length));
        if (!accepted(result, length, length)) {
            return;
        }
        int end = offset + length;
        int at = Ipv4Options.first(buffer, offset, end);
        while (at < end) {
            int optionLength = Ipv4Options.length(buffer, at);
            require(optionLength >= 2 && optionLength <= end - at);
            Ipv4Options.isCopied(buffer, at);
            ipv4Option(buffer, at);
            int next = Ipv4Options.next(buffer, at, end);
            require(next > at);
            at = next;
        }
        require(at == end);
    }

    private static void ipv4Option(UnsafeBuffer buffer, int at) {
        int type = Ipv4Options.type(buffer, at);
        require(type > Ipv4Options.NO_OPERATION && type <= 255);
        require(
                Ipv4Options.isSourceRoute(buffer, at)
                        == (type == Ipv4Options.LOOSE_SOURCE_ROUTE
                                || type == Ipv4Options.STRICT_SOURCE_ROUTE));
        switch (type) {
            case Ipv4Options.RECORD_ROUTE,
                    Ipv4Options.LOOSE_SOURCE_ROUTE,
                    Ipv4Options.STRICT_SOURCE_ROUTE -> {
                require(Ipv4Options.pointer(buffer, at) >= 4);
                for (int i = 0; i < Ipv4Options.routeAddresses(buffer, at); i++) {
                    Ipv4Options.routeAddress(buffer, at, i);
                }
            }
            case Ipv4Options.TIMESTAMP -> {
                require(Ipv4Options.pointer(buffer, at) >= 5);
                uint(Ipv4Options.timestampOverflow(buffer, at), 4);
                int flag = Ipv4Options.timestampFlag(buffer, at);
                require(flag == 0 || flag == 1 || flag == 3);
                for (int i = 0; i < Ipv4Options.timestampEntries(buffer, at); i++) {
                    Ipv4Options.timestampAddress(buffer, at, i);
                    uint(Ipv4Options.timestamp(buffer, at, i), 32);
                }
            }
            case Ipv4Options.ROUTER_ALERT -> uint(Ipv4Options.routerAlert(buffer, at), 16);
            default -> {}
        }
    }

    /** An IPv6 packet: its header, and what follows by {@link #ipv6ExtensionHeaders}. */
    public static void ipv6(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Ipv6Header.check(buffer, offset, length);
        if (!accepted(headerLength, Ipv6Header.LENGTH, length)) {
            return;
        }
        ipv6Accessors(buffer, offset);
        int payloadLength = Ipv6Header.payloadLength(buffer, offset);
        require(payloadLength <= length - Ipv6Header.LENGTH);
        ipv6ExtensionHeaders(buffer, offset, Ipv6Header.LENGTH + payloadLength);
    }

    private static void ipv6Accessors(UnsafeBuffer buffer, int offset) {
        require(Ipv6Header.version(buffer, offset) == 6);
        uint(Ipv6Header.trafficClass(buffer, offset), 8);
        uint(Ipv6Header.flowLabel(buffer, offset), 20);
        uint(Ipv6Header.payloadLength(buffer, offset), 16);
        uint(Ipv6Header.nextHeader(buffer, offset), 8);
        uint(Ipv6Header.hopLimit(buffer, offset), 8);
        Ipv6Header.sourceHigh(buffer, offset);
        Ipv6Header.sourceLow(buffer, offset);
        Ipv6Header.destinationHigh(buffer, offset);
        Ipv6Header.destinationLow(buffer, offset);
        require(Ipv6Header.pseudoHeader(buffer, offset, IpProtocol.UDP, 8) >= 0);
    }

    /**
     * An IPv6 packet from its header on, which is not checked; the chain of extension headers, and
     * each kind of them by its own check where the first one is.
     */
    public static void ipv6ExtensionHeaders(UnsafeBuffer buffer, int offset, int length) {
        Ipv6ExtensionHeaders headers = EXTENSION_HEADERS;
        int result = headers.parse(buffer, offset, length);
        if (accepted(result, 0, length - Ipv6Header.LENGTH)) {
            acceptedChain(headers, buffer, offset, length, result);
        } else {
            refusedChain(headers, length);
        }
        if (length >= Ipv6Header.LENGTH) {
            int at = offset + Ipv6Header.LENGTH;
            ipv6Options(buffer, at, length - Ipv6Header.LENGTH);
            ipv6RoutingHeader(buffer, at, length - Ipv6Header.LENGTH);
            ipv6FragmentHeader(buffer, at, length - Ipv6Header.LENGTH);
        }
    }

    private static void acceptedChain(
            Ipv6ExtensionHeaders headers,
            UnsafeBuffer buffer,
            int offset,
            int length,
            int extensionLength) {
        int end = offset + length;
        int upperLayer = headers.upperLayerOffset();
        require(upperLayer == offset + Ipv6Header.LENGTH + extensionLength);
        int namedAt = headers.nextHeaderOffset();
        require(namedAt >= offset + Ipv6Header.NEXT_HEADER_OFFSET && namedAt < upperLayer);
        require((buffer.getByte(namedAt) & 0xFF) == headers.upperLayerProtocol());
        require(headers.action() == Ipv6Options.SKIP);
        require(headers.problemCode() == Ipv6ExtensionHeaders.NONE);
        require(headers.problemPointer() == Ipv6ExtensionHeaders.NONE);
        require(headers.problemOption() == Ipv6ExtensionHeaders.NONE);
        require(headers.routerAlert() >= Ipv6ExtensionHeaders.NONE);
        require(headers.authenticationHeaderOffset() < upperLayer);
        int routing = headers.routingHeaderOffset();
        if (routing != Ipv6ExtensionHeaders.NONE) {
            require(Ipv6RoutingHeader.segmentsLeft(buffer, routing) == 0);
            require(ipv6RoutingHeader(buffer, routing, upperLayer - routing));
        }
        int fragment = headers.fragmentHeaderOffset();
        if (fragment != Ipv6ExtensionHeaders.NONE) {
            require(ipv6FragmentHeader(buffer, fragment, end - fragment));
            int fragmentNamedAt = headers.fragmentNextHeaderOffset();
            require(fragmentNamedAt >= offset && fragmentNamedAt < fragment);
            require(buffer.getByte(fragmentNamedAt) == IpProtocol.FRAGMENT);
            require(headers.isFragment() != Ipv6FragmentHeader.isAtomic(buffer, fragment));
        } else {
            require(!headers.isFragment());
        }
    }

    private static void refusedChain(Ipv6ExtensionHeaders headers, int length) {
        int action = headers.action();
        require(action > Ipv6Options.SKIP && action <= Ipv6Options.REPORT_UNLESS_MULTICAST);
        boolean reported = action != Ipv6Options.DISCARD;
        require((headers.problemCode() != Ipv6ExtensionHeaders.NONE) == reported);
        require((headers.problemPointer() != Ipv6ExtensionHeaders.NONE) == reported);
        require(headers.problemPointer() < Math.max(length, 0));
        require(headers.upperLayerProtocol() == Ipv6ExtensionHeaders.NONE);
        require(headers.upperLayerOffset() == Ipv6ExtensionHeaders.NONE);
        require(headers.nextHeaderOffset() == Ipv6ExtensionHeaders.NONE);
        require(
                headers.problemOption() == Ipv6ExtensionHeaders.NONE
                        || Ipv6Options.action(headers.problemOption()) == action);
    }

    /** A header of IPv6 hop-by-hop or destination options. */
    public static void ipv6Options(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Ipv6Options.check(buffer, offset, length);
        if (!accepted(headerLength, Ipv6Options.MIN_LENGTH, length)) {
            return;
        }
        require(headerLength == Ipv6Options.headerLength(buffer, offset));
        require(headerLength <= Ipv6Options.MAX_LENGTH && headerLength % 8 == 0);
        uint(Ipv6Options.nextHeader(buffer, offset), 8);
        int end = offset + headerLength;
        int at = Ipv6Options.first(buffer, offset, end);
        while (at < end) {
            int type = Ipv6Options.type(buffer, at);
            require(type > Ipv6Options.PADN && type <= 255);
            uint(Ipv6Options.action(type), 2);
            int dataLength = Ipv6Options.dataLength(buffer, at);
            require(dataLength <= end - at - Ipv6Options.DATA_OFFSET);
            if (type == Ipv6Options.ROUTER_ALERT) {
                uint(Ipv6Options.routerAlert(buffer, at), 16);
            } else if (type == Ipv6Options.JUMBO_PAYLOAD) {
                uint(Ipv6Options.jumboPayloadLength(buffer, at), 32);
            }
            int next = Ipv6Options.next(buffer, at, end);
            require(next >= at + Ipv6Options.DATA_OFFSET + dataLength);
            at = next;
        }
        require(at == end);
    }

    /** An IPv6 routing header; answers whether it was accepted. */
    public static boolean ipv6RoutingHeader(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Ipv6RoutingHeader.check(buffer, offset, length);
        if (!accepted(headerLength, Ipv6RoutingHeader.MIN_LENGTH, length)) {
            return false;
        }
        require(headerLength == Ipv6RoutingHeader.headerLength(buffer, offset));
        require(headerLength <= Ipv6RoutingHeader.MAX_LENGTH && headerLength % 8 == 0);
        uint(Ipv6RoutingHeader.nextHeader(buffer, offset), 8);
        uint(Ipv6RoutingHeader.type(buffer, offset), 8);
        uint(Ipv6RoutingHeader.segmentsLeft(buffer, offset), 8);
        return true;
    }

    /** An IPv6 fragment header; answers whether it was accepted. */
    public static boolean ipv6FragmentHeader(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Ipv6FragmentHeader.check(buffer, offset, length);
        if (!accepted(headerLength, Ipv6FragmentHeader.LENGTH, length)) {
            return false;
        }
        uint(Ipv6FragmentHeader.nextHeader(buffer, offset), 8);
        int fragmentOffset = Ipv6FragmentHeader.fragmentOffset(buffer, offset);
        require((fragmentOffset & ~0xFFF8) == 0);
        boolean more = Ipv6FragmentHeader.moreFragments(buffer, offset);
        require(Ipv6FragmentHeader.isAtomic(buffer, offset) == (fragmentOffset == 0 && !more));
        Ipv6FragmentHeader.identification(buffer, offset);
        return true;
    }

    /** An ICMP message for IPv4, with the datagram that an error quotes. */
    public static void icmpv4(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Icmpv4Message.check(buffer, offset, length);
        if (!accepted(headerLength, Icmpv4Message.LENGTH, length)) {
            return;
        }
        int type = Icmpv4Message.type(buffer, offset);
        uint(type, 8);
        uint(Icmpv4Message.code(buffer, offset), 8);
        uint(Icmpv4Message.checksum(buffer, offset), 16);
        Icmpv4Message.isChecksumCorrect(buffer, offset, length);
        uint(Icmpv4Message.identifier(buffer, offset), 16);
        uint(Icmpv4Message.sequenceNumber(buffer, offset), 16);
        uint(Icmpv4Message.nextHopMtu(buffer, offset), 16);
        uint(Icmpv4Message.pointer(buffer, offset), 8);
        Icmpv4Message.gateway(buffer, offset);
        if (Icmpv4Message.isError(type)) {
            int quoted = offset + Icmpv4Message.DATA_OFFSET;
            ipv4Accessors(buffer, quoted);
            int quotedData = quoted + Ipv4Header.headerLength(buffer, quoted);
            TcpHeader.sourcePort(buffer, quotedData);
            TcpHeader.destinationPort(buffer, quotedData);
            TcpHeader.sequenceNumber(buffer, quotedData);
            UdpHeader.length(buffer, quotedData);
            ipv4Options(
                    buffer,
                    quoted + Ipv4Header.OPTIONS_OFFSET,
                    quotedData - quoted - Ipv4Header.MIN_LENGTH);
        }
    }

    /** An ICMP message for IPv6, with the packet that an error quotes. */
    public static void icmpv6(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = Icmpv6Message.check(buffer, offset, length);
        if (!accepted(headerLength, Icmpv6Message.LENGTH, length)) {
            return;
        }
        int type = Icmpv6Message.type(buffer, offset);
        uint(type, 8);
        uint(Icmpv6Message.code(buffer, offset), 8);
        uint(Icmpv6Message.checksum(buffer, offset), 16);
        Icmpv6Message.isChecksumCorrect(buffer, offset, length, 0x1234);
        uint(Icmpv6Message.identifier(buffer, offset), 16);
        uint(Icmpv6Message.sequenceNumber(buffer, offset), 16);
        uint(Icmpv6Message.mtu(buffer, offset), 32);
        uint(Icmpv6Message.pointer(buffer, offset), 32);
        if (Icmpv6Message.isError(type)) {
            int quoted = offset + Icmpv6Message.DATA_OFFSET;
            ipv6Accessors(buffer, quoted);
            ipv6ExtensionHeaders(buffer, quoted, length - Icmpv6Message.DATA_OFFSET);
        }
    }

    /** A message of neighbor discovery with its options. */
    public static void ndp(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = NdpMessage.check(buffer, offset, length);
        if (!accepted(headerLength, NdpMessage.ROUTER_SOLICITATION_LENGTH, length)) {
            return;
        }
        require(Icmpv6Message.code(buffer, offset) == 0);
        switch (Icmpv6Message.type(buffer, offset)) {
            case NdpMessage.ROUTER_SOLICITATION -> {}
            case NdpMessage.ROUTER_ADVERTISEMENT -> {
                uint(NdpMessage.currentHopLimit(buffer, offset), 8);
                uint(NdpMessage.routerFlags(buffer, offset), 8);
                require(Math.abs(NdpMessage.routerPreference(buffer, offset)) <= 1);
                uint(NdpMessage.routerLifetimeSeconds(buffer, offset), 16);
                uint(NdpMessage.reachableTimeMs(buffer, offset), 32);
                uint(NdpMessage.retransTimerMs(buffer, offset), 32);
            }
            case NdpMessage.REDIRECT -> {
                ndpTarget(buffer, offset);
                NdpMessage.destinationHigh(buffer, offset);
                NdpMessage.destinationLow(buffer, offset);
            }
            default -> {
                uint(NdpMessage.neighborFlags(buffer, offset), 8);
                ndpTarget(buffer, offset);
            }
        }
        ndpOptions(buffer, offset + headerLength, length - headerLength);
    }

    private static void ndpTarget(UnsafeBuffer buffer, int offset) {
        NdpMessage.targetHigh(buffer, offset);
        NdpMessage.targetLow(buffer, offset);
    }

    /** A list of options of neighbor discovery. */
    public static void ndpOptions(UnsafeBuffer buffer, int offset, int length) {
        if (!accepted(NdpOptions.check(buffer, offset, length), length, length)) {
            return;
        }
        int end = offset + length;
        int at = NdpOptions.first(buffer, offset, end);
        while (at < end) {
            int optionLength = NdpOptions.length(buffer, at);
            require(optionLength >= 8 && optionLength <= end - at);
            ndpOption(buffer, at);
            int next = NdpOptions.next(buffer, at, end);
            require(next >= at + optionLength);
            at = next;
        }
        require(at == end);
    }

    private static void ndpOption(UnsafeBuffer buffer, int at) {
        int type = NdpOptions.type(buffer, at);
        uint(type, 8);
        switch (type) {
            case NdpOptions.SOURCE_LINK_LAYER_ADDRESS, NdpOptions.TARGET_LINK_LAYER_ADDRESS ->
                    uint(NdpOptions.linkLayerAddress(buffer, at), 48);
            case NdpOptions.PREFIX_INFORMATION -> {
                require(NdpOptions.prefixLength(buffer, at) <= 128);
                uint(NdpOptions.prefixFlags(buffer, at), 8);
                uint(NdpOptions.validLifetimeSeconds(buffer, at), 32);
                uint(NdpOptions.preferredLifetimeSeconds(buffer, at), 32);
                NdpOptions.prefixHigh(buffer, at);
                NdpOptions.prefixLow(buffer, at);
            }
            case NdpOptions.REDIRECTED_HEADER -> {
                int quoted = NdpOptions.redirectedPacketLength(buffer, at);
                require(quoted >= 0);
                ipv6ExtensionHeaders(buffer, at + NdpOptions.REDIRECTED_PACKET_OFFSET, quoted);
            }
            case NdpOptions.MTU -> uint(NdpOptions.mtu(buffer, at), 32);
            case NdpOptions.RECURSIVE_DNS_SERVERS -> {
                uint(NdpOptions.serverLifetimeSeconds(buffer, at), 32);
                require(NdpOptions.servers(buffer, at) >= 1);
                for (int i = 0; i < NdpOptions.servers(buffer, at); i++) {
                    NdpOptions.serverHigh(buffer, at, i);
                    NdpOptions.serverLow(buffer, at, i);
                }
            }
            default -> {}
        }
    }

    /** An IGMP message with its sources or group records. */
    public static void igmp(UnsafeBuffer buffer, int offset, int length) {
        int messageLength = IgmpMessage.check(buffer, offset, length);
        if (!accepted(messageLength, IgmpMessage.LENGTH, length)) {
            return;
        }
        uint(IgmpMessage.checksum(buffer, offset), 16);
        IgmpMessage.isChecksumCorrect(buffer, offset, length);
        switch (IgmpMessage.type(buffer, offset)) {
            case IgmpMessage.MEMBERSHIP_QUERY -> igmpQuery(buffer, offset, length);
            case IgmpMessage.V3_MEMBERSHIP_REPORT ->
                    igmpReport(buffer, offset, offset + messageLength);
            default -> IgmpMessage.group(buffer, offset);
        }
    }

    private static void igmpQuery(UnsafeBuffer buffer, int offset, int length) {
        IgmpMessage.group(buffer, offset);
        uint(IgmpMessage.maxResponseCode(buffer, offset), 8);
        int version = IgmpMessage.queryVersion(buffer, offset, length);
        require(version >= 1 && version <= 3);
        int timeMs = IgmpMessage.maxResponseTimeMs(buffer, offset, version);
        require(timeMs >= 0 && timeMs <= IgmpMessage.MAX_RESPONSE_TIME_MS);
        if (version < 3) {
            return;
        }
        IgmpMessage.suppressRouterSideProcessing(buffer, offset);
        uint(IgmpMessage.querierRobustness(buffer, offset), 3);
        int seconds = IgmpMessage.queryIntervalSeconds(buffer, offset);
        require(seconds >= 0 && seconds <= IgmpMessage.MAX_QUERY_INTERVAL_SECONDS);
        for (int i = 0; i < IgmpMessage.sources(buffer, offset); i++) {
            IgmpMessage.source(buffer, offset, i);
        }
    }

    private static void igmpReport(UnsafeBuffer buffer, int offset, int end) {
        int records = 0;
        int at = IgmpMessage.firstGroupRecord(buffer, offset);
        while (at < end) {
            uint(IgmpGroupRecord.type(buffer, at), 8);
            uint(IgmpGroupRecord.auxiliaryDataLength(buffer, at), 10);
            require(IgmpGroupRecord.length(buffer, at) <= end - at);
            IgmpGroupRecord.group(buffer, at);
            for (int i = 0; i < IgmpGroupRecord.sources(buffer, at); i++) {
                IgmpGroupRecord.source(buffer, at, i);
            }
            int next = IgmpGroupRecord.next(buffer, at);
            require(next >= at + IgmpGroupRecord.MIN_LENGTH);
            at = next;
            records++;
        }
        require(at == end);
        require(records == IgmpMessage.groupRecords(buffer, offset));
    }

    /** A message of multicast listener discovery with its sources or address records. */
    public static void mld(UnsafeBuffer buffer, int offset, int length) {
        int messageLength = MldMessage.check(buffer, offset, length);
        if (!accepted(messageLength, MldMessage.MIN_V2_REPORT_LENGTH, length)) {
            return;
        }
        switch (Icmpv6Message.type(buffer, offset)) {
            case MldMessage.QUERY -> mldQuery(buffer, offset, length);
            case MldMessage.V2_REPORT -> mldReport(buffer, offset, offset + messageLength);
            default -> {
                MldMessage.groupHigh(buffer, offset);
                MldMessage.groupLow(buffer, offset);
            }
        }
    }

    private static void mldQuery(UnsafeBuffer buffer, int offset, int length) {
        MldMessage.groupHigh(buffer, offset);
        MldMessage.groupLow(buffer, offset);
        uint(MldMessage.maxResponseCode(buffer, offset), 16);
        int version = MldMessage.queryVersion(length);
        require(version == 1 || version == 2);
        int delayMs = MldMessage.maxResponseDelayMs(buffer, offset, version);
        require(delayMs >= 0 && delayMs <= MldMessage.MAX_RESPONSE_DELAY_MS);
        if (version == 1) {
            return;
        }
        MldMessage.suppressRouterSideProcessing(buffer, offset);
        uint(MldMessage.querierRobustness(buffer, offset), 3);
        int seconds = MldMessage.queryIntervalSeconds(buffer, offset);
        require(seconds >= 0 && seconds <= MldMessage.MAX_QUERY_INTERVAL_SECONDS);
        for (int i = 0; i < MldMessage.sources(buffer, offset); i++) {
            MldMessage.sourceHigh(buffer, offset, i);
            MldMessage.sourceLow(buffer, offset, i);
        }
    }

    private static void mldReport(UnsafeBuffer buffer, int offset, int end) {
        int records = 0;
        int at = MldMessage.firstAddressRecord(buffer, offset);
        while (at < end) {
            uint(MldAddressRecord.type(buffer, at), 8);
            uint(MldAddressRecord.auxiliaryDataLength(buffer, at), 10);
            require(MldAddressRecord.length(buffer, at) <= end - at);
            MldAddressRecord.groupHigh(buffer, at);
            MldAddressRecord.groupLow(buffer, at);
            for (int i = 0; i < MldAddressRecord.sources(buffer, at); i++) {
                MldAddressRecord.sourceHigh(buffer, at, i);
                MldAddressRecord.sourceLow(buffer, at, i);
            }
            int next = MldAddressRecord.next(buffer, at);
            require(next >= at + MldAddressRecord.MIN_LENGTH);
            at = next;
            records++;
        }
        require(at == end);
        require(records == MldMessage.addressRecords(buffer, offset));
    }

    /** A UDP datagram. */
    public static void udp(UnsafeBuffer buffer, int offset, int length) {
        if (!accepted(UdpHeader.check(buffer, offset, length), UdpHeader.LENGTH, length)) {
            return;
        }
        uint(UdpHeader.sourcePort(buffer, offset), 16);
        uint(UdpHeader.destinationPort(buffer, offset), 16);
        int datagramLength = UdpHeader.length(buffer, offset);
        require(datagramLength >= UdpHeader.LENGTH && datagramLength <= length);
        uint(UdpHeader.checksum(buffer, offset), 16);
        InternetChecksum.checksum(buffer, offset, datagramLength);
    }

    /** A TCP segment with its options. */
    public static void tcp(UnsafeBuffer buffer, int offset, int length) {
        int headerLength = TcpHeader.check(buffer, offset, length);
        if (!accepted(headerLength, TcpHeader.MIN_LENGTH, length)) {
            return;
        }
        require(headerLength == TcpHeader.headerLength(buffer, offset));
        require(headerLength <= TcpHeader.MAX_LENGTH);
        uint(TcpHeader.sourcePort(buffer, offset), 16);
        uint(TcpHeader.destinationPort(buffer, offset), 16);
        TcpHeader.sequenceNumber(buffer, offset);
        TcpHeader.acknowledgmentNumber(buffer, offset);
        uint(TcpHeader.flags(buffer, offset), 9);
        uint(TcpHeader.window(buffer, offset), 16);
        uint(TcpHeader.checksum(buffer, offset), 16);
        uint(TcpHeader.urgentPointer(buffer, offset), 16);
        int result = TCP_OPTIONS.parse(buffer, offset, headerLength);
        require(result == 0 || result == Malformed.OPTION);
        tcpOptions(TCP_OPTIONS, buffer, offset + headerLength);
    }

    /** Also after a parse that failed: the options before the bad one count. */
    private static void tcpOptions(TcpOptions options, UnsafeBuffer buffer, int end) {
        if (options.hasMaximumSegmentSize()) {
            uint(options.maximumSegmentSize(), 16);
        }
        if (options.hasWindowScale()) {
            require(options.windowScale() >= 0);
            require(options.windowScale() <= TcpOptions.MAX_WINDOW_SCALE);
        }
        if (options.hasTimestamps()) {
            options.timestampValue();
            options.timestampEchoReply();
        }
        options.sackPermitted();
        require(options.sackBlocks() >= 0 && options.sackBlocks() <= TcpOptions.MAX_SACK_BLOCKS);
        for (int i = 0; i < options.sackBlocks(); i++) {
            options.sackLeftEdge(buffer, i);
            options.sackRightEdge(buffer, i);
        }
        if (options.hasFastOpen()) {
            int cookieLength = options.cookieLength();
            require(cookieLength == 0 || cookieLength >= TcpOptions.MIN_COOKIE_LENGTH);
            require(cookieLength <= TcpOptions.MAX_COOKIE_LENGTH);
            require(options.cookieOffset() + cookieLength <= end);
        }
    }

    /** Whether a check accepted; its answer is a reason, or a number of bytes that there are. */
    private static boolean accepted(int result, int least, int length) {
        if (result < 0) {
            require(-result < Malformed.COUNT && !Malformed.name(result).isEmpty());
            return false;
        }
        require(result >= least && result <= length);
        return true;
    }

    private static void uint(long value, int bits) {
        require(value >>> bits == 0);
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new AssertionError("an answer is outside the range that was promised");
        }
    }
}
