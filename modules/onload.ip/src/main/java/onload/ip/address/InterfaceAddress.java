package onload.ip.address;

import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.jspecify.annotations.Nullable;

/**
 * An address of this host on one interface. Its state and lifetimes change under the stack's lock; its identity does
 * not.
 */
public final class InterfaceAddress {
    /** The lifetime that does not end. */
    public static final long FOREVER_NS = Long.MAX_VALUE;

    /** It is in no table. */
    static final int NO_SLOT = -1;

    private final int interfaceIndex;
    private final IpAddress address;
    private final IpPrefix prefix;
    private final AddressOrigin origin;
    private final long high;
    private final long low;

    private AddressState state = AddressState.TENTATIVE;
    private long preferredUntilNs = FOREVER_NS;
    private long validUntilNs = FOREVER_NS;

    /** Where the table has it. */
    int slot = NO_SLOT;

    /** The same address on another interface. */
    @Nullable InterfaceAddress sameElsewhere;

    /** What detection has yet to send. */
    int probesLeft;

    int announcementsLeft;

    /** Whether it was defended, and when last. */
    boolean defended;

    long defendedNs;

    /** The nonce of its probes. */
    long nonce;

    /**
     * Makes a tentative address that lives for ever.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param address the address and the prefix of its link
     */
    public InterfaceAddress(int interfaceIndex, CidrAddress address, AddressOrigin origin) {
        this.interfaceIndex = interfaceIndex;
        this.address = address.address();
        this.prefix = address.prefix();
        this.origin = origin;
        this.high = this.address.high();
        this.low = this.address.low();
    }

    /** {@return the number of the interface, ≥ 1} */
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /** {@return the address} */
    public IpAddress address() {
        return address;
    }

    /** {@return the prefix of the link; hosts in it are neighbours, unless it has one address only} */
    public IpPrefix prefix() {
        return prefix;
    }

    /** {@return who configured it} */
    public AddressOrigin origin() {
        return origin;
    }

    /** {@return the high half of the address, IPv4 as IPv4-mapped} */
    public long high() {
        return high;
    }

    /** {@return the low half of the address} */
    public long low() {
        return low;
    }

    /** {@return whether it is an IPv4 address} */
    public boolean isIpv4() {
        return address.isIpv4();
    }

    /** {@return the state} */
    public AddressState state() {
        return state;
    }

    /** Sets the state. For the table. */
    void state(AddressState state) {
        this.state = state;
    }

    /** {@return when it ceases to be preferred, or {@link #FOREVER_NS}} */
    public long preferredUntilNs() {
        return preferredUntilNs;
    }

    /** {@return when it ceases to exist, or {@link #FOREVER_NS}} */
    public long validUntilNs() {
        return validUntilNs;
    }

    /** Sets the lifetimes. For the table, which keeps the deadlines. */
    void lifetimes(long preferredUntilNs, long validUntilNs) {
        this.preferredUntilNs = preferredUntilNs;
        this.validUntilNs = validUntilNs;
    }

    /**
     * {@return the nonce that goes into the solicitations that ask for this address, 48 bits: one that comes back is
     * this host's own (RFC 7527, section 4.1)} Another each time that detection begins.
     */
    public long nonce() {
        return nonce;
    }

    @Override
    public String toString() {
        return address + "/" + prefix.length() + " " + state;
    }
}
