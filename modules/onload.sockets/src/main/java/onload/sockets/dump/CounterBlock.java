package onload.sockets.dump;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A block of counters that a {@link StackFile} is to have.
 *
 * @param name what the block is called, such as {@code "tcp"}
 * @param counters what the counters are called, in the order of the block, {@value StackLayout#MOST_COUNTERS} at most;
 *     names are 1 to {@value StackLayout#NAME_LENGTH} printable ASCII characters
 */
public record CounterBlock(String name, List<String> counters) {
    /**
     * Asks for a block.
     *
     * @throws IllegalArgumentException if a name is not as above, or there are too many counters
     */
    public CounterBlock {
        counters = List.copyOf(counters);
        check(name);
        counters.forEach(CounterBlock::check);
        if (counters.size() > StackLayout.MOST_COUNTERS) {
            throw new IllegalArgumentException(
                    "the block %s has %d counters; expected at most %d"
                            .formatted(name, counters.size(), StackLayout.MOST_COUNTERS));
        }
    }

    /**
     * Asks for a block whose layout is the order of an enum.
     *
     * @param name what the block is called
     * @param names all constants of the enum, in their order; a reader sees their names in lower case
     * @throws IllegalArgumentException if a name is not as above, or there are too many counters
     */
    public CounterBlock(String name, Enum<?>[] names) {
        this(name, lowerCase(names));
    }

    static List<String> lowerCase(Enum<?>[] names) {
        return Arrays.stream(names).map(c -> c.name().toLowerCase(Locale.ROOT)).toList();
    }

    private static void check(String name) {
        if (!StackLayout.isName(name)) {
            throw new IllegalArgumentException(
                    "counters cannot be called '%s'; expected 1 to %d printable ASCII characters"
                            .formatted(name, StackLayout.NAME_LENGTH));
        }
    }

    int lengthBytes() {
        return counters.size() * Long.BYTES;
    }
}
