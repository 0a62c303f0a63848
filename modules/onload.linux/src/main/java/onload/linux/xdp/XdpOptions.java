package onload.linux.xdp;

/**
 * How an {@link XdpSocket} is made.
 *
 * @param fillSize places of the fill ring, a power of two
 * @param completionSize places of the completion ring, a power of two
 * @param receiveSize places of the receive ring, a power of two
 * @param transmitSize places of the transmit ring, a power of two
 * @param bind flags of the binding: {@link XdpSocket#COPY}, {@link XdpSocket#ZERO_COPY}, {@link
 *     XdpSocket#NEED_WAKE_UP}, {@link XdpSocket#SCATTER}
 */
public record XdpOptions(
        int fillSize, int completionSize, int receiveSize, int transmitSize, int bind) {}
