package onload.ip.route;

/**
 * Hears when what is known of a path has changed, so that whoever keeps a path MTU for its connections asks again.
 * Called under the stack's lock; it may not throw, and may ask the cache but not change it.
 */
@FunctionalInterface
public interface PathMtuListener {
    /** Hears nothing. */
    PathMtuListener NONE = (high, low) -> {};

    /**
     * The path MTU to a destination is smaller than before, or no longer known: it aged, was forgotten or evicted.
     *
     * @param high upper half of the destination, an IPv4 address as IPv4-mapped
     * @param low lower half
     */
    void changed(long high, long low);
}
