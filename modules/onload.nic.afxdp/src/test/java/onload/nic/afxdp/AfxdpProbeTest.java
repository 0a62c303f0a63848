package onload.nic.afxdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.Availability;
import onload.nic.spi.NicOptions;
import onload.nic.spi.VirtualInterface;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Sandbox;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each thing that can be missing is named, with its mend. */
@Timeout(60)
class AfxdpProbeTest {
    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");
    private final AfxdpProvider provider = new AfxdpProvider();

    AfxdpProbeTest() {
        sandbox.join(near, "veth0", far, "veth1", 1500);
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    private NicOptions device(String name) {
        return NicOptions.device(name).with("netns", near.name());
    }

    private void assertRefused(NicOptions options, String reason, String mend) {
        Availability found = provider.probe(options);
        assertTrue(found.toString().contains(reason), found.toString());
        assertTrue(found.toString().contains(mend), found.toString());
        assertTrue(!found.isAvailable());
    }

    @Test
    void whatIsThereCanBeUsedAndIsFreeAfterwards() {
        assertEquals(Availability.available(), provider.probe());
        assertEquals(Availability.available(), provider.probe(device("veth0")));
        assertEquals(Availability.available(), provider.probe(device("veth0")));
        assertTrue(!near.run("ip", "link", "show", "veth0").contains("xdp"));
    }

    @Test
    void aDeviceThatIsNotThereIsNamed() {
        assertRefused(device("veth9"), "there is no network device veth9", "\"ip link\" shows");
        assertRefused(device(""), "afxdp needs a device", "afxdp:NAME");
        assertRefused(device("lo"), "lo is not an Ethernet", "devices with a MAC address");
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() {
        assertRefused(
                NicOptions.device("veth0").with("netns", "onload-nowhere"),
                "network namespace onload-nowhere",
                "ip netns");
    }

    @Test
    void aDeviceThatIsDownIsBroughtUpByHand() {
        near.run("ip", "link", "set", "veth0", "down");
        assertRefused(device("veth0"), "veth0 is down", "ip link set veth0 up");
    }

    @Test
    void aQueueThatIsNotThereIsNamed() {
        assertRefused(device("veth0").withQueue(7), "has no queue 7", "ethtool -l veth0");
    }

    @Test
    void aQueueInUseAndAProgramInPlaceAreNamed() {
        try (PacketPool pool = PacketPool.open(PoolOptions.of(64));
                VirtualInterface first = provider.open(device("veth0"), pool)) {
            assertTrue(first.isLinkUp());
            assertRefused(
                    device("veth0"), "binding an AF_XDP socket to queue 0", "choose another queue");
            assertRefused(
                    device("veth0").with("share", "on"), "open already with share=off", "the same");
        }
    }

    @Test
    void zeroCopyThatTheDriverHasNotIsNamed() {
        assertRefused(device("veth0").with("zero-copy", "on"), "EOPNOTSUPP", "zero-copy=off");
    }

    @Test
    void aSettingThatIsMisspelledIsRefusedWithTheNearest() {
        assertRefused(device("veth0").with("zerocopy", "on"), "\"zerocopy\"", "zero-copy");
        assertRefused(device("veth0").with("ring", "100"), "ring=100", "a power of two");
    }

    @Test
    void buffersThatAfxdpCannotUseAreNamed() {
        PoolOptions long8 = PoolOptions.of(64).withBufferLength(8192);
        try (PacketPool pool = PacketPool.open(long8.withHugePages(HugePages.NEVER))) {
            String message = "";
            try (VirtualInterface _ = provider.open(device("veth0"), pool)) {
                message = "was opened";
            } catch (RuntimeException e) {
                message = String.valueOf(e.getMessage());
            }
            assertEquals(
                    "AF_XDP cannot use packet buffers of 8192 bytes; expected 2048 or 4096",
                    message);
        }
    }
}
