package onload.ip;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** The interfaces of a layer, by number. */
final class Interfaces {
    /** The number of the loopback interface. */
    static final int LOOPBACK = 1;

    /** The most that a packet of this host to itself may have: what IPv4 can say. */
    static final int LOOPBACK_MTU = 65_535;

    private @Nullable IpInterface[] byIndex = new IpInterface[8];
    private final IpInterface loopback;
    private int next = LOOPBACK;

    Interfaces(int hopLimit) {
        loopback = new IpInterface(next++, "lo", null, 0, 0, LOOPBACK_MTU, hopLimit);
        loopback.administrativelyUp(true);
        loopback.linkUp(true);
        byIndex[LOOPBACK] = loopback;
    }

    IpInterface loopback() {
        return loopback;
    }

    /** The number that the next interface gets. Numbers are not used again. */
    int nextIndex() {
        return next;
    }

    void add(IpInterface added) {
        if (added.index() >= byIndex.length) {
            byIndex = Arrays.copyOf(byIndex, 2 * added.index());
        }
        byIndex[added.index()] = added;
        next = added.index() + 1;
    }

    void remove(IpInterface removed) {
        byIndex[removed.index()] = null;
    }

    @Nullable IpInterface byIndex(int index) {
        return index > 0 && index < byIndex.length ? byIndex[index] : null;
    }

    @Nullable IpInterface byName(String name) {
        for (IpInterface each : byIndex) {
            if (each != null && each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    boolean isUsable(int index) {
        IpInterface found = byIndex(index);
        return found != null && found.isUp();
    }

    /** {@return the only interface that is up, the loopback aside; null if there are several or none} */
    @Nullable IpInterface onlyOneUp() {
        IpInterface only = null;
        for (int i = LOOPBACK + 1; i < next; i++) {
            IpInterface each = byIndex[i];
            if (each != null && each.isUp()) {
                if (only != null) {
                    return null;
                }
                only = each;
            }
        }
        return only;
    }

    void forEach(Consumer<IpInterface> action) {
        for (IpInterface each : byIndex) {
            if (each != null) {
                action.accept(each);
            }
        }
    }

    List<IpInterface> list() {
        List<IpInterface> list = new ArrayList<>();
        forEach(list::add);
        return Collections.unmodifiableList(list);
    }
}
