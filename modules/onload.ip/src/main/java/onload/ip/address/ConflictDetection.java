package onload.ip.address;

/** How it is found out whether another host has an IPv4 address that this one is given (RFC 5227). */
public enum ConflictDetection {
    /** Not at all: an address is used at once, nothing is announced, and a conflict is counted only. */
    NONE,

    /** An address is used at once and announced, so that others forget who had it; conflicts are answered. */
    ANNOUNCE,

    /** An address is asked for first, and used some seconds later if nobody has it (RFC 5227, section 2.1). */
    PROBE
}
