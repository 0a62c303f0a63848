package onload.ip.address;

/**
 * How many addresses this host may have, and how they come into use.
 *
 * @param capacity most addresses over all interfaces, 1 to 65536
 * @param duplicateAddressDetectTransmits solicitations that ask for an IPv6 address before it is used (RFC 4862,
 *     section 5.1), 0 to use addresses at once
 * @param retransTimerNs time between them, and after the last one, unless a router says otherwise; 1 or more
 * @param ipv6Announcements unsolicited advertisements of an IPv6 address that came into use (RFC 9131, section 6.1),
 *     0 to 3
 * @param ipv4ConflictDetection whether IPv4 addresses are asked for before they are used
 * @param conflictTimings the times of that
 * @param defendPolicy what happens when another host uses an IPv4 address of this one. RFC 5227, section 2.4 (c), has
 *     {@link DefendPolicy#DEFEND_ALWAYS} for hosts that others must find at a fixed address; it is the default
 *     because with the other two anybody on the link can take an address, and all connections with it, by one or two
 *     forged packets
 * @param ipv4HostModel from which interfaces packets for an IPv4 address are taken; weak as in Linux
 * @param ipv6HostModel the same for IPv6
 * @param zeroBroadcast whether a destination whose host part is 0 counts as a broadcast too, which it was in 4.2BSD
 *     (RFC 1122, section 3.3.6)
 */
public record AddressOptions(
        int capacity,
        int duplicateAddressDetectTransmits,
        long retransTimerNs,
        int ipv6Announcements,
        ConflictDetection ipv4ConflictDetection,
        ConflictTimings conflictTimings,
        DefendPolicy defendPolicy,
        HostModel ipv4HostModel,
        HostModel ipv6HostModel,
        boolean zeroBroadcast) {
    private static final int MAXIMUM_CAPACITY = 1 << 16;
    private static final int MAXIMUM_TRANSMITS = 100;
    private static final int MAXIMUM_ANNOUNCEMENTS = 3;

    /** 256 addresses; IPv6 by one solicitation, IPv4 announced and always defended; the weak host model. */
    public static final AddressOptions DEFAULT =
            new AddressOptions(
                    256,
                    1,
                    1_000_000_000L,
                    1,
                    ConflictDetection.ANNOUNCE,
                    ConflictTimings.RFC_5227,
                    DefendPolicy.DEFEND_ALWAYS,
                    HostModel.WEAK,
                    HostModel.WEAK,
                    true);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public AddressOptions {
        between("the capacity for addresses", capacity, 1, MAXIMUM_CAPACITY);
        between(
                "the number of solicitations for an address",
                duplicateAddressDetectTransmits,
                0,
                MAXIMUM_TRANSMITS);
        between(
                "the number of announcements of an address",
                ipv6Announcements,
                0,
                MAXIMUM_ANNOUNCEMENTS);
        between("the time between solicitations in ns", retransTimerNs, 1, Long.MAX_VALUE);
    }

    private static void between(String what, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %d to %d".formatted(what, value, lowest, highest));
        }
    }

    /** {@return these options with another capacity} */
    public AddressOptions withCapacity(int capacity) {
        return new AddressOptions(
                capacity,
                duplicateAddressDetectTransmits,
                retransTimerNs,
                ipv6Announcements,
                ipv4ConflictDetection,
                conflictTimings,
                defendPolicy,
                ipv4HostModel,
                ipv6HostModel,
                zeroBroadcast);
    }

    /** {@return these options with another number of solicitations for an IPv6 address} */
    public AddressOptions withDuplicateAddressDetectTransmits(int transmits) {
        return new AddressOptions(
                capacity,
                transmits,
                retransTimerNs,
                ipv6Announcements,
                ipv4ConflictDetection,
                conflictTimings,
                defendPolicy,
                ipv4HostModel,
                ipv6HostModel,
                zeroBroadcast);
    }

    /** {@return these options with another way of IPv4 conflict detection} */
    public AddressOptions withIpv4(ConflictDetection detection, DefendPolicy policy) {
        return new AddressOptions(
                capacity,
                duplicateAddressDetectTransmits,
                retransTimerNs,
                ipv6Announcements,
                detection,
                conflictTimings,
                policy,
                ipv4HostModel,
                ipv6HostModel,
                zeroBroadcast);
    }

    /** {@return these options with another host model for both versions} */
    public AddressOptions withHostModel(HostModel model) {
        return new AddressOptions(
                capacity,
                duplicateAddressDetectTransmits,
                retransTimerNs,
                ipv6Announcements,
                ipv4ConflictDetection,
                conflictTimings,
                defendPolicy,
                model,
                model,
                zeroBroadcast);
    }

    /** {@return these options with or without host parts of 0 as broadcasts} */
    public AddressOptions withZeroBroadcast(boolean zeroBroadcast) {
        return new AddressOptions(
                capacity,
                duplicateAddressDetectTransmits,
                retransTimerNs,
                ipv6Announcements,
                ipv4ConflictDetection,
                conflictTimings,
                defendPolicy,
                ipv4HostModel,
                ipv6HostModel,
                zeroBroadcast);
    }
}
