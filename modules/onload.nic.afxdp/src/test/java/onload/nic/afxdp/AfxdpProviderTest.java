package onload.nic.afxdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.Descriptor;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;
import onload.linux.bpf.BpfAssembler;
import onload.linux.bpf.BpfProgram;
import onload.linux.bpf.XdpLink;
import onload.linux.device.NetworkDevice;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.testkit.PacketPools;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Sandbox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.File;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;

/** What is refused says why and what to do, and leaves nothing open. */
@Timeout(60)
class AfxdpProviderTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");
    private PacketPool pool;

    @BeforeEach
    void join() {
        for (Namespace each : new Namespace[] {near, far}) {
            each.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        }
        sandbox.join(near, "veth0", far, "veth1", 1500);
        pool = pools.open(64);
    }

    @AfterEach
    void remove() {
        sandbox.close();
    }

    private NicOptions options(String... settings) {
        NicOptions options =
                NicOptions.device("veth0").with("netns", near.name()).with("ring", "8");
        for (int i = 0; i < settings.length; i += 2) {
            options = options.with(settings[i], settings[i + 1]);
        }
        return options;
    }

    private VirtualInterface open(NicOptions options) {
        return new AfxdpProvider().open(options, pool);
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? -1 : open.length;
    }

    private <T extends Exception> String refused(Class<T> type, NicOptions options) {
        return refused(type, options, pool);
    }

    private <T extends Exception> String refused(
            Class<T> type, NicOptions options, PacketPool memory) {
        // What is loaded by the first refusal stays.
        assertThrows(type, () -> new AfxdpProvider().open(options, memory));
        int before = descriptors();
        T e = assertThrows(type, () -> new AfxdpProvider().open(options, memory));
        assertEquals(before, descriptors(), "descriptors that stay open");
        return String.valueOf(e.getMessage());
    }

    private String unavailable(NicOptions options) {
        String message = refused(NicUnavailableException.class, options);
        assertFalse(near.run("ip", "link", "show", "veth0").contains("xdp"), "a program stays");
        return message;
    }

    @Test
    void openingAndClosingLeavesNothing() {
        open(options()).close();
        open(options("share", "on")).close();
        int before = descriptors();
        for (int i = 0; i < 10; i++) {
            open(options()).close();
            open(options("share", "on")).close();
        }
        assertEquals(before, descriptors());
        assertFalse(near.run("ip", "link", "show", "veth0").contains("xdp"));
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        NicOptions nowhere =
                NicOptions.device("nowhere").with("netns", near.name()).with("ring", "8");
        assertEquals(
                "there is no network device nowhere in %s; expected one that \"ip link\" shows"
                        .formatted(near.name()),
                unavailable(nowhere));
        assertEquals(
                "afxdp needs a device; expected afxdp:NAME, with a name that \"ip link\" shows",
                unavailable(NicOptions.device("")));
        assertTrue(
                unavailable(NicOptions.device("aNameThatIsMuchTooLong").with("netns", near.name()))
                        .startsWith("there is no network device aNameThatIsMuchTooLong"));
    }

    @Test
    void aNamespaceThatIsNotThereIsRefused() {
        assertEquals(
                "network namespace nowhere: ENOENT (no such file or directory); see \"ip netns\" for those that"
                        + " there are",
                unavailable(options().with("netns", "nowhere")));
        assertTrue(
                refused(IllegalArgumentException.class, options().with("netns", "../proc"))
                        .startsWith("\"../proc\" is no name of a network namespace"));
    }

    @Test
    void aDeviceThatIsDownIsRefused() {
        near.run("ip", "link", "set", "veth0", "down");
        assertEquals("veth0 is down; bring it up: ip link set veth0 up", unavailable(options()));
    }

    @Test
    void aDeviceThatIsNoEthernetIsRefused() {
        assertEquals(
                "lo is not an Ethernet; AF_XDP is for devices with a MAC address",
                unavailable(NicOptions.device("lo").with("netns", near.name())));
    }

    @Test
    void aQueueThatIsNotThereIsRefused() {
        assertEquals(
                "veth0 has no queue 7; expected 0 to 0 (see \"ethtool -l veth0\")",
                unavailable(options().withQueue(7)));
    }

    @Test
    void aQueueThatIsInUseIsRefusedAndItsOwnerGoesOn() {
        try (VirtualInterface first = open(options())) {
            PacketPool other = pools.open(64);
            assertEquals(
                    "binding an AF_XDP socket to queue 0 of veth0: EBUSY (device or resource busy); that queue is in"
                            + " use; close its owner, or choose another queue",
                    refused(NicUnavailableException.class, options(), other));
            assertTrue(near.run("ip", "link", "show", "veth0").contains("xdp"));
            assertTrue(first.isLinkUp());
        }
        open(options()).close();
    }

    @Test
    void whatIsSharedInAnotherWayIsRefused() {
        try (VirtualInterface _ = open(options())) {
            assertEquals(
                    "veth0 is open already with share=off; use the same for all its queues",
                    refused(NicUnavailableException.class, options("share", "on")));
        }
    }

    @Test
    void zeroCopyWhereTheDriverCannotIsRefused() {
        assertEquals(
                "binding an AF_XDP socket to queue 0 of veth0: EOPNOTSUPP (operation not supported); the driver has"
                        + " no zero-copy mode, or not for frames in several buffers; try zero-copy=off",
                unavailable(options("zero-copy", "on")));
    }

    @Test
    void packetBuffersOfAnotherLengthAreRefused() {
        PacketPool small = pools.open(PoolOptions.of(64).withBufferLength(1024));
        assertEquals(
                "AF_XDP cannot use packet buffers of 1024 bytes; expected 2048 or 4096",
                refused(NicUnavailableException.class, options(), small));
    }

    @Test
    void jumboFramesInBuffersOfAPageAreTaken() {
        for (int mtu : new int[] {1500, 3000, 3498, 3600, 3690, 3700, 9000}) {
            near.run("ip", "link", "set", "veth0", "mtu", String.valueOf(mtu));
            far.run("ip", "link", "set", "veth1", "mtu", String.valueOf(mtu));
            PacketPool pages =
                    pools.open(PoolOptions.of(64).withBufferLength(4096).withAccounting(true));
            try (VirtualInterface nic = new AfxdpProvider().open(options(), pages)) {
                assertEquals(mtu, nic.capabilities().mtu());
            }
        }
    }

    @Test
    void settingsThatAreNotAllowedAreRefused() {
        assertEquals(
                "ring=9 is not allowed; expected a power of two from 8 to 32768",
                refused(IllegalArgumentException.class, options("ring", "9")));
        assertEquals(
                "mode=fast is not allowed; expected auto, native, generic",
                refused(IllegalArgumentException.class, options("mode", "fast")));
        assertEquals(
                "zero-copy=yes is not allowed; expected auto, on, off",
                refused(IllegalArgumentException.class, options("zero-copy", "yes")));
        assertEquals(
                "busy-poll=100s is not allowed; expected up to 1s",
                refused(IllegalArgumentException.class, options("busy-poll", "100s")));
    }

    @Test
    void aProgramOfSomebodyElseIsNamedAndLeftAlone() {
        // Another process is another class loader's worth: its own link on the same device.
        try (AutoCloseableLink _ = near.call(() -> Others.attach("veth0"))) {
            String message = refused(NicUnavailableException.class, options());
            assertTrue(
                    message.startsWith("attaching an XDP program to veth0 (native): EBUSY"),
                    message);
            assertTrue(message.contains("ip link show veth0"), message);
            assertTrue(near.run("ip", "link", "show", "veth0").contains("xdp"));
        }
        open(options()).close();
    }

    @Test
    void busyPollingIsTaken() {
        open(options("busy-poll", "20us")).close();
    }

    @Test
    void lackOfDescriptorsAtAnyStepLeavesNothingOpen() throws Exception {
        open(options("share", "on")).close();
        unavailable(options("share", "on").withQueue(7));
        int before = descriptors();
        int failures = 0;
        for (int spare = 0; spare < 40; spare++) {
            try (Limit _ = new Limit(spare)) {
                open(options("share", "on")).close();
                break;
            } catch (RuntimeException expected) {
                // One descriptor more the next time.
                failures++;
            }
            assertEquals(before, descriptors(), "after a failure with %d spare".formatted(spare));
        }
        assertEquals(before, descriptors());
        assertTrue(failures >= 8, "only %d steps have failed".formatted(failures));
        open(options("share", "on")).close();
    }

    /** What another process might have attached. */
    private static final class Others {
        static AutoCloseableLink attach(String name) {
            var device = NetworkDevice.find(name).orElseThrow();
            var program =
                    BpfProgram.xdp(
                            new BpfAssembler().apply(BpfAssembler.Operation.MOVE, 0, 2).exit(),
                            "others",
                            false);
            var link = XdpLink.attach(program, device.index(), name, XdpLink.NATIVE);
            return () -> {
                link.close();
                program.close();
                device.close();
            };
        }
    }

    private interface AutoCloseableLink extends AutoCloseable {
        @Override
        void close();
    }

    /** Leaves the process a few descriptors only. */
    private static final class Limit implements AutoCloseable {
        private static final int NOFILE = 7;

        private final Struct before = Struct.of(16);
        private final SystemCalls calls = new SystemCalls();

        /** Fill the numbers that are free between others. */
        private final Deque<Descriptor> fillers = new ArrayDeque<>();

        Limit(int spare) {
            calls.call(SystemCall.PRLIMIT64, 0, NOFILE, 0, before.address());
            String[] open = new File("/proc/self/fd").list();
            int highest =
                    Stream.of(open == null ? new String[0] : open)
                            .mapToInt(Integer::parseInt)
                            .max()
                            .orElse(0);
            do {
                fillers.push(Descriptor.checked(calls.call(SystemCall.EVENTFD2, 0, 0), "eventfd2"));
            } while (fillers.element().number() <= highest);
            try (Struct now = Struct.of(16)) {
                now.bytes().putLong(0, fillers.element().number() + 1L + spare);
                now.bytes().putLong(8, before.bytes().getLong(8));
                assertEquals(0, calls.call(SystemCall.PRLIMIT64, 0, NOFILE, now.address(), 0));
            }
        }

        @Override
        public void close() {
            assertEquals(0, calls.call(SystemCall.PRLIMIT64, 0, NOFILE, before.address(), 0));
            before.close();
            fillers.forEach(Descriptor::close);
        }
    }
}
