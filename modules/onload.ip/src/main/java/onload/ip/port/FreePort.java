package onload.ip.port;

/** Says which ports may be taken: implemented by who asks for one, as an object that it keeps. */
@FunctionalInterface
public interface FreePort {
    /**
     * {@return whether a port may be taken by who asks now}
     *
     * @param port within the range that is searched
     */
    boolean isFree(int port);
}
