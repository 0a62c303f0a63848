package onload.jdk.channel;

import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.Objects;

/** Protocol families that channels can have. */
final class Families {
    private Families() {}

    /**
     * {@return the family}
     *
     * @throws UnsupportedOperationException if there are no such stream channels
     */
    static ProtocolFamily ofStream(ProtocolFamily family) {
        Objects.requireNonNull(family, "'family' is null");
        if (family != StandardProtocolFamily.INET
                && family != StandardProtocolFamily.INET6
                && family != StandardProtocolFamily.UNIX) {
            throw new UnsupportedOperationException("Protocol family not supported");
        }
        return family;
    }

    /**
     * {@return the family}
     *
     * @throws UnsupportedOperationException if there are no such datagram channels
     */
    static ProtocolFamily ofDatagram(ProtocolFamily family) {
        Objects.requireNonNull(family, "'family' is null");
        if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
            throw new UnsupportedOperationException("Protocol family not supported");
        }
        return family;
    }
}
