package onload.nic.afxdp;

import onload.linux.xdp.XdpSocket;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicCounters;

/** Counts received frames that the kernel has dropped, each once and by its reason. Algorithm; one thread. */
final class KernelDrops {
    private final XdpSocket socket;
    private final NicCounters counters;
    private final boolean isZeroCopy;
    private final boolean gathers;

    private long tooLongBefore;
    private long ringFullBefore;
    private long noBufferBefore;

    KernelDrops(XdpSocket socket, NicCounters counters, boolean isZeroCopy, boolean gathers) {
        this.socket = socket;
        this.counters = counters;
        this.isZeroCopy = isZeroCopy;
        this.gathers = gathers;
    }

    /**
     * Asks the kernel. In copy mode it counts a frame that finds no buffer twice, as dropped and with an empty fill
     * ring; one of several buffers that finds too few of them only as dropped, and then none is too long. In zero-copy
     * mode what finds no buffer does not come as far as the socket.
     */
    void count() {
        if (!socket.sampleStatistics()) {
            return;
        }
        long tooLong = socket.receiveDropped();
        long ringFull = socket.receiveRingFull();
        long noBuffer = socket.fillRingEmpty();
        if (!isZeroCopy && gathers) {
            noBuffer = Math.max(noBuffer, tooLong);
            tooLong = 0;
        } else if (!isZeroCopy) {
            tooLong = Math.max(tooLongBefore, tooLong - noBuffer);
        }
        counters.add(NicCounter.RECEIVE_DROPPED_TOO_LONG, tooLong - tooLongBefore);
        counters.add(NicCounter.RECEIVE_DROPPED_RING_FULL, ringFull - ringFullBefore);
        counters.add(NicCounter.RECEIVE_DROPPED_NO_BUFFER, noBuffer - noBufferBefore);
        tooLongBefore = tooLong;
        ringFullBefore = ringFull;
        noBufferBefore = noBuffer;
    }
}
