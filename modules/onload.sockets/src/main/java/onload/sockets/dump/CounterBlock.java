package onload.sockets.dump;

/**
 * A block of counters that a {@link StackFile} is to have.
 *
 * @param name what the block is called, such as {@code "tcp"}; 1 to {@value StackLayout#NAME_LENGTH} printable ASCII
 *     characters
 * @param names all constants of the enum of its counters, in their order, which is the layout of the block; a reader
 *     sees their names in lower case
 */
public record CounterBlock(String name, Enum<?>[] names) {
    /**
     * Asks for a block.
     *
     * @throws IllegalArgumentException if the name is not as above, or there are more than {@value
     *     StackLayout#MOST_COUNTERS} counters
     */
    public CounterBlock {
        if (!StackLayout.isName(name)) {
            throw new IllegalArgumentException(
                    "a block of counters cannot be called '%s'; expected 1 to %d printable ASCII characters"
                            .formatted(name, StackLayout.NAME_LENGTH));
        }
        if (names.length > StackLayout.MOST_COUNTERS) {
            throw new IllegalArgumentException(
                    "the block %s has %d counters; expected at most %d"
                            .formatted(name, names.length, StackLayout.MOST_COUNTERS));
        }
        names = names.clone();
    }

    /** {@return the constants of the enum, in their order} The array is a copy. */
    @Override
    public Enum<?>[] names() {
        return names.clone();
    }
}
