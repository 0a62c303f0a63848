package onload.sockets;

/** Makes public what a stack does: to other processes and to the flight recorder. Called by the holder of the lock. */
interface Publisher {
    /** {@return when it wants to be called again} Brings what is public up to date, or some of it. */
    long publish(long nowNs);

    /** A socket is there, or is not as it was. */
    void changed(Socket socket);

    /** A connection was established from here, or could not be. */
    void connected(TcpSocket socket, String outcome);

    /** A connection was accepted. */
    void accepted(TcpSocket socket);

    /** A socket is not there any more. */
    void closed(Socket socket);

    /** Packets have become few, or enough. */
    void pressure(int from, int to);
}
