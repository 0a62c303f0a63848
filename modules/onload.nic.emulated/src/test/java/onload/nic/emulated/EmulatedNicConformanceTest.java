package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.nic.capture.Capture;
import onload.nic.capture.CaptureOptions;
import onload.nic.capture.CaptureState;
import onload.nic.capture.CapturingInterface;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.testkit.NicFixture;
import onload.testkit.VirtualClock;
import onload.testkit.VirtualInterfaceConformance;

import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Emulated NICs do what every NIC does. */
class EmulatedNicConformanceTest {
    private static final long DELAY_NS = 10_000;
    private static final LinkSettings LINK = LinkSettings.builder().delayNs(DELAY_NS).build();

    /** Plain, with rings that a test can fill, on virtual time. */
    @Nested
    class OnVirtualTime extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new VirtualTime(NicSettings.DEFAULT, LINK);
        }
    }

    /** With everything that a NIC may do, jumbo frames and a bandwidth, on virtual time. */
    @Nested
    class WithAllFeatures extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            NicSettings.Builder settings = NicSettings.builder().mtu(9000).rings(256, 128);
            for (NicFeature feature : NicSettings.POSSIBLE_FEATURES) {
                settings.feature(feature, true);
            }
            return new VirtualTime(
                    settings.build(),
                    LINK.toBuilder().mtu(9000).bitsPerSecond(10_000_000_000L).build());
        }
    }

    /** On the real clock, with its lock. */
    @Nested
    class OnRealTime extends VirtualInterfaceConformance {
        @Override
        protected NicFixture fixture() {
            return new RealTime(LINK);
        }
    }

    /** Behind a recorder that is recording, which must not be noticed. */
    @Nested
    class WhileItIsCaptured extends VirtualInterfaceConformance {
        @TempDir Path folder = Path.of("");

        @Override
        protected NicFixture fixture() {
            return new Captured(folder.resolve("frames.pcapng"));
        }
    }

    private static class VirtualTime extends EmulatedFixture {
        private static final long LONG_ENOUGH_NS = 10_000_000;
        private final VirtualClock clock = new VirtualClock();

        VirtualTime(NicSettings settings, LinkSettings link) {
            super(EmulatedNetwork.onVirtualTime(1), settings, link);
        }

        @Override
        public long nowNs() {
            return clock.nowNs();
        }

        @Override
        void pass() {
            clock.advance(LONG_ENOUGH_NS);
        }
    }

    private static final class Captured extends VirtualTime {
        private final Capture capture;

        Captured(Path file) {
            super(NicSettings.DEFAULT, LINK);
            capture =
                    Capture.start(
                            CaptureOptions.to(file),
                            fault -> {
                                throw new AssertionError(fault);
                            });
        }

        @Override
        public VirtualInterface open(PacketPool pool) {
            CapturingInterface nic = new CapturingInterface(super.open(pool), "nic0");
            capture.add(nic);
            return nic;
        }

        @Override
        public void close() {
            super.close();
            capture.close();
            assertEquals(CaptureState.STOPPED, capture.report().state());
        }
    }

    private static final class RealTime extends EmulatedFixture {
        RealTime(LinkSettings link) {
            super(
                    EmulatedNetwork.onRealTime(SystemNanoClock.INSTANCE, 1),
                    NicSettings.DEFAULT,
                    link);
        }

        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        void pass() {
            long until = System.nanoTime() + 2 * DELAY_NS;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
        }
    }
}
