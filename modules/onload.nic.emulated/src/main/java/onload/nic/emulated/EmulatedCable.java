package onload.nic.emulated;

import java.util.List;

/**
 * A cable between two devices: a link in each direction, which go up and down together.
 *
 * <p>Its methods are for control and may be called from any thread; on virtual time, from the one that there is.
 */
public final class EmulatedCable {
    private final EmulatedNetwork network;
    private final EmulatedLink there;
    private final EmulatedLink back;

    // Both belong to the holder of the network's lock.
    private boolean isUp = true;
    private boolean isPlugged = true;

    EmulatedCable(EmulatedNetwork network, EmulatedLink there, EmulatedLink back) {
        this.network = network;
        this.there = there;
        this.back = back;
    }

    /**
     * {@return the direction in which a device sends}
     *
     * @param device one of the two ends
     * @throws IllegalArgumentException if it is at neither
     */
    public EmulatedLink from(EmulatedDevice device) {
        if (device == back.target()) {
            return there;
        }
        if (device == there.target()) {
            return back;
        }
        throw new IllegalArgumentException(
                "the device is at neither end of the cable; expected one that it was connected to");
    }

    /** {@return both directions} */
    public List<EmulatedLink> links() {
        return List.of(there, back);
    }

    boolean isAt(EmulatedDevice device) {
        return device == there.target() || device == back.target();
    }

    /** Changes both directions from the next frame on, as {@link EmulatedLink#settings(LinkSettings)} does one. */
    public void settings(LinkSettings bothWays) {
        there.settings(bothWays);
        back.settings(bothWays);
    }

    /** {@return whether it carries frames} */
    public boolean isUp() {
        network.lock();
        try {
            return isUp && isPlugged;
        } finally {
            network.unlock();
        }
    }

    /**
     * Cuts the cable, or mends it. What is on the way when it is cut is lost; NICs see their link go down and up. On
     * virtual time that is the moment to which the network was brought last.
     *
     * @param up whether it carries frames from now on
     */
    public void up(boolean up) {
        network.lock();
        try {
            network.pumpByClock();
            if (isPlugged && up != isUp) {
                isUp = up;
                carry(up);
            }
        } finally {
            network.unlock();
        }
    }

    private void carry(boolean up) {
        there.up(up);
        back.up(up);
        tell(there.target(), there.targetPort(), up);
        tell(back.target(), back.targetPort(), up);
    }

    private static void tell(EmulatedDevice device, int port, boolean up) {
        if (device instanceof EmulatedNic nic) {
            nic.linkUp(up);
        } else if (device instanceof EmulatedSwitch lan && !up) {
            lan.forget(port);
        }
    }

    /**
     * Pulls the cable out of both devices for good, which are then free for others. What is on the way is lost. A
     * second call does nothing.
     */
    public void unplug() {
        network.lock();
        try {
            network.pumpByClock();
            if (!isPlugged) {
                return;
            }
            if (isUp) {
                carry(false);
            }
            isPlugged = false;
            free(there.target(), there.targetPort());
            free(back.target(), back.targetPort());
            network.forget(this);
        } finally {
            network.unlock();
        }
    }

    private static void free(EmulatedDevice device, int port) {
        if (device instanceof EmulatedNic nic) {
            nic.link(null);
        } else if (device instanceof EmulatedSwitch lan) {
            lan.link(port, null);
        }
    }
}
