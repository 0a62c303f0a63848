package onload.nic.emulated.wire;

import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.LinkSettings;

/**
 * What a wire is like.
 *
 * @param toRight what happens to frames from the left NIC to the right one
 * @param toLeft what happens to frames from the right NIC to the left one
 * @param seed of everything that is left to chance
 * @param storageBytes bytes that the frames in flight of each direction may take, 0 or more; a frame beyond is dropped
 * @param patienceNs how long a frame that has arrived waits in nanoseconds for a far NIC that is not ready, 0 or more
 */
public record WireSettings(
        LinkSettings toRight, LinkSettings toLeft, long seed, long storageBytes, long patienceNs) {

    /** How long a frame waits for the far NIC unless told otherwise: 10 ms. */
    public static final long DEFAULT_PATIENCE_NS = 10_000_000;

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public WireSettings {
        notNegative("storageBytes", storageBytes);
        notNegative("patienceNs", patienceNs);
    }

    private static void notNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "%s of a wire cannot be %d; expected 0 or more".formatted(what, value));
        }
    }

    /** {@return a wire that is the same both ways} */
    public static WireSettings of(LinkSettings bothWays, long seed) {
        return of(bothWays, bothWays, seed);
    }

    /** {@return a wire with the usual memory and patience} */
    public static WireSettings of(LinkSettings toRight, LinkSettings toLeft, long seed) {
        return new WireSettings(
                toRight, toLeft, seed, EmulatedNetwork.DEFAULT_STORAGE_BYTES, DEFAULT_PATIENCE_NS);
    }

    /** {@return these settings with another bound of the frames in flight} */
    public WireSettings withStorageBytes(long bytes) {
        return new WireSettings(toRight, toLeft, seed, bytes, patienceNs);
    }

    /** {@return these settings with another patience} */
    public WireSettings withPatienceNs(long durationNs) {
        return new WireSettings(toRight, toLeft, seed, storageBytes, durationNs);
    }
}
