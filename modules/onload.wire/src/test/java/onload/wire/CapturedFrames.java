package onload.wire;

/**
 * Ethernet frames that two Linux 6.18 hosts exchanged over a virtual cable, captured by tcpdump.
 * UDP and TCP checksums of their own packets are not filled in: the sender left that to a NIC, and
 * there was none. Addresses are 192.0.2.1 and 2001:db8::1 with 02:00:00:00:00:01, and the same with
 * 2.
 */
final class CapturedFrames {
    /** An MLD version 2 report of one record, with a router alert. */
    static final String MLD_V2_REPORT =
            """
            33330000 00160200 00000001 86dd6000 00000024 0001fe80 00000000 00000000
            00fffe00 0001ff02 00000000 00000000 00000000 00163a00 05020000 01008f00
            72070000 00010400 0000ff02 00000000 00000000 0001ff00 0001
            """;

    /** A router solicitation with the source link-layer address. */
    static final String ROUTER_SOLICITATION =
            """
            33330000 00020200 00000001 86dd6000 00000010 3afffe80 00000000 00000000
            00fffe00 0001ff02 00000000 00000000 00000000 00028500 7b2c0000 00000101
            02000000 0001
            """;

    /** A neighbor solicitation from no address, with a nonce option. */
    static final String DUPLICATE_ADDRESS_DETECTION =
            """
            3333ff00 00010200 00000001 86dd6000 00000020 3aff0000 00000000 00000000
            00000000 0000ff02 00000000 00000000 0001ff00 00018700 3d4f0000 00002001
            0db80000 00000000 00000000 00010e01 4f2b0778 aaf1
            """;

    /** A neighbor solicitation with the source link-layer address. */
    static final String NEIGHBOR_SOLICITATION =
            """
            3333ff00 00020200 00000001 86dd6000 00000020 3aff2001 0db80000 00000000
            00000000 0001ff02 00000000 00000000 0001ff00 00028700 1c270000 00002001
            0db80000 00000000 00000000 00020101 02000000 0001
            """;

    /** Its answer, with the target link-layer address. */
    static final String NEIGHBOR_ADVERTISEMENT =
            """
            02000000 00010200 00000002 86dd6000 00000020 3aff2001 0db80000 00000000
            00000000 00022001 0db80000 00000000 00000000 00018800 8a716000 00002001
            0db80000 00000000 00000000 00020201 02000000 0002
            """;

    /** An ARP request. */
    static final String ARP_REQUEST =
            """
            ffffffff ffff0200 00000001 08060001 08000604 00010200 00000001 c0000201
            00000000 0000c000 0202
            """;

    /** An ARP reply. */
    static final String ARP_REPLY =
            """
            02000000 00010200 00000002 08060001 08000604 00020200 00000002 c0000202
            02000000 0001c000 0201
            """;

    /** A SYN: maximum segment size, SACK permitted, timestamps, window scale. */
    static final String TCP_SYN =
            """
            02000000 00020200 00000001 08004500 003c05f2 40004006 b0c6c000 0201c000
            0202db50 1e61e60f 856f0000 0000a002 faf08432 00000204 05b40402 080a6d30
            653c0000 00000103 030a
            """;

    /** A segment of four bytes, with aligned timestamps. */
    static final String TCP_DATA =
            """
            02000000 00020200 00000001 08004500 003805f4 40004006 b0c8c000 0201c000
            0202db50 1e61e60f 8570b8a1 b87a8018 003f842e 00000101 080a6d30 653c99c8
            11d37069 6e67
            """;

    /** A UDP datagram of five bytes to port 9. */
    static final String UDP =
            """
            02000000 00020200 00000001 08004500 00214208 40004011 74c0c000 0201c000
            0202c1d4 0009000d 84226865 6c6c6f
            """;

    /** The answer to it. */
    static final String ICMP_PORT_UNREACHABLE =
            """
            02000000 00010200 00000002 080045c0 003dcb8a 00004001 2a72c000 0202c000
            02010303 731d0000 00004500 00214208 40004011 74c0c000 0201c000 0202c1d4
            0009000d 84226865 6c6c6f
            """;

    /** An echo. */
    static final String ICMP_ECHO =
            """
            02000000 00020200 00000001 08004500 0024f24a 40004001 c48ac000 0201c000
            02020800 542f1234 00076162 63646566 6768
            """;

    /** A UDP datagram with a record route. */
    static final String IPV4_RECORD_ROUTE =
            """
            02000000 00020200 00000001 08004800 002a424b 40004011 60a6c000 0201c000
            0202070b 08c00002 01000000 0001cd51 0009000a 841f7272
            """;

    /** A port unreachable that records its route and quotes one. */
    static final String IPV4_RECORDED_ROUTE =
            """
            02000000 00010200 00000002 080048c0 0052cc0a 00004001 0f4ec000 0202c000
            0201070b 0cc00002 01c00002 02000303 32440000 00004800 002a424b 40004011
            60a6c000 0201c000 0202070b 0cc00002 01c00002 0201cd51 0009000a 841f7272
            """;

