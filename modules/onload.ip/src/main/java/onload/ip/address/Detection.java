package onload.ip.address;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.support.DeadlineHeap;
import onload.wire.Ipv6Address;

import java.util.random.RandomGenerator;

/**
 * Brings addresses into use: asks for each on its link, waits, takes it, announces it, and defends it. A state machine
 * with one deadline for each address, the time of its next step.
 */
final class Detection {
    /** Most random time before the first solicitation (RFC 4862, section 5.4.2; RFC 4861, section 10). */
    static final long MAXIMUM_DELAY_NS = 1_000_000_000L;

    private static final long NONCE_BITS = 0xFFFF_FFFF_FFFFL;

    private final AddressOptions options;
    private final ConflictTimings timings;
    private final RandomGenerator random;
    private final AddressLink listener;
    private final IpCounters counters;
    private final DeadlineHeap deadlines;

    Detection(
            AddressOptions options,
            RandomGenerator random,
            AddressLink listener,
            IpCounters counters) {
        this.options = options;
        this.timings = options.conflictTimings();
        this.random = random;
        this.listener = listener;
        this.counters = counters;
        this.deadlines = new DeadlineHeap(options.capacity());
    }

    DeadlineHeap deadlines() {
        return deadlines;
    }

    /** {@return whether an address is asked for on a link before it is used} */
    boolean isNeeded(InterfaceAddress address, LinkState link) {
        if (!link.shared || isOthersConcern(address)) {
            return false;
        }
        return address.isIpv4()
                ? options.ipv4ConflictDetection() == ConflictDetection.PROBE
                : options.duplicateAddressDetectTransmits() > 0;
    }

    /** Nobody else can have a loopback address, and whose addresses are mirrored does all detection. */
    private static boolean isOthersConcern(InterfaceAddress address) {
        return address.origin() == AddressOrigin.MIRRORED || address.address().isLoopback();
    }

    private boolean isAnnounced(InterfaceAddress address, LinkState link) {
        return link.shared
                && !isOthersConcern(address)
                && !(address.isIpv4() && options.ipv4ConflictDetection() == ConflictDetection.NONE);
    }

    /**
     * Begins with an address on a link that is up.
     *
     * @param delayed whether many hosts may do the same at the same time, so that the first packet waits for a while
     */
    void begin(InterfaceAddress address, LinkState link, boolean delayed, long nowNs) {
        stop(address);
        if (!isNeeded(address, link)) {
            take(address, link, nowNs);
            return;
        }
        become(address, AddressState.TENTATIVE, nowNs);
        if (!address.isIpv4() && link.ipv6Disabled) {
            return;
        }
        address.nonce = random.nextLong() & NONCE_BITS;
        if (address.isIpv4()) {
            address.probesLeft = timings.probeCount();
            schedule(address, ipv4Delay(link, nowNs), nowNs);
        } else {
            address.probesLeft = options.duplicateAddressDetectTransmits();
            if (delayed) {
                schedule(address, upTo(MAXIMUM_DELAY_NS), nowNs);
            } else {
                step(address, link, nowNs);
            }
        }
    }

    /** RFC 5227, section 2.1.1: after too many conflicts one new address in an interval is probed for, and no more. */
    private long ipv4Delay(LinkState link, long nowNs) {
        long delayNs = upTo(timings.probeWaitNs());
        if (link.conflicts >= timings.maximumConflicts()) {
            long earliestNs = Deadlines.after(link.probingBeganNs, timings.rateLimitIntervalNs());
            delayNs = Math.max(delayNs, earliestNs - nowNs);
        }
        link.probingBeganNs = Deadlines.after(nowNs, delayNs);
        return delayNs;
    }

    /** Ceases with an address, whose state stays as it is. */
    void stop(InterfaceAddress address) {
        deadlines.cancel(address.slot);
        address.probesLeft = 0;
        address.announcementsLeft = 0;
        address.defended = false;
    }

