package onload.jdk.net;

import java.net.SocketOption;

/**
 * What a socket of {@code java.net} can be asked, by {@code getOption}, when it is one of ours. The options cannot be
 * set, and {@code supportedOptions} does not tell of them.
 *
 * @param name how it is called
 * @param type what it answers
 * @param <T> what it answers
 */
public record AccelerationOption<T>(String name, Class<T> type) implements SocketOption<T> {
    /** Whether it is a stack's; of a server at the wildcard address, whether a stack's is among its listeners. */
    public static final AccelerationOption<Boolean> ACCELERATED =
            new AccelerationOption<>("ONLOAD_ACCELERATED", Boolean.class);

    /** Why it is the kernel's, in words for people; empty if it is not. */
    public static final AccelerationOption<String> WHY_NOT_ACCELERATED =
            new AccelerationOption<>("ONLOAD_WHY_NOT_ACCELERATED", String.class);
}
