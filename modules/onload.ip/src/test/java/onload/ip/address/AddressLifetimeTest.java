package onload.ip.address;

import static onload.ip.address.AddressRig.ETH;
import static onload.ip.address.AddressRig.SECOND;
import static onload.ip.address.InterfaceAddress.FOREVER_NS;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.wire.Ipv4Address;

import org.junit.jupiter.api.Test;

import java.util.List;

/** RFC 4862, section 5.5.4. */
class AddressLifetimeTest {
    private static final String A = "10.0.0.5";
    private static final String CIDR = A + "/24";

    private final AddressRig rig = new AddressRig();

    @Test
    void anAddressIsDeprecatedWhenItsPreferredLifetimeEndsAndRemovedWhenItsValidOneDoes() {
        InterfaceAddress address = rig.add(CIDR, 10 * SECOND, 20 * SECOND);
        rig.taken();
        rig.run(10 * SECOND - 1);
        assertEquals(AddressState.PREFERRED, address.state());
        rig.run(1);
        assertEquals(AddressState.DEPRECATED, address.state());
        assertTrue(rig.ours(A, ETH));
        rig.run(10 * SECOND);
        assertEquals(
                List.of("PREFERRED->DEPRECATED 10.0.0.5 @10000", "removed 10.0.0.5 @20000"),
                rig.taken());
        assertNull(rig.find(A, ETH));
        assertFalse(rig.table.isBroadcast(Ipv4Address.parse("10.0.0.255"), ETH));
    }

    @Test
    void bothLifetimesMayEndAtOnce() {
        rig.add(CIDR, SECOND, SECOND);
        rig.taken();
        rig.run(SECOND);
        assertEquals(List.of("removed 10.0.0.5 @1000"), rig.taken());
    }

    @Test
    void anAddressThatIsNotPreferredAtAllIsDeprecatedAtOnce() {
        InterfaceAddress address = rig.add(CIDR, 0, 20 * SECOND);
        assertEquals(AddressState.DEPRECATED, address.state());
        assertEquals(rig.nowNs + 20 * SECOND, rig.table.nextDeadlineNs());
    }

    @Test
    void anInfiniteLifetimeDoesNotEnd() {
        rig.add(CIDR, FOREVER_NS, FOREVER_NS);
        assertEquals(Long.MAX_VALUE, rig.table.nextDeadlineNs());
    }

    @Test
    void aFinitePreferredLifetimeMayHaveAnInfiniteValidOne() {
        InterfaceAddress address = rig.add(CIDR, SECOND, FOREVER_NS);
        rig.run(SECOND);
        assertEquals(AddressState.DEPRECATED, address.state());
        assertEquals(Long.MAX_VALUE, rig.table.nextDeadlineNs());
    }

    @Test
    void aLifetimeBeyondTheEndOfTimeDoesNotWrap() {
        AddressRig late =
                new AddressRig(AddressOptions.DEFAULT, ChosenRandom.least(), Long.MAX_VALUE / 2);
        late.add(CIDR, FOREVER_NS - 1, FOREVER_NS - 1);
        late.run(1000 * SECOND);
        assertTrue(late.ours(A, ETH));
        assertEquals(Long.MAX_VALUE, late.table.nextDeadlineNs());
    }

    @Test
    void aDeprecatedAddressIsPreferredAgainWhenItsLifetimeIsRenewed() {
        InterfaceAddress address = rig.add(CIDR, SECOND, 100 * SECOND);
        rig.run(SECOND);
        rig.taken();
        rig.table.lifetimes(address, SECOND, 100 * SECOND, rig.nowNs);
        assertEquals(List.of("DEPRECATED->PREFERRED 10.0.0.5 @1000"), rig.taken());
        rig.run(SECOND);
        assertEquals(List.of("PREFERRED->DEPRECATED 10.0.0.5 @2000"), rig.taken());
        rig.run(99 * SECOND);
        assertEquals(List.of("removed 10.0.0.5 @101000"), rig.taken());
    }

    @Test
    void anAddressWhosePreferredLifetimeIsSetToNothingIsDeprecatedAtOnce() {
        InterfaceAddress address = rig.add(CIDR, SECOND, 100 * SECOND);
        rig.table.lifetimes(address, 0, 100 * SECOND, rig.nowNs);
        assertEquals(AddressState.DEPRECATED, address.state());
    }

    @Test
    void aTentativeAddressWhosePreferredLifetimeIsOverComesIntoUseDeprecated() {
        rig.up();
        InterfaceAddress address = rig.add("2001:db8::1/64", SECOND / 2, 100 * SECOND);
        rig.run(SECOND);
        assertEquals(AddressState.DEPRECATED, address.state());
        assertEquals(List.of("TENTATIVE->DEPRECATED 2001:db8::1 @1000"), rig.taken("TENTATIVE"));
    }

    @Test
    void aTentativeAddressWhoseValidLifetimeIsOverIsRemovedAndNotAskedForAnyMore() {
        rig.up();
        rig.add("2001:db8::1/64", SECOND / 2, SECOND / 2);
        rig.run(10 * SECOND);
        assertEquals(0, rig.table.size());
        assertEquals(
                List.of("added 2001:db8::1 @0", "probe 2001:db8::1 @0", "removed 2001:db8::1 @500"),
                rig.taken());
    }

    @Test
    void aDuplicateStaysOneWhenItsLifetimeIsRenewedAndIsRemovedWhenItEnds() {
        rig.up();
        InterfaceAddress address = rig.add("2001:db8::1/64", SECOND, SECOND);
        rig.advertised("2001:db8::1");
        rig.table.lifetimes(address, 2 * SECOND, 2 * SECOND, rig.nowNs);
        assertEquals(AddressState.DUPLICATE, address.state());
        rig.run(2 * SECOND);
        assertEquals(0, rig.table.size());
    }

    @Test
    void theLifetimesOfARemovedAddressCannotBeSet() {
        InterfaceAddress address = rig.add(CIDR);
        rig.table.remove(address, rig.nowNs);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> rig.table.lifetimes(address, SECOND, SECOND, rig.nowNs));
        assertTrue(e.toString().contains("removed"), e.toString());
        assertEquals(Long.MAX_VALUE, rig.table.nextDeadlineNs());
    }

    @Test
    void whateverTheLifetimesAreAnAddressIsInTheRightStateAtEveryTime() {
        Property.forAll(
                200,
                random -> {
                    long start = random.anyLong() >> 1;
                    AddressRig any =
                            new AddressRig(AddressOptions.DEFAULT, ChosenRandom.least(), start);
                    long valid = random.between(1, 1000) * SECOND;
                    long preferred = random.between(0, (int) (valid / SECOND)) * SECOND;
                    InterfaceAddress address = any.add(CIDR, preferred, valid);
                    for (int i = 0; i < 100; i++) {
                        any.run(random.between(0, 30) * SECOND);
                        long age = any.nowNs - start;
                        assertEquals(age < valid, any.find(A, ETH) != null);
                        if (age < valid) {
                            assertEquals(
                                    age < preferred
                                            ? AddressState.PREFERRED
                                            : AddressState.DEPRECATED,
                                    address.state());
                        }
                    }
                });
    }
}
