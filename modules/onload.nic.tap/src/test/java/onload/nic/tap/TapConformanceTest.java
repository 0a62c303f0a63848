package onload.nic.tap;

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

/** TAP devices do what every NIC does; the far end is a packet socket on the kernel's side. */
class TapConformanceTest {
    private static @Nullable Sandbox sandbox;
    private static @Nullable Namespace near;

    @BeforeAll
    static void make() {
        Sandbox opened = Sandbox.open();
        sandbox = opened;
        Namespace one = opened.namespace("near");
        // So that the kernel itself says nothing.
        one.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        near = one;
    }

    @AfterAll
    static void remove() {
        if (sandbox != null) {
            sandbox.close();
        }
    }

    /** As it comes. */
    @Nested
    class AsItComes extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Cable("mtu", "1500");
        }
    }

    /** With checksums done by the stack. */
    @Nested
    class WithoutChecksums extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Cable("checksum", "off");
        }
    }

    /** Frames in several buffers. */
    @Nested
    class WithJumboFrames extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Cable("mtu", "9000");
        }
    }

    /** One queue of several. */
    @Nested
    class WithSeveralQueues extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new Cable("multi-queue", "on");
        }
    }

    private static final class Cable implements NicFixture {
        private final String setting;
        private final String value;
        private @Nullable PacketSocket peer;

        Cable(String setting, String value) {
            this.setting = setting;
            this.value = value;
        }

        private static Namespace there(@Nullable Namespace namespace) {
            if (namespace == null) {
                throw new IllegalStateException("the devices are not there");
            }
            return namespace;
        }

        @Override
        public VirtualInterface open(PacketPool pool) {
            close();
            NicOptions options =
                    NicOptions.device("tap0")
                            .with("netns", there(near).name())
                            .with("ring", "128")
                            .with(setting, value);
            VirtualInterface opened = new TapProvider().open(options, pool);
            // The device is there from now on only.
            peer = there(near).call(() -> new PacketSocket("tap0"));
            return opened;
        }

        private PacketSocket peer() {
            if (peer == null) {
                throw new IllegalStateException("the device is not open");
            }
            return peer;
        }

        @Override
        public void sendFromPeer(byte[] frame) {
            peer().send(frame);
        }

        @Override
        public byte @Nullable [] receiveAtPeer() {
            byte[] frame = peer().receive();
            // The kernel hands frames over in its own time, which is longer on a busy machine.
            for (int i = 0; frame == null && i < 50; i++) {
                LockSupport.parkNanos(1_000_000);
                frame = peer().receive();
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
            if (peer != null) {
                peer.close();
            }
        }
    }
}
