package onload.jdk.placement;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;

/** A socket of ours that others of this user can be shown. */
public interface ListedSocket extends Accelerable {
    /** {@return whether it was not closed} */
    boolean isOpen();

    /** {@return {@code tcp}, {@code tcp-listen}, {@code udp} or {@code unix}} */
    String kind();

    /**
     * {@return the local address; null if there is none}
     *
     * @throws IOException if it is closed
     */
    @Nullable SocketAddress local() throws IOException;

    /**
     * {@return the peer's address; null if there is none}
     *
     * @throws IOException if it is closed
     */
    default @Nullable SocketAddress remote() throws IOException {
        return null;
    }
}
