package onload.ip.address;

import onload.wire.CidrAddress;

/** Makes addresses in a given state, for tests of what goes by it. */
public final class AddressInState {
    private AddressInState() {}

    /** {@return an address, such as of {@code "10.0.0.5/24"}} */
    public static InterfaceAddress of(int interfaceIndex, String cidr, AddressState state) {
        InterfaceAddress address =
                new InterfaceAddress(interfaceIndex, CidrAddress.parse(cidr), AddressOrigin.MANUAL);
        address.state(state);
        return address;
    }
}