    /** Does what is due: a probe, the end of the wait, an announcement. */
    void step(InterfaceAddress address, LinkState link, long nowNs) {
        if (address.state().isUsable()) {
            announce(address, link, nowNs);
        } else if (address.probesLeft > 0) {
            address.probesLeft--;
            listener.probe(address, nowNs);
            schedule(address, waitAfterProbe(address, link), nowNs);
        } else {
            take(address, link, nowNs);
        }
    }

    private long waitAfterProbe(InterfaceAddress address, LinkState link) {
        if (!address.isIpv4()) {
            return link.retransTimerNs;
        }
        if (address.probesLeft == 0) {
            return timings.announceWaitNs();
        }
        long leastNs = timings.probeMinimumNs();
        return leastNs + upTo(timings.probeMaximumNs() - leastNs);
    }

    /** Nobody has contradicted, or nobody was asked. */
    private void take(InterfaceAddress address, LinkState link, long nowNs) {
        boolean late = address.preferredUntilNs() <= nowNs;
        become(address, late ? AddressState.DEPRECATED : AddressState.PREFERRED, nowNs);
        if (link.up && isAnnounced(address, link)) {
            address.announcementsLeft =
                    address.isIpv4() ? timings.announceCount() : options.ipv6Announcements();
            announce(address, link, nowNs);
        }
    }

    private void announce(InterfaceAddress address, LinkState link, long nowNs) {
        if (address.announcementsLeft == 0) {
            return;
        }
        address.announcementsLeft--;
        listener.announce(address, nowNs);
        if (address.announcementsLeft > 0) {
            long waitNs = address.isIpv4() ? timings.announceIntervalNs() : link.retransTimerNs;
            schedule(address, waitNs, nowNs);
        }
    }

    /**
     * Another host has, or is about to take, an address.
     *
     * @return whether IPv6 has to cease on the link because of it
     */
    boolean conflict(InterfaceAddress address, LinkState link, long nowNs) {
        counters.increment(IpCounter.ADDRESS_CONFLICTS);
        if (address.state() == AddressState.TENTATIVE) {
            if (address.isIpv4()) {
                link.conflicts++;
            }
            giveUp(address, nowNs);
            return isFromEthernetAddress(address);
        }
        if (address.isIpv4() && isAnnounced(address, link)) {
            defend(address, nowNs);
        }
        return false;
    }

    /** RFC 5227, section 2.4, by the policy. */
    private void defend(InterfaceAddress address, long nowNs) {
        boolean lately =
                address.defended && nowNs - address.defendedNs < timings.defendIntervalNs();
        switch (options.defendPolicy()) {
            case RETREAT -> giveUp(address, nowNs);
            case DEFEND_ONCE -> {
                if (lately) {
                    giveUp(address, nowNs);
                } else {
                    insist(address, nowNs);
                }
            }
            case DEFEND_ALWAYS -> {
                if (!lately) {
                    insist(address, nowNs);
                }
            }
        }
    }

    private void insist(InterfaceAddress address, long nowNs) {
        address.defended = true;
        address.defendedNs = nowNs;
        listener.announce(address, nowNs);
    }

    private void giveUp(InterfaceAddress address, long nowNs) {
        stop(address);
        counters.increment(IpCounter.ADDRESS_DUPLICATES);
        become(address, AddressState.DUPLICATE, nowNs);
    }

    /** Whether an identifier was made from an Ethernet address, which is unique unless that is not. */
    private static boolean isFromEthernetAddress(InterfaceAddress address) {
        return address.origin() == AddressOrigin.LINK_LOCAL
                && Ipv6Address.isLinkLocal(address.high(), address.low())
                && (address.low() >>> 24 & 0xFFFF) == 0xFFFE;
    }

    /** Changes a state, and tells. */
    void become(InterfaceAddress address, AddressState state, long nowNs) {
        AddressState before = address.state();
        if (state != before) {
            address.state(state);
            listener.stateChanged(address, before, nowNs);
        }
    }

    private void schedule(InterfaceAddress address, long delayNs, long nowNs) {
        deadlines.schedule(address.slot, Deadlines.after(nowNs, delayNs));
    }

    /** {@return a random time from 0 to a limit, itself included} */
    private long upTo(long limitNs) {
        return limitNs == 0 ? 0 : random.nextLong(limitNs + 1);
    }
}
