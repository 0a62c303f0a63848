package onload.nic.afxdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketPool;
import onload.nic.spi.EverythingFilter;
import onload.nic.spi.Filter;
import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicOptions;
import onload.nic.spi.VirtualInterface;
import onload.testkit.PacketPools;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.PacketSocket;
import onload.testkit.linux.Sandbox;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** With share=on: whose frame is it? The kernel's side is seen by a packet socket behind the program. */
@Timeout(60)
class AfxdpFlowsTest {
    private static final int TCP = IpProtocol.TCP;
    private static final int UDP = IpProtocol.UDP;
    private static final int ICMP = IpProtocol.ICMP;
    private static final int ICMPV6 = IpProtocol.ICMPV6;
    private static final int PORT = 7000;
    private static final int REMOTE_PORT = 40_000;

    private static final IpAddress HERE = IpAddress.parse("192.0.2.1");
    private static final IpAddress THERE = IpAddress.parse("192.0.2.2");
    private static final IpAddress OTHER = IpAddress.parse("192.0.2.3");
    private static final IpAddress HERE6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress THERE6 = IpAddress.parse("2001:db8::2");
    private static final IpAddress OTHER6 = IpAddress.parse("2001:db8::3");

    private static final String STACK = "stack";
    private static final String KERNEL = "kernel";

    @RegisterExtension final PacketPools pools = new PacketPools();

    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");
    private PacketPool pool;
    private PacketSocket peer;
    private PacketSocket kernel;
    private VirtualInterface nic;
    private int number;

    @BeforeEach
    void join() {
        far.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        sandbox.join(near, "veth0", far, "veth1", 1500);
        for (String each :
                new String[] {"192.0.2.1/24", "192.0.2.3/24", "2001:db8::1/64", "2001:db8::3/64"}) {
            near.address("veth0", each);
        }
        pool = pools.open(64);
        peer = far.call(() -> new PacketSocket("veth1"));
        kernel = near.call(() -> new PacketSocket("veth0"));
        open("auto");
    }

    private void open(String mode) {
        nic =
                new AfxdpProvider()
                        .open(
                                NicOptions.device("veth0")
                                        .with("netns", near.name())
                                        .with("share", "on")
                                        .with("filters", "4")
                                        .with("mode", mode)
                                        .with("ring", "8"),
                                pool);
        assertEquals(8, nic.post(8));
    }

    @AfterEach
    void remove() {
        nic.close();
        peer.close();
        kernel.close();
        sandbox.close();
    }

    // Whose it is.

    private String owner(byte[] frame) {
        peer.send(frame);
        boolean[] isOurs = new boolean[1];
        NicEvents events =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        byte[] bytes = new byte[pool.buffers().length(packet)];
                        pool.buffers().memory().getBytes(pool.buffers().data(packet), bytes);
                        isOurs[0] |= Arrays.equals(bytes, frame);
                        pool.release(packet);
                    }

                    @Override
                    public void transmitted(int packet) {}

