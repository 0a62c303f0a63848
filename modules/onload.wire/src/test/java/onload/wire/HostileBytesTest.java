package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** No accessor fails after a check that succeeded, whatever the bytes are: for every format. */
class HostileBytesTest {
    private static final int CASES = 5_000;

    /** A format: its check, how to exercise its parser, and how to write a valid example of it. */
    record Format(String name, Check check, Exercise exercise, Sample sample) {
        void exercise(byte[] bytes) {
            exercise.run(new UnsafeBuffer(bytes), 0, bytes.length);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Format> formats() {
        return List.of(
                new Format(
                        "Ethernet",
                        EthernetHeader::check,
                        ParserExercises::ethernet,
                        Samples::ethernet),
                new Format("ARP", ArpPacket::check, ParserExercises::arp, Samples::arp),
                new Format("IPv4", Ipv4Header::check, ParserExercises::ipv4, Samples::ipv4),
                new Format(
                        "IPv4 options",
                        Ipv4Options::check,
                        ParserExercises::ipv4Options,
                        Samples::ipv4Options),
                new Format("IPv6", Ipv6Header::check, ParserExercises::ipv6, Samples::ipv6),
                new Format(
                        "IPv6 extension headers",
                        new Ipv6ExtensionHeaders()::parse,
                        ParserExercises::ipv6ExtensionHeaders,
                        Samples::ipv6),
                new Format(
                        "IPv6 options",
                        Ipv6Options::check,
                        ParserExercises::ipv6Options,
                        Samples::ipv6Options),
                new Format(
                        "IPv6 routing header",
                        Ipv6RoutingHeader::check,
                        ParserExercises::ipv6RoutingHeader,
                        Samples::ipv6RoutingHeader),
                new Format(
                        "IPv6 fragment header",
                        Ipv6FragmentHeader::check,
                        ParserExercises::ipv6FragmentHeader,
                        Samples::ipv6FragmentHeader),
                new Format(
                        "ICMPv4", Icmpv4Message::check, ParserExercises::icmpv4, Samples::icmpv4),
                new Format(
                        "ICMPv6", Icmpv6Message::check, ParserExercises::icmpv6, Samples::icmpv6),
                new Format("NDP", NdpMessage::check, ParserExercises::ndp, Samples::ndp),
                new Format(
                        "NDP options",
                        NdpOptions::check,
                        ParserExercises::ndpOptions,
                        Samples::ndpOptions),
                new Format("IGMP", IgmpMessage::check, ParserExercises::igmp, Samples::igmp),
                new Format("MLD", MldMessage::check, ParserExercises::mld, Samples::mld),
                new Format("UDP", UdpHeader::check, ParserExercises::udp, Samples::udp),
                new Format("TCP", TcpHeader::check, ParserExercises::tcp, Samples::tcp));
    }

    @FunctionalInterface
    interface Check {
        int of(UnsafeBuffer buffer, int offset, int length);
    }

    @FunctionalInterface
    interface Exercise {
        void run(UnsafeBuffer buffer, int offset, int length);
    }

    @FunctionalInterface
    interface Sample {
        byte[] write(Randomness random);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void validBytesAreAccepted(Format format) {
        Property.forAll(
                CASES / 10,
                random -> {
                    byte[] bytes = format.sample.write(random);
                    int result = format.check.of(new UnsafeBuffer(bytes), 0, bytes.length);
                    assertTrue(result >= 0, () -> Malformed.name(result));
                    format.exercise(bytes);
                });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void damagedBytesMakeNoAccessorFail(Format format) {
        Property.forAll(
                CASES, random -> format.exercise(random.damaged(format.sample.write(random))));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void randomBytesMakeNoAccessorFail(Format format) {
        Property.forAll(CASES, random -> format.exercise(random.bytes(random.between(0, 128))));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void noPrefixOfValidBytesMakesAnAccessorFail(Format format) {
        Property.forAll(
                20,
                random -> {
                    byte[] bytes = format.sample.write(random);
                    for (int length = 0; length < bytes.length; length++) {
                        format.exercise(Arrays.copyOf(bytes, length));
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void theAnswerDoesNotDependOnWhereInTheBufferTheBytesAre(Format format) {
        Property.forAll(
                CASES / 10,
                random -> {
                    byte[] bytes = random.damaged(format.sample.write(random));
                    int offset = random.between(1, 64);
                    UnsafeBuffer shifted = new UnsafeBuffer(random.bytes(offset + bytes.length));
                    shifted.putBytes(offset, bytes);
                    format.exercise.run(shifted, offset, bytes.length);
                });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void parsingAllocatesNothing(Format format) {
        List<UnsafeBuffer> inputs = new ArrayList<>();
        Randomness random = new Randomness(7);
        for (int i = 0; i < 16; i++) {
            byte[] bytes = format.sample.write(random);
            inputs.add(new UnsafeBuffer(i % 2 == 0 ? bytes : random.damaged(bytes)));
        }
        int[] next = new int[1];
        Runnable run =
                () -> {
                    UnsafeBuffer input = inputs.get(next[0]++ & 15);
                    format.exercise.run(input, 0, input.capacity());
                };
        assertEquals(0, AllocatedBytes.perRun(1_000, 1_000, run));
    }

    @Test
    void anAccessBeyondTheEndWouldBeNoticed() {
        UnsafeBuffer twelve = new UnsafeBuffer(new byte[12]);
        assertTrue(UnsafeBuffer.SHOULD_BOUNDS_CHECK);
        assertThrows(IndexOutOfBoundsException.class, () -> Ipv4Header.source(twelve, 0));
    }
}
