package onload.sockets.dump;

/** What a socket in the table of a {@link StackFile} is. Its order is part of the layout: new kinds go last. */
public enum SocketKind {
    /** A kind that the reader does not know: the stack is newer, or the file is damaged. */
    UNKNOWN,

    /** A connection of TCP. */
    TCP,

    /** A socket of TCP that waits for connections. */
    TCP_LISTENER,

    /** A socket of UDP. */
    UDP
}
