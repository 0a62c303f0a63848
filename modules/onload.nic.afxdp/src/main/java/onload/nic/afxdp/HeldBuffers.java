package onload.nic.afxdp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import java.util.Arrays;

/**
 * Which buffers the kernel has, and for what: so that a completed address is known to be the last buffer of a frame,
 * and nothing is lost when the interface is closed. Layout.
 */
final class HeldBuffers {
    /** Not the kernel's. */
    static final int NONE = -1;

    /** In the fill ring, or a frame is in it that nobody has polled. */
    static final int POSTED = -2;

    /** Sent, and another buffer of the same frame comes after it. */
    static final int SENT_PART = -3;

    /** By buffer: one of the above, or the first buffer of the frame whose last one this is. */
    private final int[] held;

    /** By buffer: how often it is on its way besides the first time, since who has references may send it again. */
    private final int[] again;

    HeldBuffers(int buffers) {
        held = new int[buffers];
        again = new int[buffers];
        Arrays.fill(held, NONE);
    }

    int get(int packet) {
        return held[packet];
    }

    void set(int packet, int state) {
        held[packet] = state;
    }

    /** The buffer is on its way, perhaps once more. */
    void sent(int packet, int state) {
        if (held[packet] == state) {
            again[packet]++;
        } else {
            held[packet] = state;
        }
    }

    /** The buffer has been sent, once. */
    void completed(int packet) {
        if (again[packet] > 0) {
            again[packet]--;
        } else {
            held[packet] = NONE;
        }
    }

    boolean isKnown(int packet) {
        return packet >= 0 && packet < held.length;
    }

    /** Releases all that the kernel had, which it has given up. */
    void releaseAll(PacketPool pool) {
        for (int i = 0; i < held.length; i++) {
            int state = held[i];
            held[i] = NONE;
            if (state == POSTED) {
                // A part of a frame that was not delivered may be linked to others, posted too.
                pool.buffers().continuation(i, PacketBuffers.NONE);
                pool.release(i);
            } else if (state >= 0) {
                for (int times = again[i]; times >= 0; times--) {
                    pool.release(state);
                }
            }
            again[i] = 0;
        }
    }
}
