package onload.wire;

/**
 * Why the bytes at hand are not a header: the negative answers of every {@code check}.
 *
 * <p>They are small and dense, so that a layer may count them in an array at index {@code -reason}.
 */
public final class Malformed {
    /** There are fewer bytes than the smallest header of the kind, or than the header says it has. */
    public static final int TRUNCATED = -1;

    /** The version field names another protocol version. */
    public static final int VERSION = -2;

    /** The header-length field is below the smallest header. */
    public static final int HEADER_LENGTH = -3;

    /** A total-length or payload-length field contradicts the header or the bytes that there are. */
    public static final int TOTAL_LENGTH = -4;

    /** An option, or an entry of a list, has a length that is zero, too small or beyond the end. */
    public static final int OPTION = -5;

    /** The type field names nothing that this format has. */
    public static final int TYPE = -6;

    /** A field has a value that the format forbids, such as a hardware-address length of 5. */
    public static final int FIELD = -7;

    /** A chain of headers, or a list of options, has more links than are followed. */
    public static final int CHAIN = -8;

    /**
     * Something that is not recognized demands that the packet be discarded: an IPv6 option by its type, a
     * routing header by its segments left, a hop-by-hop options header by its place (RFC 8200, sections 4,
     * 4.2 and 4.4). The bytes are well-formed otherwise.
     */
    public static final int UNRECOGNIZED = -9;

    /** The number of reasons plus one: the length of an array that is indexed by {@code -reason}. */
    public static final int COUNT = 10;

    private static final String[] NAMES = {
        "well-formed",
        "truncated",
        "bad version",
        "bad header length",
        "bad total length",
        "bad option",
        "unknown type",
        "bad field",
        "chain too long",
        "not recognized"
    };

    private Malformed() {}

    /**
     * {@return a reason in words, such as {@code "truncated"}}
     *
     * @param reason one of the constants above, or any value ≥ 0, which is {@code "well-formed"}
     */
    public static String name(int reason) {
        return NAMES[Math.max(0, -reason)];
    }
}
