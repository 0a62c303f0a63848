package onload.ip.address;

import onload.ip.support.AddressMap;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Holds the addresses: in slots with fixed numbers, in the order in which they came, and by address. An address that
 * several interfaces have is in the map once; the others hang on the one that is.
 */
final class AddressStore {
    private static final InterfaceAddress[] NOBODY = {};

    private final AddressMap map;
    private final @Nullable InterfaceAddress[] slots;
    private final int[] free;
    private int freeCount;
    private InterfaceAddress[] inOrder = NOBODY;
    private int size;

    AddressStore(int capacity, long hashKey) {
        map = new AddressMap(capacity, hashKey);
        slots = new InterfaceAddress[capacity];
        free = new int[capacity];
        for (int slot = capacity - 1; slot >= 0; slot--) {
            free[freeCount++] = slot;
        }
    }

    int capacity() {
        return slots.length;
    }

    int size() {
        return size;
    }

    InterfaceAddress get(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException(
                    "there is no address %d; expected 0 to %d".formatted(index, size - 1));
        }
        return inOrder[index];
    }

    @Nullable InterfaceAddress slot(int slot) {
        return slots[slot];
    }

    /** {@return the first address of a key, on which the others hang; or null} */
    @Nullable InterfaceAddress first(long high, long low, int interfaceIndex) {
        int slot = map.find(high, low, zone(high, low, interfaceIndex));
        return slot == AddressMap.NONE ? null : slots[slot];
    }

    /** {@return the address of one interface, or null} */
    @Nullable InterfaceAddress exact(long high, long low, int interfaceIndex) {
        InterfaceAddress address = first(high, low, interfaceIndex);
        while (address != null && address.interfaceIndex() != interfaceIndex) {
            address = address.sameElsewhere;
        }
        return address;
    }

    boolean contains(InterfaceAddress address) {
        return address.slot != InterfaceAddress.NO_SLOT && slots[address.slot] == address;
    }

    /** Adds an address that is not there, when there is room. */
    void add(InterfaceAddress address) {
        int slot = free[--freeCount];
        slots[slot] = address;
        address.slot = slot;
        if (size == inOrder.length) {
            inOrder = Arrays.copyOf(inOrder, Math.max(4, 2 * size));
        }
        inOrder[size++] = address;
        int zone = zone(address.high(), address.low(), address.interfaceIndex());
        InterfaceAddress first = first(address.high(), address.low(), address.interfaceIndex());
        if (first == null) {
            map.add(address.high(), address.low(), zone, slot);
        } else {
            address.sameElsewhere = first.sameElsewhere;
            first.sameElsewhere = address;
        }
    }

    void remove(InterfaceAddress address) {
        unchain(address);
        int index = 0;
        while (inOrder[index] != address) {
            index++;
        }
        System.arraycopy(inOrder, index + 1, inOrder, index, size - index - 1);
        size--;
        slots[address.slot] = null;
        free[freeCount++] = address.slot;
        address.slot = InterfaceAddress.NO_SLOT;
    }

    private void unchain(InterfaceAddress address) {
        InterfaceAddress at = first(address.high(), address.low(), address.interfaceIndex());
        if (at == address) {
            int zone = zone(address.high(), address.low(), address.interfaceIndex());
            map.remove(address.high(), address.low(), zone);
            if (address.sameElsewhere != null) {
                map.add(address.high(), address.low(), zone, address.sameElsewhere.slot);
            }
        }
        while (at != null && at.sameElsewhere != address) {
            at = at.sameElsewhere;
        }
        if (at != null) {
            at.sameElsewhere = address.sameElsewhere;
        }
        address.sameElsewhere = null;
    }

    /** A link-local address means something else on each interface (RFC 4007, section 5; RFC 3927, section 3). */
    private static int zone(long high, long low, int interfaceIndex) {
        boolean linkLocal =
                Ipv6Address.isIpv4Mapped(high, low)
                        ? Ipv4Address.isLinkLocal(Ipv6Address.ipv4(high, low))
                        : Ipv6Address.isLinkLocal(high, low);
        return linkLocal ? interfaceIndex : AddressTable.ANY_INTERFACE;
    }
}