                    @Override
                    public void linkChanged(boolean up) {}
                };
        boolean isKernels = false;
        for (int i = 0; i < 2_000 && !isOurs[0] && !isKernels; i++) {
            nic.poll(System.nanoTime(), events, 8);
            nic.post(8);
            isKernels = isSeenByKernel(frame);
            if (!isOurs[0] && !isKernels) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        isKernels |= isSeenByKernel(frame);
        if (isOurs[0] && isKernels) {
            return "both";
        }
        return isOurs[0] ? STACK : isKernels ? KERNEL : "nobody";
    }

    private boolean isSeenByKernel(byte[] frame) {
        boolean isSeen = false;
        byte[] next;
        while ((next = kernel.receive()) != null) {
            isSeen |= Arrays.equals(next, frame);
        }
        return isSeen;
    }

    // Frames.

    private byte[] ethernet(int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put(new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2});
        frame.putShort((short) type).put(payload);
        return frame.array();
    }

    private static byte[] ipv4(IpAddress from, IpAddress to, int protocol, int flags, byte[] data) {
        ByteBuffer header = ByteBuffer.allocate(20 + data.length);
        header.put((byte) 0x45).put((byte) 0).putShort((short) (20 + data.length));
        header.putShort((short) 1).putShort((short) flags).put((byte) 64).put((byte) protocol);
        header.putShort((short) 0).putInt(from.ipv4()).putInt(to.ipv4());
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += header.getShort(i) & 0xffff;
        }
        header.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        return header.put(data).array();
    }

    private static byte[] ipv6(IpAddress from, IpAddress to, int next, byte[] data) {
        ByteBuffer header = ByteBuffer.allocate(40 + data.length);
        header.putInt(0x6000_0000).putShort((short) data.length).put((byte) next).put((byte) 64);
        header.putLong(from.high()).putLong(from.low()).putLong(to.high()).putLong(to.low());
        return header.put(data).array();
    }

    /** Ports, and twelve bytes that make it a frame like no other. */
    private byte[] transport(int from, int to) {
        ByteBuffer data = ByteBuffer.allocate(20);
        data.putShort((short) from).putShort((short) to).putShort((short) 20).putShort((short) 0);
        return data.putInt(0x5000_0000).putInt(++number).putInt(0).array();
    }

    private byte[] v4(IpAddress from, int fromPort, IpAddress to, int toPort, int protocol) {
        return ethernet(0x0800, ipv4(from, to, protocol, 0x4000, transport(fromPort, toPort)));
    }

    private byte[] v6(IpAddress from, int fromPort, IpAddress to, int toPort, int protocol) {
        return ethernet(0x86dd, ipv6(from, to, protocol, transport(fromPort, toPort)));
    }

    private static byte[] icmp(int type, byte[] quoted) {
        ByteBuffer message = ByteBuffer.allocate(8 + quoted.length);
        return message.put((byte) type)
                .put((byte) 1)
                .putShort((short) 0)
                .putInt(0)
                .put(quoted)
                .array();
    }

    private void own(Filter filter) {
        int added = nic.addFilter(filter);
        assertTrue(added >= 0, () -> "addFilter answers " + added);
    }

    // What is ours.

    @ParameterizedTest
    @ValueSource(strings = {"auto", "generic"})
    void aPortAtAnAddressIsTheStacksFromAnybody(String mode) {
        nic.close();
        open(mode);
        own(new LocalFilter(UDP, HERE, PORT));
        assertEquals(STACK, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
        assertEquals(STACK, owner(v4(THERE, 1, HERE, PORT, UDP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, OTHER, PORT, UDP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT + 1, UDP)));
        assertEquals(KERNEL, owner(v4(THERE, PORT, HERE, REMOTE_PORT, UDP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT, TCP)));
        assertEquals(KERNEL, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT, UDP)));
    }

    @Test
    void aPortAtAnIpv6AddressIsTheStacksFromAnybody() {
        own(new LocalFilter(TCP, HERE6, PORT));
        assertEquals(STACK, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT, TCP)));
        assertEquals(KERNEL, owner(v6(THERE6, REMOTE_PORT, OTHER6, PORT, TCP)));
        assertEquals(KERNEL, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT, UDP)));
        assertEquals(KERNEL, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT ^ 0x100, TCP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT, TCP)));
    }

    @Test
    void aPortAtAllAddressesIsForItsVersionOfIpOnly() {
        own(new LocalFilter(UDP, IpAddress.IPV4_ANY, PORT));
        assertEquals(STACK, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
        assertEquals(STACK, owner(v4(THERE, REMOTE_PORT, OTHER, PORT, UDP)));
        assertEquals(KERNEL, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT, UDP)));
        own(new LocalFilter(UDP, IpAddress.IPV6_ANY, PORT + 1));
        assertEquals(STACK, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT + 1, UDP)));
        assertEquals(STACK, owner(v6(THERE6, REMOTE_PORT, OTHER6, PORT + 1, UDP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT + 1, UDP)));
    }

    @Test
    void aConnectionIsTheStacksAndNoOther() {
        own(new FlowFilter(TCP, HERE, PORT, THERE, REMOTE_PORT));
        assertEquals(STACK, owner(v4(THERE, REMOTE_PORT, HERE, PORT, TCP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT + 1, HERE, PORT, TCP)));
        assertEquals(KERNEL, owner(v4(OTHER, REMOTE_PORT, HERE, PORT, TCP)));
        assertEquals(KERNEL, owner(v4(THERE, PORT, HERE, REMOTE_PORT, TCP)));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
        own(new FlowFilter(UDP, HERE6, PORT, THERE6, REMOTE_PORT));
        assertEquals(STACK, owner(v6(THERE6, REMOTE_PORT, HERE6, PORT, UDP)));
        assertEquals(KERNEL, owner(v6(OTHER6, REMOTE_PORT, HERE6, PORT, UDP)));
    }

    @Test
    void anErrorAboutADatagramOfOursIsTheStacks() {
        own(new FlowFilter(TCP, HERE, PORT, THERE, REMOTE_PORT));
        own(new LocalFilter(UDP, HERE6, PORT));
        byte[] ours = ipv4(HERE, THERE, TCP, 0x4000, transport(PORT, REMOTE_PORT));
        byte[] others = ipv4(HERE, THERE, TCP, 0x4000, transport(PORT + 1, REMOTE_PORT));
        for (int type : new int[] {3, 11, 12}) {
            assertEquals(STACK, owner(icmp4(type, ours)), "type " + type);
            assertEquals(KERNEL, owner(icmp4(type, others)), "type " + type);
        }
        for (int type : new int[] {0, 4, 5, 8, 13}) {
            assertEquals(KERNEL, owner(icmp4(type, ours)), "type " + type);
        }
        byte[] ours6 = ipv6(HERE6, THERE6, UDP, transport(PORT, REMOTE_PORT));
        for (int type : new int[] {1, 2, 3, 4}) {
            assertEquals(STACK, owner(icmp6(type, ours6)), "type " + type);
        }
        for (int type : new int[] {128, 129, 133, 134, 137, 255}) {
            assertEquals(KERNEL, owner(icmp6(type, ours6)), "type " + type);
        }
        byte[] others6 = ipv6(THERE6, HERE6, UDP, transport(REMOTE_PORT, PORT));
        assertEquals(KERNEL, owner(icmp6(1, others6)), "what was sent to us");
    }

    @Test
    void anErrorAboutALaterFragmentHasNoPortsAndIsTheKernels() {
        own(new LocalFilter(UDP, HERE, PORT));
        byte[] first = ipv4(HERE, THERE, UDP, 0x2000, transport(PORT, REMOTE_PORT));
        byte[] later = ipv4(HERE, THERE, UDP, 0x0001, transport(PORT, REMOTE_PORT));
        assertEquals(STACK, owner(icmp4(11, first)));
        assertEquals(KERNEL, owner(icmp4(11, later)));
    }

    private byte[] icmp4(int type, byte[] quoted) {
        return ethernet(0x0800, ipv4(THERE, HERE, ICMP, 0, icmp(type, quoted)));
    }

    private byte[] icmp6(int type, byte[] quoted) {
        return ethernet(0x86dd, ipv6(THERE6, HERE6, ICMPV6, icmp(type, quoted)));
    }

    // What is not.

    @Test
    void allElseGoesOnToTheKernel() {
        own(new LocalFilter(UDP, HERE, PORT));
        own(new LocalFilter(UDP, HERE6, PORT));
        byte[] data = transport(REMOTE_PORT, PORT);
        assertEquals(KERNEL, owner(ethernet(0x0806, data)), "ARP");
        assertEquals(KERNEL, owner(ethernet(0x88b5, data)), "another type");
        assertEquals(KERNEL, owner(ethernet(0x0014, data)), "a length in place of a type");
        for (int flags : new int[] {0x2000, 0x0001, 0x1fff, 0x2001, 0x0100}) {
            byte[] fragment = ipv4(THERE, HERE, UDP, flags, transport(REMOTE_PORT, PORT));
            assertEquals(KERNEL, owner(ethernet(0x0800, fragment)), "fragment " + flags);
        }
        for (int first : new int[] {0x46, 0x4f, 0x44, 0x55, 0x65, 0x05}) {
            byte[] odd = ipv4(THERE, HERE, UDP, 0, transport(REMOTE_PORT, PORT));
            odd[0] = (byte) first;
            assertEquals(KERNEL, owner(ethernet(0x0800, odd)), "first byte " + first);
        }
        for (int protocol : new int[] {0, 2, 41, 43, 44, 47, 50, 58, 60, 132, 255}) {
            byte[] other = ipv4(THERE, HERE, protocol, 0, transport(REMOTE_PORT, PORT));
            assertEquals(KERNEL, owner(ethernet(0x0800, other)), "protocol " + protocol);
        }
        for (int next : new int[] {0, 43, 44, 50, 51, 59, 60, 1, 4, 41, 135}) {
            byte[] other = ipv6(THERE6, HERE6, next, transport(REMOTE_PORT, PORT));
            assertEquals(KERNEL, owner(ethernet(0x86dd, other)), "next header " + next);
        }
    }

    @Test
    void aFrameWithATagWithinItsBytesGoesOnToTheKernel() {
        own(new LocalFilter(UDP, HERE, PORT));
        byte[] inner = v4(THERE, REMOTE_PORT, HERE, PORT, UDP);
        ByteBuffer tagged = ByteBuffer.allocate(inner.length + 4);
        tagged.put(inner, 0, 12).putInt(0x8100_0005).put(inner, 12, inner.length - 12);
        // The kernel takes the tag off before a packet socket sees the frame.
        assertNotEquals(STACK, owner(tagged.array()));
    }

    @Test
    void aFrameThatIsCutIsTheKernelsUpToItsPorts() {
        own(new LocalFilter(UDP, HERE, PORT));
        own(new LocalFilter(UDP, HERE6, PORT));
        for (int length = 14; length < 54; length++) {
            byte[] cut = Arrays.copyOf(v4(THERE, REMOTE_PORT, HERE, PORT, UDP), length);
            assertEquals(length < 42 ? KERNEL : STACK, owner(cut), length + " bytes");
        }
        for (int length = 14; length < 74; length++) {
            byte[] cut = Arrays.copyOf(v6(THERE6, REMOTE_PORT, HERE6, PORT, UDP), length);
            assertEquals(length < 62 ? KERNEL : STACK, owner(cut), length + " bytes");
        }
        byte[] quoted = ipv4(HERE, THERE, UDP, 0, transport(PORT, REMOTE_PORT));
        byte[] error = icmp4(3, quoted);
        for (int length = 14; length < 74; length++) {
            byte[] cut = Arrays.copyOf(error, length);
            if (length > 18) {
                // An identification for each, so that no frame is like another.
                cut[18] = (byte) length;
            }
            assertEquals(length < 70 ? KERNEL : STACK, owner(cut), length + " bytes");
        }
    }

    // Filters.

    @Test
    void aFilterThatIsThereIsTakenAndOneThatIsRemovedIsFree() {
        LocalFilter filter = new LocalFilter(UDP, HERE, PORT);
        int first = nic.addFilter(filter);
        assertTrue(first >= 0);
        assertEquals(VirtualInterface.FILTER_TAKEN, nic.addFilter(filter));
        assertEquals(STACK, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
        assertTrue(nic.removeFilter(first));
        assertFalse(nic.removeFilter(first));
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
        assertTrue(nic.addFilter(filter) >= 0);
        assertEquals(STACK, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
    }

    @Test
    void aTableThatIsFullSaysSoAndTakesMoreAfterARemoval() {
        int[] numbers = new int[4];
        for (int i = 0; i < 4; i++) {
            numbers[i] = nic.addFilter(new LocalFilter(UDP, HERE, PORT + i));
            assertTrue(numbers[i] >= 0);
        }
        LocalFilter more = new LocalFilter(UDP, HERE, PORT + 4);
        for (int i = 0; i < 3; i++) {
            assertEquals(VirtualInterface.FILTER_TABLE_FULL, nic.addFilter(more));
        }
        assertTrue(nic.removeFilter(numbers[2]));
        assertTrue(nic.addFilter(more) >= 0);
    }

    @Test
    void filtersThatAreNoFlowAreUnsupported() {
        assertEquals(VirtualInterface.FILTER_UNSUPPORTED, nic.addFilter(new EverythingFilter()));
        assertFalse(nic.removeFilter(0));
        assertFalse(nic.removeFilter(-1));
    }

    @Test
    void afterClosingAllIsTheKernels() {
        own(new LocalFilter(UDP, HERE, PORT));
        nic.close();
        assertEquals(KERNEL, owner(v4(THERE, REMOTE_PORT, HERE, PORT, UDP)));
        assertEquals(VirtualInterface.CLOSED, nic.addFilter(new LocalFilter(UDP, HERE, PORT)));
    }
}
