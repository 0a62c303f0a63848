package onload.ip.icmp;

/**
 * How much ICMP this host sends.
 *
 * @param errorsPerSecond errors that are sent in a second, over all destinations, 1 or more
 * @param errorBurst errors at once, 1 or more
 * @param echoRepliesPerSecond echo requests that are answered in a second; 0 for none
 * @param echoBurst echo replies at once, 1 or more
 * @param answerGroupEcho whether echo requests to broadcast and multicast addresses are answered (RFC 1122, section
 *     3.2.2.6)
 */
public record IcmpOptions(
        int errorsPerSecond,
        int errorBurst,
        int echoRepliesPerSecond,
        int echoBurst,
        boolean answerGroupEcho) {
    /** 1000 errors a second in bursts of 50, as Linux; 100,000 echo replies in bursts of 1000; none to groups. */
    public static final IcmpOptions DEFAULT = new IcmpOptions(1000, 50, 100_000, 1000, false);
}
