package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.ToeplitzHash;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FlowReaderTest {
    private static final IpAddress A4 = IpAddress.parse("192.0.2.1");
    private static final IpAddress B4 = IpAddress.parse("198.51.100.2");
    private static final IpAddress A6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress B6 = IpAddress.parse("2001:db8:1::2");
    private static final ToeplitzHash HASH = new ToeplitzHash(ToeplitzHash.microsoftKey());

    private final FlowReader reader = new FlowReader();

    private UnsafeBuffer read(byte[] frame) {
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        reader.read(buffer, 0, frame.length);
        return buffer;
    }

    @Test
    void addressesAndPortsAreReadOfBothVersionsAndBothProtocols() {
        for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
            read(Frames.flow(1, protocol, A4, 1000, B4, 80));
            assertTrue(reader.hasPorts());
            assertEquals(A4, IpAddress.of(reader.sourceHigh(), reader.sourceLow()));
            assertEquals(B4, IpAddress.of(reader.destinationHigh(), reader.destinationLow()));
            read(Frames.flow(1, protocol, A6, 1000, B6, 80));
            assertEquals(A6, IpAddress.of(reader.sourceHigh(), reader.sourceLow()));
            assertEquals(B6, IpAddress.of(reader.destinationHigh(), reader.destinationLow()));
            assertEquals(protocol, reader.protocol());
            assertEquals(1000, reader.sourcePort());
            assertEquals(80, reader.destinationPort());
        }
    }

    @Test
    void theHashIsToeplitzOverAddressesAndPorts() {
        read(Frames.flow(1, IpProtocol.TCP, A4, 1000, B4, 80));
        assertEquals(HASH.ipv4(A4.ipv4(), B4.ipv4(), 1000, 80), reader.hash(HASH));
        read(Frames.flow(1, IpProtocol.UDP, A6, 1000, B6, 80));
        assertEquals(
                HASH.ipv6(A6.high(), A6.low(), B6.high(), B6.low(), 1000, 80), reader.hash(HASH));
    }

    @Test
    void aFragmentHasAddressesAndNoPortsSoThatAllFragmentsStayTogether() {
        int whole = 0;
        for (int flags : new int[] {Ipv4Header.MORE_FRAGMENTS, 0}) {
            byte[] frame = Frames.flow(1, IpProtocol.UDP, A4, 1000, B4, 80);
            UnsafeBuffer buffer = new UnsafeBuffer(frame);
            Ipv4Header.fragment(buffer, 14, flags, flags == 0 ? 8 : 0);
            Ipv4Header.updateChecksum(buffer, 14);
            read(frame);
            assertFalse(reader.hasPorts());
            assertTrue(reader.isHashed());
            assertEquals(HASH.ipv4(A4.ipv4(), B4.ipv4()), reader.hash(HASH));
            assertFalse(reader.isVerified(buffer));
            whole++;
        }
        assertEquals(2, whole);
    }

    @Test
    void whatIsNotIpHasNoHash() {
        read(Frames.frame(1, 2, 3, 60));
        assertFalse(reader.isHashed());
        assertFalse(reader.hasPorts());
        assertEquals(0, reader.hash(HASH));
    }

    @Test
    void nothingIsLeftOfTheFrameBefore() {
        read(Frames.flow(1, IpProtocol.TCP, A4, 1000, B4, 80));
        UnsafeBuffer buffer = read(Frames.frame(1, 2, 3, 60));
        assertFalse(reader.hasPorts());
        assertFalse(reader.isVerified(buffer));
    }

    @Test
    void aUdpDatagramWithoutAChecksumIsNotVerified() {
        byte[] frame = Frames.flow(1, IpProtocol.UDP, A4, 1000, B4, 80);
        UdpHeader.checksum(new UnsafeBuffer(frame), 34, 0);
        assertFalse(reader.isVerified(read(frame)));
    }

    @Test
    void paddingOfTheLinkIsNotPartOfAChecksum() {
        byte[] frame = Frames.flow(1, IpProtocol.TCP, A4, 1000, B4, 80);
        byte[] padded = java.util.Arrays.copyOf(frame, frame.length + 9);
        java.util.Arrays.fill(padded, frame.length, padded.length, (byte) 0x5A);
        assertTrue(reader.isVerified(read(padded)));
    }

    @Test
    void aVlanTagIsLookedThrough() {
        byte[] frame = Frames.flow(1, IpProtocol.TCP, A4, 1000, B4, 80);
        byte[] tagged = new byte[frame.length + 4];
        System.arraycopy(frame, 0, tagged, 0, 12);
        System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
        EthernetHeader.etherType(new UnsafeBuffer(tagged), 0, 14, EtherType.VLAN);
        UnsafeBuffer buffer = read(tagged);
        assertTrue(reader.hasPorts());
        assertTrue(reader.isVerified(buffer));
    }

    @Test
    void noBytesWhateverMakeItFail() {
        Property.forAll(
                20_000,
                random -> {
                    byte[] good =
                            random.flip()
                                    ? Frames.flow(1, IpProtocol.TCP, A4, 1000, B4, 80)
                                    : Frames.flow(1, IpProtocol.UDP, A6, 1000, B6, 80);
                    byte[] bytes = random.damaged(good);
                    // In a buffer of exactly that size, so that a read beyond it fails.
                    UnsafeBuffer buffer = read(bytes);
                    int hash = reader.hash(HASH);
                    boolean verified = reader.isVerified(buffer);
                    assertTrue(reader.isHashed() || (hash == 0 && !verified));
                    assertTrue(reader.isHashed() || !reader.hasPorts());
                });
    }

    @Test
    void readingMakesNoGarbage() {
        UnsafeBuffer buffer = new UnsafeBuffer(Frames.flow(1, IpProtocol.TCP, A6, 1000, B6, 80));
        int[] sum = new int[1];
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        10_000,
                        () -> {
                            reader.read(buffer, 0, buffer.capacity());
                            sum[0] += reader.isVerified(buffer) ? reader.hash(HASH) : 0;
                        }));
        assertNotEquals(0, sum[0]);
    }
}
