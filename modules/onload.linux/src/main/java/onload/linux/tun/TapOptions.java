package onload.linux.tun;

/**
 * How a {@link TapDevice} is opened.
 *
 * @param name of the device, made if it is not there; may end in {@code %d} for the next free number
 * @param isMultiQueue whether it may be opened several times, each a queue
 * @param takesUnfilled whether the kernel may leave checksums to us
 */
public record TapOptions(String name, boolean isMultiQueue, boolean takesUnfilled) {}
