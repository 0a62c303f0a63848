package onload.testkit.tcp;

/** What the connections of a simulation do. */
public enum Workload {
    /** One message, as long as the scenario lets it be, in one direction. */
    BULK,

    /** Requests and responses in turn. */
    REQUESTS,

    /** One short request and one short response. */
    SHORT,

    /** Bursts both ways at once, with pauses between them. */
    BURSTS,

    /** Any of these, each connection by itself. */
    MIXED
}
