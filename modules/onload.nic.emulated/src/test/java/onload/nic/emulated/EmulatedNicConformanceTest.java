package onload.nic.emulated;

import onload.nic.spi.NicFeature;
import onload.testkit.NicFixture;
import onload.testkit.VirtualClock;
import onload.testkit.VirtualInterfaceConformance;

import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Nested;

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

    private static final class VirtualTime extends EmulatedFixture {
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
