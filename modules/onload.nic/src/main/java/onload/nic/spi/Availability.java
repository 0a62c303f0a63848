package onload.nic.spi;

/**
 * Whether something can be used here and now.
 *
 * @param isAvailable whether it can
 * @param reason if not, why; else empty
 * @param mend if not, what would make it so; else empty
 */
public record Availability(boolean isAvailable, String reason, String mend) {
    private static final Availability AVAILABLE = new Availability(true, "", "");

    /**
     * Checks that whoever is told no is told why and what to do, and nobody else.
     *
     * @throws IllegalArgumentException if a text is missing, or is there and has no place
     */
    public Availability {
        if (reason.isBlank() != isAvailable || mend.isBlank() != isAvailable) {
            throw new IllegalArgumentException(
                    isAvailable
                            ? "what is available has neither reason nor mend; expected empty texts"
                            : "what is not available has a reason and a mend; expected both");
        }
    }

    /** {@return that it can be used} */
    public static Availability available() {
        return AVAILABLE;
    }

    /**
     * {@return that it cannot be used}
     *
     * @param reason why, such as {@code "/dev/net/tun cannot be opened: permission denied"}
     * @param mend what would make it so, such as {@code "run as root or grant CAP_NET_ADMIN"}
     */
    public static Availability unavailable(String reason, String mend) {
        return new Availability(false, reason, mend);
    }

    /** {@return {@code "available"}, or why not and what to do} */
    @Override
    public String toString() {
        return isAvailable ? "available" : "not available: " + reason + "; " + mend;
    }
}
