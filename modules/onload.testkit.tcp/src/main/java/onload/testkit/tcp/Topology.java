package onload.testkit.tcp;

/** How the hosts of a simulation are connected. Clients and servers are pairs; the bottleneck has the impairments. */
public enum Topology {
    /** One cable from the client to the server: one pair. */
    DIRECT,

    /** All clients at one switch, all servers at another, and the bottleneck between the two. */
    DUMBBELL,

    /** As the dumbbell with further switches in a row, each with a pair whose path crosses the row, too. */
    CHAIN,

    /** Many hosts send to one: the cable of the only server is the bottleneck. */
    INCAST
}
