package onload.sockets;

/** Makes public what a stack does: to other processes and to the flight recorder. Called by the holder of the lock. */
interface Publisher {
    /** {@return when it wants to be called again} Brings what is public up to date, or some of it. */
    long publish(long nowNs);

    /** A thread has waited for the lock. */
    void contended(long waitedNs);

    /** Packets have become few, or enough. */
    void pressure(int from, int to);
}
