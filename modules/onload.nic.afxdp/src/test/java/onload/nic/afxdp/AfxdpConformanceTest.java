package onload.nic.afxdp;

import onload.nic.packet.PacketPool;
import onload.nic.spi.NicOptions;
import onload.nic.spi.VirtualInterface;
import onload.testkit.NicFixture;
import onload.testkit.VirtualInterfaceConformance;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.PacketSocket;
import onload.testkit.linux.Sandbox;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

import java.util.concurrent.locks.LockSupport;

/** AF_XDP on a pair of virtual Ethernet devices does what every NIC does; the far end is a packet socket. */
class AfxdpConformanceTest {
    private static final int JUMBO = 9000;

    private static @Nullable Sandbox sandbox;
    private static @Nullable Namespace near;
    private static @Nullable Namespace far;

    @BeforeAll
    static void join() {
        Sandbox opened = Sandbox.open();
        sandbox = opened;
        Namespace one = opened.namespace("near");
        Namespace other = opened.namespace("far");
        for (Namespace each : new Namespace[] {one, other}) {
            // So that the kernel itself says nothing.
            each.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        }
        opened.join(one, "plain0", other, "plain1", 1500);
        opened.join(one, "jumbo0", other, "jumbo1", JUMBO);
        near = one;
        far = other;
    }

    @AfterAll
    static void remove() {
        if (sandbox != null) {
            sandbox.close();
        }
    }

    /** As it comes: native where the driver can, in copy mode. */
    @Nested
    class AsItComes extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Pair("plain", "auto");
        }
    }

    /** Behind the driver, as for devices that know nothing of XDP. */
    @Nested
    class Generic extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Pair("plain", "generic");
        }
    }

    /** Frames in several buffers. */
    @Nested
    class WithJumboFrames extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Pair("jumbo", "native");
        }
    }

    private static final class Pair implements NicFixture {
        private final String name;
        private final String mode;
        private final PacketSocket peer;

        Pair(String name, String mode) {
            this.name = name;
            this.mode = mode;
            peer = there(far).call(() -> new PacketSocket(name + "1"));
        }

        private static Namespace there(@Nullable Namespace namespace) {
            if (namespace == null) {
                throw new IllegalStateException("the devices are not there");
            }
            return namespace;
        }

        @Override
        public VirtualInterface open(PacketPool pool) {
            NicOptions options =
                    NicOptions.device(name + "0")
                            .with("netns", there(near).name())
                            .with("mode", mode)
                            .with("ring", "128")
                            .with("statistics-interval", "1us");
            return new AfxdpProvider().open(options, pool);
        }

        @Override
        public void sendFromPeer(byte[] frame) {
            peer.send(frame);
        }

        @Override
        public byte @Nullable [] receiveAtPeer() {
            byte[] frame = peer.receive();
            // The kernel hands frames over in its own time, which is longer on a busy machine.
            for (int i = 0; frame == null && i < 50; i++) {
                LockSupport.parkNanos(1_000_000);
                frame = peer.receive();
            }
            return frame;
        }

        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        public void settle() {
            LockSupport.parkNanos(3_000_000);
        }

        @Override
        public void close() {
            peer.close();
        }
    }
}
