package onload.ip.multicast;

/** Which sources of a group are listened to (RFC 3376, section 2). */
public enum FilterMode {
    /** Only those that are listed. */
    INCLUDE,

    /** All but those that are listed. */
    EXCLUDE
}
