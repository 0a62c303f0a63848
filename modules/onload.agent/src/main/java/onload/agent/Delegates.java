package onload.agent;

import org.jspecify.annotations.Nullable;

import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;

/**
 * The providers of onload, for the two classes that the JVM finds by name. Written once before the program
 * starts, which every thread of the program comes after.
 */
final class Delegates {
    static volatile @Nullable SelectorProvider selectors;
    static volatile @Nullable AsynchronousChannelProvider asynchronous;

    private Delegates() {}

    static SelectorProvider selectors() {
        return there(selectors);
    }

    static AsynchronousChannelProvider asynchronous() {
        return there(asynchronous);
    }

    private static <T> T there(@Nullable T provider) {
        if (provider == null) {
            throw new IllegalStateException(
                    "the agent of onload has not run; start java with -javaagent, as onload run does");
        }
        return provider;
    }
}
