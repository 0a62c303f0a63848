package onload.nic.packet;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a pool knows of each buffer when it keeps account: who allocated it, who released it, and that nobody
 * wrote to it since. Methods are called at the moment that they are named after.
 */
final class PacketAccounts {
    /** What a buffer is filled with while it is home. */
    private static final byte POISON = (byte) 0xDB;

    /** A place in a program, with the time as a number of events: when and by whom. */
    private static final class Site extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Site(String what) {
            super(what);
        }
    }

    private final PacketBuffers buffers;
    private final @Nullable Site[] allocations;
    private final @Nullable Site[] releases;

    PacketAccounts(PacketBuffers buffers, int count) {
        this.buffers = buffers;
        this.allocations = new @Nullable Site[count];
        this.releases = new @Nullable Site[count];
        for (int packet = 0; packet < count; packet++) {
            poison(packet);
        }
    }

    void allocated(int packet) {
        UnsafeBuffer memory = buffers.memory();
        int position = buffers.position(packet);
        for (int at = position + PacketBuffers.CONTROL_BLOCK_OFFSET;
                at < position + buffers.bufferLength();
                at++) {
            if (memory.getByte(at) != POISON) {
                throw new IllegalStateException(
                        "packet buffer %d was written to at offset %d while it was home"
                                .formatted(packet, at - position),
                        releases[packet]);
            }
        }
        allocations[packet] = new Site("packet buffer " + packet + " was allocated here");
    }

    void released(int packet) {
        releases[packet] = new Site("packet buffer " + packet + " was released here");
        poison(packet);
    }

    /** {@return the error of a reference to a buffer that is home} */
    IllegalStateException retainedAtHome(int packet) {
        return new IllegalStateException(
                "packet buffer " + packet + " was retained while it was home", releases[packet]);
    }

    /** {@return the error of a second release} */
    IllegalStateException releasedTwice(int packet) {
        return new IllegalStateException(
                "packet buffer " + packet + " was released while it was home", releases[packet]);
    }

    /** Appends where a buffer that is out was allocated: the first frame outside this package. */
    void describe(int packet, StringBuilder text) {
        Site site = allocations[packet];
        if (site == null) {
            return;
        }
        for (StackTraceElement element : site.getStackTrace()) {
            if (!element.getClassName().startsWith("onload.nic.packet.Packet")
                    || element.getClassName().endsWith("Test")) {
                text.append(" allocated at ").append(element);
                return;
            }
        }
    }

    /** The first line stays: it is written by allocation and read by a second release. */
    private void poison(int packet) {
        buffers.memory()
                .setMemory(
                        buffers.position(packet) + PacketBuffers.CONTROL_BLOCK_OFFSET,
                        buffers.bufferLength() - PacketBuffers.CONTROL_BLOCK_OFFSET,
                        POISON);
    }
}
