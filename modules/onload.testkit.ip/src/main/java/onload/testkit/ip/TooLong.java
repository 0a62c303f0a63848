package onload.testkit.ip;

/** What a played router says of packets that are longer than the next link takes and may not be cut. */
public enum TooLong {
    /** It reports them with the MTU of the link (RFC 1191, section 4; RFC 4443, section 3.2). */
    REPORTED,

    /** Of IPv4 it does not say the MTU, as routers older than RFC 1191; of IPv6 it does. */
    REPORTED_WITHOUT_MTU,

    /** It says nothing: a black hole. */
    DROPPED
}
