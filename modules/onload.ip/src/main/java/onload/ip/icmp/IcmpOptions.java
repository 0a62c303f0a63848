package onload.ip.icmp;

/**
 * How much ICMP this host sends.
 *
 * <p>Errors are limited twice (RFC 1812, section 4.3.2.8; RFC 4443, section 2.4 f): over all destinations, and for
 * each destination, so that one whose packets provoke many does not use up what the others are owed.
 *
 * @param errorsPerSecond errors that are sent in a second, over all destinations, up to 1,000,000,000; 0 for none
 *     at all (RFC 4443, section 3.1, has them be possible to disable)
 * @param errorBurst errors at once, 1 or more; the burst that is seen varies around it
 * @param destinationErrorsPerSecond errors that are sent to one destination in a second, 1 to 1,000,000,000
 * @param destinationErrorBurst errors to one destination at once, 1 or more
 * @param destinations destinations that are told apart, 1 to 65536; more than that share by chance
 * @param echoRepliesPerSecond echo requests that are answered in a second, up to 1,000,000,000; 0 for none
 * @param echoBurst echo replies at once, 1 or more
 * @param answerIpv4GroupEcho whether IPv4 echo requests to broadcast and multicast addresses are answered (RFC 1122,
 *     section 3.2.2.6, leaves it open)
 * @param answerIpv6GroupEcho whether IPv6 echo requests to multicast addresses are answered (RFC 4443, section
 *     4.2, says that they should be)
 */
public record IcmpOptions(
        int errorsPerSecond,
        int errorBurst,
        int destinationErrorsPerSecond,
        int destinationErrorBurst,
        int destinations,
        int echoRepliesPerSecond,
        int echoBurst,
        boolean answerIpv4GroupEcho,
        boolean answerIpv6GroupEcho) {
    /** The most that a rate may be, in events a second. */
    public static final int MAX_PER_SECOND = 1_000_000_000;

    /** The most destinations that are told apart. */
    public static final int MAX_DESTINATIONS = 65_536;

    /**
     * The usual limits: 1000 errors a second in bursts of 50, as Linux; of these 10 to one destination in bursts
     * of 10, as RFC 4443 proposes, with 256 destinations told apart; 100,000 echo replies in bursts of 1000;
     * groups are answered in IPv6 only.
     */
    public static final IcmpOptions DEFAULT =
            new IcmpOptions(1000, 50, 10, 10, 256, 100_000, 1000, false, true);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public IcmpOptions {
        within("errorsPerSecond", errorsPerSecond, 0, MAX_PER_SECOND);
        within("errorBurst", errorBurst, 1, Integer.MAX_VALUE);
        within("destinationErrorsPerSecond", destinationErrorsPerSecond, 1, MAX_PER_SECOND);
        within("destinationErrorBurst", destinationErrorBurst, 1, Integer.MAX_VALUE);
        within("destinations", destinations, 1, MAX_DESTINATIONS);
        within("echoRepliesPerSecond", echoRepliesPerSecond, 0, MAX_PER_SECOND);
        within("echoBurst", echoBurst, 1, Integer.MAX_VALUE);
    }

    /** {@return these options with another limit of errors over all destinations} */
    public IcmpOptions withErrors(int perSecond, int burst) {
        return new IcmpOptions(
                perSecond,
                burst,
                destinationErrorsPerSecond,
                destinationErrorBurst,
                destinations,
                echoRepliesPerSecond,
                echoBurst,
                answerIpv4GroupEcho,
                answerIpv6GroupEcho);
    }

    /** {@return these options with another limit of errors to one destination} */
    public IcmpOptions withDestinationErrors(int perSecond, int burst, int destinations) {
        return new IcmpOptions(
                errorsPerSecond,
                errorBurst,
                perSecond,
                burst,
                destinations,
                echoRepliesPerSecond,
                echoBurst,
                answerIpv4GroupEcho,
                answerIpv6GroupEcho);
    }

    /** {@return these options with another limit of echo replies} */
    public IcmpOptions withEchoReplies(int perSecond, int burst) {
        return new IcmpOptions(
                errorsPerSecond,
                errorBurst,
                destinationErrorsPerSecond,
                destinationErrorBurst,
                destinations,
                perSecond,
                burst,
                answerIpv4GroupEcho,
                answerIpv6GroupEcho);
    }

    /** {@return these options with other answers to echo requests for groups} */
    public IcmpOptions withGroupEcho(boolean ipv4, boolean ipv6) {
        return new IcmpOptions(
                errorsPerSecond,
                errorBurst,
                destinationErrorsPerSecond,
                destinationErrorBurst,
                destinations,
                echoRepliesPerSecond,
                echoBurst,
                ipv4,
                ipv6);
    }

    private static void within(String name, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s of ICMP cannot be %d; expected %d to %d"
                            .formatted(name, value, lowest, highest));
        }
    }
}
