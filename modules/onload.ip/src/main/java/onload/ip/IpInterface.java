package onload.ip;

import onload.ip.neighbor.Neighbor;
import onload.wire.EthernetHeader;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;
import onload.wire.VlanTag;

import org.jspecify.annotations.Nullable;

/**
 * An interface of the stack: a NIC, a VLAN on a NIC, or the loopback of the stack itself. It is made, brought up and
 * down and given addresses through {@link IpLayer}; here is what it is at the moment.
 *
 * <p>It is up when it is administratively up and its link is; only then it has routes and takes frames.
 */
public final class IpInterface {
    /** The interface is not a VLAN's. */
    public static final int NO_VLAN = 0;

    private final int index;
    private final String name;
    private final @Nullable EthernetPort port;
    private final int vlan;
    private final long macAddress;
    private final Neighbor group;

    private boolean isAdministrativelyUp;
    private boolean isLinkUp;
    private int mtu;
    private int ipv6Mtu;
    private int hopLimit;
    private boolean ipv6Disabled;
    private @Nullable KernelMirror mirror;

    IpInterface(
            int index,
            String name,
            @Nullable EthernetPort port,
            int vlan,
            long macAddress,
            int mtu,
            int hopLimit) {
        this.index = index;
        this.name = name;
        this.port = port;
        this.vlan = vlan;
        this.macAddress = macAddress;
        this.mtu = mtu;
        this.ipv6Mtu = mtu;
        this.hopLimit = hopLimit;
        this.group = Neighbor.fixed(index, MacAddress.BROADCAST);
    }

    /** What follows the kernel, which configures the interface; null for one that is the stack's alone. */
    @Nullable KernelMirror mirror() {
        return mirror;
    }

    void mirror(KernelMirror follows) {
        mirror = follows;
    }

    /**
     * {@return whether the kernel has the interface, too: its addresses, routes and neighbours are the kernel's,
     * who also answers ARP, neighbor discovery and ping}
     */
    public boolean isShared() {
        return mirror != null;
    }

    /** {@return the number of the interface, ≥ 1; 1 is the loopback} */
    public int index() {
        return index;
    }

    /** {@return the name, such as {@code nic0} or {@code nic0.100}} */
    public String name() {
        return name;
    }

    /** {@return the Ethernet address, 48 bits; 0 of the loopback} */
    public long macAddress() {
        return macAddress;
    }

    /** {@return the VLAN identifier, 1 to 4094, or {@link #NO_VLAN}} */
    public int vlan() {
        return vlan;
    }

    /** {@return whether this is the way from the stack to itself} */
    public boolean isLoopback() {
        return port == null;
    }

    /** {@return the longest IPv4 packet in bytes} */
    public int mtu() {
        return mtu;
    }

    /** {@return the longest IPv6 packet in bytes: what a router said, or that of IPv4} */
    public int ipv6Mtu() {
        return ipv6Mtu;
    }

    /** {@return the hop limit of IPv6 packets unless the sender says another: what a router said, or the default} */
    public int hopLimit() {
        return hopLimit;
    }

    /** {@return whether somebody wants it up} */
    public boolean isAdministrativelyUp() {
        return isAdministrativelyUp;
    }

    /** {@return whether the NIC has a link} */
    public boolean isLinkUp() {
        return isLinkUp;
    }

    /** {@return whether packets go and come} */
    public boolean isUp() {
        return isAdministrativelyUp && isLinkUp;
    }

    /**
     * {@return whether IPv6 is off here because another host has the link-local address made of this Ethernet
     * address} (RFC 4862, section 5.4.5)
     */
    public boolean isIpv6Disabled() {
        return ipv6Disabled;
    }

    @Override
    public String toString() {
        return index + ": " + name + (isUp() ? " up" : " down");
    }

    /** The NIC behind it; the loopback has none. */
    @Nullable EthernetPort port() {
        return port;
    }

    /** Who stands for all groups and broadcasts of the link in cached destinations. */
    Neighbor group() {
        return group;
    }

    int linkHeaderLength() {
        return vlan == NO_VLAN ? EthernetHeader.LENGTH : EthernetHeader.LENGTH + VlanTag.LENGTH;
    }

    void administrativelyUp(boolean up) {
        isAdministrativelyUp = up;
    }

    void linkUp(boolean up) {
        isLinkUp = up;
    }

    void mtu(int bytes) {
        mtu = bytes;
        ipv6Mtu = bytes;
    }

    void ipv6Mtu(int bytes) {
        ipv6Mtu = Math.min(bytes, mtu);
    }

    void hopLimit(int hops) {
        hopLimit = hops;
    }

    void disableIpv6(boolean disabled) {
        ipv6Disabled = disabled;
    }

    /** The link-local identifier that follows from the Ethernet address (RFC 4291, appendix A). */
    long interfaceIdentifier() {
        return Ipv6Address.interfaceIdentifier(macAddress);
    }
}
