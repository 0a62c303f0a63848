package onload.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import onload.wire.text.FrameText;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;
import java.util.function.Function;

/**
 * What is fuzzed: everything here that is given bytes or text from outside. A target takes any bytes and
 * throws only if the code under it is wrong. Its seeds are valid inputs, from which a fuzzer starts.
 */
final class FuzzTarget {
    private static final List<FuzzTarget> ALL =
            List.of(
                    of("ethernet", ParserExercises::ethernet, SeedInputs.frames()),
                    of("arp", ParserExercises::arp, SeedInputs.packets(EtherType.ARP)),
                    of("ipv4", ParserExercises::ipv4, SeedInputs.packets(EtherType.IPV4)),
                    of("ipv4Options", ParserExercises::ipv4Options, SeedInputs.ipv4Options()),
                    of("ipv6", ParserExercises::ipv6, SeedInputs.packets(EtherType.IPV6)),
                    of(
                            "ipv6ExtensionHeaders",
                            ParserExercises::ipv6ExtensionHeaders,
                            SeedInputs.packets(EtherType.IPV6)),
                    of("ipv6Options", ParserExercises::ipv6Options, SeedInputs.ipv6Payloads()),
                    of(
                            "ipv6RoutingHeader",
                            ParserExercises::ipv6RoutingHeader,
                            SeedInputs.ipv6Payloads()),
                    of(
                            "ipv6FragmentHeader",
                            ParserExercises::ipv6FragmentHeader,
                            SeedInputs.ipv6Payloads()),
                    of("icmpv4", ParserExercises::icmpv4, SeedInputs.upper(IpProtocol.ICMP)),
                    of("icmpv6", ParserExercises::icmpv6, SeedInputs.upper(IpProtocol.ICMPV6)),
                    of("ndp", ParserExercises::ndp, SeedInputs.upper(IpProtocol.ICMPV6)),
                    of("ndpOptions", ParserExercises::ndpOptions, SeedInputs.ndpOptions()),
                    of("igmp", ParserExercises::igmp, SeedInputs.upper(IpProtocol.IGMP)),
                    of("mld", ParserExercises::mld, SeedInputs.upper(IpProtocol.ICMPV6)),
                    of("udp", ParserExercises::udp, SeedInputs.upper(IpProtocol.UDP)),
                    of("tcp", ParserExercises::tcp, SeedInputs.upper(IpProtocol.TCP)),
                    of("frameText", FuzzTarget::frameText, SeedInputs.frames()),
                    of("packetText", FuzzTarget::packetText, SeedInputs.packets()),
                    ofText(
                            "macAddress",
                            MacAddress::parse,
                            MacAddress::toString,
                            SeedInputs.texts("00:00:5e:00:53:0a", "02-00-00-00-00-01")),
                    ofText(
                            "ipv4Address",
                            Ipv4Address::parse,
                            Ipv4Address::toString,
                            SeedInputs.texts("192.0.2.1", "0.0.0.0", "255.255.255.255")),
                    ofText(
                            "ipAddress",
                            IpAddress::parse,
                            IpAddress::toString,
                            SeedInputs.texts("192.0.2.1", "2001:db8::1", "::", "::ffff:1.2.3.4")),
                    ofText(
                            "ipPrefix",
                            IpPrefix::parse,
                            IpPrefix::toString,
                            SeedInputs.texts("192.0.2.0/24", "2001:db8::/32", "::/0", "::1/128")),
                    ofText(
                            "cidrAddress",
                            CidrAddress::parse,
                            CidrAddress::toString,
                            SeedInputs.texts("192.0.2.1/24", "2001:db8::1/64", "fe80::1/10")));

    private final String name;
    private final Exercise exercise;
    private final List<byte[]> seeds;

    private FuzzTarget(String name, Exercise exercise, List<byte[]> seeds) {
        this.name = name;
        this.exercise = exercise;
        this.seeds = seeds;
    }

    @FunctionalInterface
    private interface Exercise {
        void run(UnsafeBuffer buffer, int offset, int length);
    }

    private static FuzzTarget of(String name, Exercise exercise, List<byte[]> seeds) {
        return new FuzzTarget(name, exercise, seeds);
    }

    private static <T> FuzzTarget ofText(
            String name, Function<String, T> parse, Function<T, String> print, List<byte[]> seeds) {
        return new FuzzTarget(
                name,
                (buffer, offset, length) -> sameAgain(text(buffer, offset, length), parse, print),
                seeds);
    }

    /** {@return every target} */
    static List<FuzzTarget> all() {
        return ALL;
    }

    /**
     * {@return the target of a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    static FuzzTarget named(String name) {
        return ALL.stream()
                .filter(target -> target.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no fuzz target named " + name));
    }

    /** {@return valid inputs, all short enough for many runs; not to be changed} */
    List<byte[]> seeds() {
        return seeds;
    }

    /**
     * Gives bytes to the code under test.
     *
     * @param buffer ends where the bytes end, so that an access beyond them throws
     * @param offset index of the first one
     */
    void run(UnsafeBuffer buffer, int offset) {
        exercise.run(buffer, offset, buffer.capacity() - offset);
    }

    @Override
    public String toString() {
        return name;
    }

    private static void frameText(UnsafeBuffer buffer, int offset, int length) {
        requireOneLine(FrameText.of(buffer, offset, length));
    }

    private static void packetText(UnsafeBuffer buffer, int offset, int length) {
        requireOneLine(FrameText.ofPacket(buffer, offset, length));
    }

    private static void requireOneLine(String text) {
        if (text.isBlank() || text.indexOf('\n') >= 0) {
            throw new AssertionError("not one line: " + text);
        }
    }

    /** A text is refused, or what it means can be written so that it means the same. */
    private static <T> void sameAgain(
            String text, Function<String, T> parse, Function<T, String> print) {
        T value;
        try {
            value = parse.apply(text);
        } catch (IllegalArgumentException refused) {
            requireReason(refused);
            return;
        }
        String printed = print.apply(value);
        if (!parse.apply(printed).equals(value)) {
            throw new AssertionError(text + " is printed as " + printed + ", which differs");
        }
    }

    private static void requireReason(IllegalArgumentException refused) {
        if (String.valueOf(refused.getMessage()).isBlank()) {
            throw new AssertionError("refused without a reason", refused);
        }
    }

    private static String text(UnsafeBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, ISO_8859_1);
    }
}
