package onload.testkit.tcp;

/**
 * The numbers of a scenario, with the value that makes least trouble and the limits. A failing scenario is shrunk by
 * moving each number towards the former.
 */
public enum Parameter {
    /** Clients, each with a server of its own where the topology has several. */
    PAIRS("pairs", 1, 1, 200),

    /** Connections in all. */
    CONNECTIONS("connections", 1, 1, 10_000_000),

    /** Connections at once. */
    CONCURRENT("concurrent", 1, 1, 20_000),

    /** Most bytes of a message. */
    BYTES("bytes", 1, 1, 1 << 30),

    /** Longest pause of a reader, a writer or between two connections in microseconds. */
    PAUSE_US("pauseUs", 0, 0, 100_000_000),

    /** 1 for IPv6. */
    IPV6("ipv6", 0, 0, 1),

    /** MTU of all hosts. */
    MTU("mtu", 1500, 576, 9000),

    /** Rate of the bottleneck in kilobits per second; 0 for one without a rate. */
    KILOBITS("kilobits", 0, 0, 100_000_000),

    /** One-way delay of the bottleneck in microseconds. */
    DELAY_US("delayUs", 0, 0, 10_000_000),

    /** Jitter of the bottleneck in microseconds. */
    JITTER_US("jitterUs", 0, 0, 10_000_000),

    /** 1 if jitter lets frames overtake each other. */
    UNORDERED("unordered", 0, 0, 1),

    /** Frames that the queue of the bottleneck holds. */
    QUEUE("queue", 1000, 1, 1_000_000),

    /** Bytes in the queue from which on packets are marked; 0 for a queue that does not mark. */
    MARK_BYTES("markBytes", 0, 0, 1 << 30),

    /** Lost frames in a million. */
    LOSS_PPM("lossPpm", 0, 0, 1_000_000),

    /** Frames in a million that begin a burst of losses, of which one in five frames ends one. */
    BURST_PPM("burstPpm", 0, 0, 100_000),

    /** Frames in a million that arrive twice. */
    DUPLICATE_PPM("duplicatePpm", 0, 0, 500_000),

    /** Frames in a million that are held back. */
    REORDER_PPM("reorderPpm", 0, 0, 900_000),

    /** How long in microseconds. */
    REORDER_US("reorderUs", 1, 1, 10_000_000),

    /** Frames in a million of which a bit is flipped. */
    CORRUPT_PPM("corruptPpm", 0, 0, 500_000),

    /** 1 if the hosts use timestamps. */
    TIMESTAMPS("timestamps", 1, 0, 1),

    /** 1 if the hosts use selective acknowledgments. */
    SACK("sack", 1, 0, 1),

    /** 1 if the hosts scale windows. */
    SCALING("scaling", 1, 0, 1),

    /** Receive buffer in bytes. */
    RECEIVE_BUFFER("receiveBuffer", 128 << 10, 256, 1 << 30),

    /** Send buffer in bytes. */
    SEND_BUFFER("sendBuffer", 256 << 10, 1024, 1 << 30),

    /** Explicit congestion notification: 0 for none, 1 for hosts that ask for it, 2 for hosts that are asked only. */
    ECN("ecn", 0, 0, 2),

    /** 1 if the hosts spread bursts. */
    PACING("pacing", 0, 0, 1),

    /** For how long in microseconds clients look at nothing after they have looked: what comes then is one batch. */
    CLIENTS_ASLEEP_US("clientsAsleepUs", 0, 0, 1_000_000),

    /** The same of servers. */
    SERVERS_ASLEEP_US("serversAsleepUs", 0, 0, 1_000_000);

    private final String text;
    private final long simplest;
    private final long least;
    private final long most;

    Parameter(String text, long simplest, long least, long most) {
        this.text = text;
        this.simplest = simplest;
        this.least = least;
        this.most = most;
    }

    /** {@return its name in the text of a scenario} */
    public String text() {
        return text;
    }

    /** {@return the value that makes least trouble, which a scenario has that does not say another} */
    public long simplest() {
        return simplest;
    }

    /** {@return the smallest value} */
    public long least() {
        return least;
    }

    /** {@return the largest value} */
    public long most() {
        return most;
    }
}