    /** A UDP datagram with an Internet timestamp with addresses. */
    static final String IPV4_TIMESTAMP =
            """
            02000000 00020200 00000001 08004a00 00324270 40004011 fba9c000 0201c000
            02024414 0d01c000 020103b8 5cce0000 00000000 00008c39 0009000a 841f7473
            """;

    /** A port unreachable for IPv6. */
    static final String ICMPV6_PORT_UNREACHABLE =
            """
            02000000 00010200 00000002 86dd600f 9fa3003d 3a402001 0db80000 00000000
            00000000 00022001 0db80000 00000000 00000000 00010104 a7b40000 00006008
            ef4d000d 11402001 0db80000 00000000 00000000 00012001 0db80000 00000000
            00000000 00029fc6 0009000d 5b936865 6c6c6f
            """;

    /** The last fragment of a UDP datagram of 3008 bytes. */
    static final String IPV6_LAST_FRAGMENT =
            """
            02000000 00020200 00000001 86dd6008 ef4d0078 2c402001 0db80000 00000000
            00000000 00012001 0db80000 00000000 00000000 00021100 0b505457 b5cc7878
            78787878 78787878 78787878 78787878 78787878 78787878 78787878 78787878
            78787878 78787878 78787878 78787878 78787878 78787878 78787878 78787878
            78787878 78787878 78787878 78787878 78787878 78787878 78787878 78787878
            78787878 78787878 78787878 7878
            """;

    /** A UDP datagram with destination options that are only padding. */
    static final String IPV6_DESTINATION_OPTIONS =
            """
            02000000 00020200 00000001 86dd6009 e9df0012 3c402001 0db80000 00000000
            00000000 00012001 0db80000 00000000 00000000 00021100 01040000 0000bd9b
            0009000a 8251646f
            """;

    /** A UDP datagram with a destination option of type 0xC7. */
    static final String IPV6_UNKNOWN_OPTION =
            """
            02000000 00020200 00000001 86dd6005 01660012 3c402001 0db80000 00000000
            00000000 00012001 0db80000 00000000 00000000 00021100 c7040102 0304a06f
            0009000a 8e7d756f
            """;

    /** The answer to it. */
    static final String ICMPV6_PARAMETER_PROBLEM =
            """
            02000000 00010200 00000002 86dd6003 e76a0042 3a402001 0db80000 00000000
            00000000 00022001 0db80000 00000000 00000000 00010402 26350000 002a6005
            01660012 3c402001 0db80000 00000000 00000000 00012001 0db80000 00000000
            00000000 00021100 c7040102 0304a06f 0009000a 8e7d756f
            """;

    /** An echo reply for IPv6. */
    static final String ICMPV6_ECHO_REPLY =
            """
            02000000 00010200 00000002 86dd6006 a9e80010 3a402001 0db80000 00000000
            00000000 00022001 0db80000 00000000 00000000 00018100 7f6f1234 00076162
            63646566 6768
            """;

    /** An IGMP version 3 report: 239.1.2.3 is excluded nothing. */
    static final String IGMP_V3_JOIN =
            """
            01005e00 00160200 00000001 080046c0 00280000 40000102 41f8c000 0201e000
            00169404 00002200 e8f90000 00010400 0000ef01 0203
            """;

    /** An IGMP version 3 report: 198.51.100.7 is allowed for 232.1.2.3. */
    static final String IGMP_V3_SOURCE_JOIN =
            """
            01005e00 00160200 00000001 080046c0 002c0000 40000102 41f4c000 0201e000
            00169404 00002200 c4bd0000 00010500 0001e801 0203c633 6407
            """;

    /** An IGMP version 2 report of 239.1.2.4. */
    static final String IGMP_V2_REPORT =
            """
            01005e01 02040200 00000001 080046c0 00200000 40000102 3111c000 0201ef01
            02049404 00001600 f8f9ef01 0204
            """;

    /** An IGMP leave of 239.1.2.4. */
    static final String IGMP_LEAVE =
            """
            01005e00 00020200 00000001 080046c0 00200000 40000102 4214c000 0201e000
            00029404 00001700 f7f9ef01 0204
            """;

    /** An MLD version 1 report of ff05::124. */
    static final String MLD_V1_REPORT =
            """
            33330000 01240200 00000001 86dd6000 00000020 0001fe80 00000000 00000000
            00fffe00 0001ff05 00000000 00000000 00000000 01243a00 05020000 01008300
            7ed70000 0000ff05 00000000 00000000 00000000 0124
            """;

    /** An MLD done of ff05::124. */
    static final String MLD_DONE =
            """
            33330000 00020200 00000001 86dd6000 00000020 0001fe80 00000000 00000000
            00fffe00 0001ff02 00000000 00000000 00000000 00023a00 05020000 01008400
            7efc0000 0000ff05 00000000 00000000 00000000 0124
            """;

    private CapturedFrames() {}
}
