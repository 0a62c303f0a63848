package onload.jdk;

import onload.jdk.channel.ChannelProvider;

import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;

/**
 * What the agent and the service loader reach: the providers of this process. There is one of each, on the {@link
 * AccelerationPlan} of the process.
 */
public final class Installation {
    /** Made with the first socket. */
    private static final class OfProcess {
        static final Acceleration ACCELERATION =
                Acceleration.of(AccelerationPlan.ofProcess(), new HashMap<>(System.getenv()));
        static final ChannelProvider PROVIDER = new ChannelProvider(ACCELERATION);
    }

    private Installation() {}

    /** {@return where the sockets of this process go} */
    public static Acceleration acceleration() {
        return OfProcess.ACCELERATION;
    }

    /** {@return the provider of channels and selectors} */
    public static SelectorProvider selectorProvider() {
        return OfProcess.PROVIDER;
    }
}
