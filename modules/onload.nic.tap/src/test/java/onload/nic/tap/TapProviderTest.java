package onload.nic.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.testkit.PacketPools;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.PacketSocket;
import onload.testkit.linux.Sandbox;
import onload.wire.MacAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.File;
import java.util.concurrent.locks.LockSupport;

/** What a TAP device is told, what is refused, and that nothing stays behind. */
@Timeout(60)
class TapProviderTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private PacketPool pool;

    @BeforeEach
    void quiet() {
        near.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        pool = pools.open(256);
    }

    @AfterEach
    void remove() {
        sandbox.close();
    }

    private NicOptions options(String... settings) {
        NicOptions options = NicOptions.device("tap0").with("netns", near.name());
        for (int i = 0; i < settings.length; i += 2) {
            options = options.with(settings[i], settings[i + 1]);
        }
        return options;
    }

    private VirtualInterface open(String... settings) {
        return new TapProvider().open(options(settings), pool);
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? -1 : open.length;
    }

    private String devices() {
        return near.run("ip", "-o", "link");
    }

    private <T extends Exception> String refused(Class<T> type, NicOptions options) {
        // What is loaded by the first refusal stays.
        assertThrows(type, () -> new TapProvider().open(options, pool));
        int before = descriptors();
        T e = assertThrows(type, () -> new TapProvider().open(options, pool));
        assertEquals(before, descriptors(), "descriptors that stay open");
        return String.valueOf(e.getMessage());
    }

    @Test
    void aDeviceIsMadeBroughtUpAndGoneAfterwards() {
        int before = descriptors();
        VirtualInterface nic = open();
        assertTrue(devices().contains("tap0: <BROADCAST,MULTICAST,UP"));
        nic.close();
        assertFalse(devices().contains("tap0"));
        open().close();
        assertTrue(descriptors() <= before + 4, "descriptors grow");
        int after = descriptors();
        for (int i = 0; i < 10; i++) {
            open().close();
        }
        assertEquals(after, descriptors());
    }

    @Test
    void theMtuIsTold() {
        try (VirtualInterface nic = open("mtu", "9000")) {
            assertEquals(9000, nic.capabilities().mtu());
            assertTrue(devices().contains("mtu 9000"));
        }
    }

    @Test
    void theAddressIsAsGivenOrOneBitOtherThanTheKernels() {
        try (VirtualInterface nic = open("mac", "02:00:00:00:00:05")) {
            assertEquals(MacAddress.parse("02:00:00:00:00:05"), nic.macAddress());
        }
        try (VirtualInterface nic = open()) {
            assertFalse(devices().contains(MacAddress.toString(nic.macAddress())));
            assertFalse(MacAddress.isMulticast(nic.macAddress()));
        }
    }

    @Test
    void anAddressThatNoStationCanHaveIsRefused() {
        for (String each :
                new String[] {"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00"}) {
            String message = refused(IllegalArgumentException.class, options("mac", each));
            assertEquals(
                    "mac=%s is not allowed; expected the address of one station, such as 02:00:00:00:00:01"
                            .formatted(each),
                    message);
        }
    }

    @Test
    void aDeviceThatPersistsStaysAndIsTakenAgain() {
        open("persist", "on", "owner", "1234").close();
        assertTrue(devices().contains("tap0"));
        assertTrue(near.run("ip", "tuntap").contains("persist user 1234"));
        try (VirtualInterface nic = open()) {
            assertTrue(nic.isLinkUp());
        }
        assertTrue(devices().contains("tap0"));
    }

    @Test
    void aRefusedOptionLeavesNoDeviceBehind() {
        for (String[] each :
                new String[][] {
                    {"mtu", "5"}, {"ring", "0"}, {"mac", "x"}, {"up", "maybe"}, {"owner", "-3"}
                }) {
            assertThrows(
                    IllegalArgumentException.class, () -> open("persist", "on", each[0], each[1]));
            assertFalse(devices().contains("tap0"), () -> each[0] + " leaves " + devices());
        }
    }

    @Test
    void aDeviceThatIsInUseIsRefused() {
        try (VirtualInterface _ = open()) {
            assertEquals(
                    "opening the TAP device tap0: EBUSY (device or resource busy); another process has it;"
                            + " close that, choose another name, or open both with multi-queue=on",
                    refused(NicUnavailableException.class, options()));
        }
    }

    @Test
    void severalQueuesAreOpenedOneByOne() {
        try (VirtualInterface one = open("multi-queue", "on");
                VirtualInterface other = open("multi-queue", "on")) {
            assertEquals(one.macAddress(), other.macAddress());
            String message = refused(NicUnavailableException.class, options());
            assertTrue(message.contains("EINVAL"), message);
        }
    }

    @Test
    void aDeviceThatIsNoTapIsRefused() {
        near.run("ip", "link", "add", "tap0", "type", "veth", "peer", "name", "other");
        assertEquals(
                "opening the TAP device tap0: EINVAL (invalid argument); there is a device of that name that is no"
                        + " TAP, or one with another number of queues",
                refused(NicUnavailableException.class, options()));
    }

    @Test
    void aNamespaceThatIsNotThereIsRefused() {
        assertEquals(
                "network namespace nowhere: ENOENT (no such file or directory); see \"ip netns\" for those that"
                        + " there are",
                refused(NicUnavailableException.class, options().with("netns", "nowhere")));
    }

    @Test
    void aSettingThatIsUnknownAndANameThatIsTooLongAreRefused() {
        assertTrue(
                refused(IllegalArgumentException.class, options("mtv", "1500"))
                        .startsWith("\"mtv\" is not a setting of this NIC, did you mean \"mtu\"?"));
        assertEquals(
                "\"abcdefghijklmnop\" cannot be a TAP device; expected a name of 1 to 15 characters, such as tap:tap0",
                refused(IllegalArgumentException.class, NicOptions.device("abcdefghijklmnop")));
    }

    @Test
    void itCanBeOpenedAtOnceAfterClosingWhileSomebodyWaited() throws Exception {
        for (int round = 0; round < 50; round++) {
            VirtualInterface nic = open();
            nic.prime();
            Thread waiter = waiter(nic);
            LockSupport.parkNanos(1_000_000);
            nic.close();
            open().close();
            waiter.join();
        }
    }

    private static Thread waiter(VirtualInterface nic) {
        return Thread.ofPlatform()
                .start(() -> {
                    try {
                        nic.wakeUp().await(30_000_000_000L);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @Test
    void anInterruptedThreadOpensItNevertheless() {
        Thread.currentThread().interrupt();
        try (VirtualInterface nic = open()) {
            assertTrue(Thread.interrupted());
            assertTrue(nic.capabilities().mtu() > 0);
        }
        assertFalse(devices().contains("tap0"));
    }

    @Test
    void aDeviceThatSomebodyDeletesIsDownAndWakesOnceOnly() throws InterruptedException {
        try (VirtualInterface nic = open()) {
            near.run("ip", "link", "delete", "tap0");
            assertFalse(nic.isLinkUp());
            int wakeUps = 0;
            for (int i = 0; i < 20; i++) {
                nic.prime();
                wakeUps += nic.wakeUp().await(1_000_000) ? 1 : 0;
            }
            assertTrue(wakeUps <= 1, () -> "it wakes again and again");
        }
    }

    @Test
    void aFrameThatIsLongerThanThePostedBuffersIsDroppedAndCounted() {
        try (VirtualInterface nic = open("mtu", "9000");
                PacketSocket peer = near.call(() -> new PacketSocket("tap0"))) {
            int[] received = new int[1];
            NicEvents events =
                    new NicEvents() {
                        @Override
                        public void received(int packet) {
                            received[0] = pool.buffers().frameLength(packet);
                            pool.release(packet);
                        }

                        @Override
                        public void transmitted(int packet) {}

                        @Override
                        public void linkChanged(boolean up) {}
                    };
            nic.post(2);
            peer.send(broadcast(9000));
            pollFor(nic, events);
            assertEquals(0, received[0]);
            assertEquals(1, nic.counters().get(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
            nic.post(16);
            peer.send(broadcast(9000));
            pollFor(nic, events);
            assertEquals(9000, received[0]);
        }
    }

    @Test
    void aFrameThatIsCutIsNotDelivered() {
        // The longest frame is as long as a buffer takes, and the kernel is told to send more.
        int mtu = pool.buffers().dataCapacity() - 22;
        try (VirtualInterface nic = open("mtu", String.valueOf(mtu));
                PacketSocket peer = near.call(() -> new PacketSocket("tap0"))) {
            near.run("ip", "link", "set", "tap0", "mtu", "3000");
            nic.post(16);
            peer.send(broadcast(2500));
            int[] received = new int[1];
            NicEvents events =
                    new NicEvents() {
                        @Override
                        public void received(int packet) {
                            received[0]++;
                            pool.release(packet);
                        }

                        @Override
                        public void transmitted(int packet) {}

                        @Override
                        public void linkChanged(boolean up) {}
                    };
            pollFor(nic, events);
            assertEquals(0, received[0]);
            assertEquals(1, nic.counters().get(NicCounter.RECEIVE_DROPPED_TOO_LONG));
        }
    }

    @Test
    void buffersOfAllSizesWork() {
        PacketPool small =
                pools.open(PoolOptions.of(64).withBufferLength(512).withAccounting(true));
        try (VirtualInterface nic = new TapProvider().open(options(), small)) {
            assertEquals(48, nic.post(64), "the receive share of the pool");
        }
    }

    private static void pollFor(VirtualInterface nic, NicEvents events) {
        for (int i = 0; i < 20; i++) {
            nic.poll(System.nanoTime(), events, 64);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static byte[] broadcast(int length) {
        byte[] frame = new byte[length];
        java.util.Arrays.fill(frame, 0, 6, (byte) 0xff);
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xb5;
        return frame;
    }
}
