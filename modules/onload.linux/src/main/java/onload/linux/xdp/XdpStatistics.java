package onload.linux.xdp;

/**
 * What the kernel has counted for a socket: {@code struct xdp_statistics}, since Linux 5.9 with all fields.
 *
 * @param receiveDropped frames dropped for another reason, such as one longer than a buffer
 * @param receiveInvalid addresses in the fill ring that are outside the memory
 * @param transmitInvalid descriptors in the transmit ring that the kernel refused
 * @param receiveRingFull frames dropped because nobody read the receive ring
 * @param fillRingEmpty frames dropped because there was no buffer in the fill ring
 */
public record XdpStatistics(
        long receiveDropped,
        long receiveInvalid,
        long transmitInvalid,
        long receiveRingFull,
        long fillRingEmpty) {}
