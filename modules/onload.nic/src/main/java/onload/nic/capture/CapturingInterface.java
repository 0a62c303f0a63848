package onload.nic.capture;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.KernelNetwork;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * A virtual interface that can be captured: does what the interface behind it does and, while a
 * {@link Capture} runs, copies the frames that are delivered by {@link #poll} and those that {@link
 * #transmit} accepted, when the doorbell rings.
 *
 * <p>Without a capture {@code poll}, {@code transmit} and {@code ring} cost one read of one field
 * more than the interface behind. So a stack may have it always, for captures that are started
 * later.
 *
 * <p>A frame is captured as it stands in its buffers: a transport checksum that is left to the NIC
 * may not be in it yet, and readers call it wrong.
 *
 * <p><strong>Threads.</strong> As {@link VirtualInterface} says. {@link Capture#add} may be called
 * from any thread at any time.
 */
public final class CapturingInterface implements VirtualInterface {
    private static final VarHandle TAP;

    static {
        try {
            TAP = MethodHandles.lookup().findVarHandle(CapturingInterface.class, "tap", Tap.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final VirtualInterface nic;
    private final String name;

    /** Asked once, here, since a capture may not ask the interface from another thread. */
    private final NicCapabilities capabilities;

    private final long macAddress;
    private final PacketPool pool;

    /** Written by threads that start and stop captures, read by the owner of the interface. */
    @SuppressWarnings("unused")
    private @Nullable Tap tap;

    /**
     * Stands before an interface. Called by the thread that owns it.
     *
     * @param nic the interface; closing this one closes it
     * @param name what it is called in the file, such as {@code "tap0"}: 1 to 255 bytes of UTF-8
     * @throws IllegalArgumentException if the name is not of that length
     */
    public CapturingInterface(VirtualInterface nic, String name) {
        int nameLength = name.getBytes(StandardCharsets.UTF_8).length;
        if (nameLength < 1 || nameLength > PcapNg.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot be the name of an interface in a capture; expected 1 to %d bytes"
                            .formatted(name, PcapNg.MAX_NAME_LENGTH));
        }
        this.nic = nic;
        this.name = name;
        this.capabilities = nic.capabilities();
        this.macAddress = nic.macAddress();
        this.pool = nic.pool();
    }

    /** {@return what the interface is called in a file} */
    public String name() {
        return name;
    }

    /**
     * {@return whether a capture is on} From any thread; it may be over by the time of the answer.
     */
    public boolean isCaptured() {
        return TAP.getOpaque(this) != null;
    }

    /** {@return a tap for this interface, which is not in use yet} From any thread. */
    Tap newTap(CaptureOptions options) {
        return new Tap(
                pool.buffers(),
                Math.max(1, capabilities.transmitRing()),
                options.ringBytes(),
                options.snapLength());
    }

    /** {@return whether the tap is in use now; false if another one is} From any thread. */
    boolean attach(Tap newTap) {
        return TAP.compareAndSet(this, null, newTap);
    }

    /** Takes a tap out of use, if it is in use. From any thread. */
    void detach(Tap oldTap) {
        TAP.compareAndSet(this, oldTap, null);
    }

    long capturedMacAddress() {
        return macAddress;
    }

    long capturedBitsPerSecond() {
        return capabilities.bitsPerSecond();
    }

    /**
     * {@return the tap in use, or null}
     *
     * <p>An opaque read is seen to change sooner or later and costs what a plain one does. The
     * fence makes the memory of a new tap visible before it is used, and is passed only then.
     */
    private @Nullable Tap tapInUse() {
        Tap inUse = (Tap) TAP.getOpaque(this);
        if (inUse != null) {
            VarHandle.acquireFence();
        }
        return inUse;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        Tap inUse = tapInUse();
        return inUse == null
                ? nic.poll(nowNs, events, limit)
                : inUse.poll(nic, nowNs, events, limit);
    }

    @Override
    public int transmit(int packet) {
        int result = nic.transmit(packet);
        Tap inUse = tapInUse();
        if (inUse != null && result >= 0) {
            inUse.queued(packet);
        }
        return result;
    }

    @Override
    public void ring(long nowNs) {
        nic.ring(nowNs);
        Tap inUse = tapInUse();
        if (inUse != null) {
            inUse.rang(nowNs);
        }
    }

    @Override
    public int post(int limit) {
        return nic.post(limit);
    }

    @Override
    public boolean prime() {
        return nic.prime();
    }

    @Override
    public WakeUp wakeUp() {
        return nic.wakeUp();
    }

    @Override
    public NicCapabilities capabilities() {
        return nic.capabilities();
    }

    @Override
    public long macAddress() {
        return nic.macAddress();
    }

    @Override
    public NicCounters counters() {
        return nic.counters();
    }

    @Override
    public PacketPool pool() {
        return nic.pool();
    }

    @Override
    public boolean isLinkUp() {
        return nic.isLinkUp();
    }

    @Override
    public @Nullable KernelNetwork kernelNetwork() {
        return nic.kernelNetwork();
    }

    @Override
    public int addFilter(Filter filter) {
        return nic.addFilter(filter);
    }

    @Override
    public boolean removeFilter(int filter) {
        return nic.removeFilter(filter);
    }

    /**
     * Closes the interface behind and ends the capture of this one; what was captured is still
     * written.
     */
    @Override
    public void close() {
        TAP.setRelease(this, null);
        nic.close();
    }
}
