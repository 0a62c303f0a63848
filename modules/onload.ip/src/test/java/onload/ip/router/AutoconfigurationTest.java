package onload.ip.router;

import static onload.ip.router.Advertisement.AUTONOMOUS;
import static onload.ip.router.Advertisement.FOREVER;
import static onload.ip.router.Advertisement.ON_LINK;
import static onload.ip.router.RouterRig.ETH;
import static onload.ip.router.RouterRig.HOUR;
import static onload.ip.router.RouterRig.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import onload.ip.address.AddressOrigin;
import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.testkit.base.Property;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.MacAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 4862, section 5.5. */
class AutoconfigurationTest {
    private static final String PREFIX = "2001:db8::/64";
    private static final String A = "2001:db8::ff:fe00:1";

    private final RouterRig rig = RouterRig.ready();

    private void prefix(String prefix, long validSeconds, long preferredSeconds) {
        rig.receive(
                Advertisement.lifetime(0)
                        .prefix(prefix, AUTONOMOUS, validSeconds, preferredSeconds));
    }

    private InterfaceAddress configured(long validSeconds, long preferredSeconds) {
        prefix(PREFIX, validSeconds, preferredSeconds);
        return rig.present(A);
    }

    @Test
    void anAutonomousPrefixMakesAnAddressOfItAndTheEthernetAddress() {
        InterfaceAddress address = configured(9000, 3000);
        assertEquals(AddressOrigin.AUTOCONFIGURED, address.origin());
        assertEquals(AddressState.TENTATIVE, address.state());
        assertEquals(64, address.prefix().length());
        assertEquals(rig.nowNs + 9000 * SECOND, address.validUntilNs());
        assertEquals(rig.nowNs + 3000 * SECOND, address.preferredUntilNs());
        rig.run(2 * SECOND);
        assertEquals(AddressState.PREFERRED, address.state());
        assertEquals(1, rig.count(IpCounter.ADDRESS_AUTOCONFIGURED));
    }

    @Test
    void aPrefixWithoutTheAutonomousFlagMakesNone() {
        rig.receive(Advertisement.lifetime(0).prefix(PREFIX, ON_LINK, 9000, 9000));
        assertNull(rig.address(A));
        assertEquals(0, rig.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED));
    }

    @Test
    void theLinkLocalPrefixIsIgnored() {
        InterfaceAddress linkLocal = rig.present("fe80::ff:fe00:1");
        prefix("fe80::/64", 100, 50);
        assertEquals(InterfaceAddress.FOREVER_NS, linkLocal.validUntilNs());
        assertEquals(1, rig.addresses.size());
    }

    @Test
    void aPrefixThatIsPreferredForLongerThanItIsValidIsIgnored() {
        prefix(PREFIX, 100, 101);
        assertNull(rig.address(A));
        prefix(PREFIX, 100, FOREVER);
        assertNull(rig.address(A));
    }

    @Test
    void suchAPrefixDoesNotChangeAnAddressThatIsThere() {
        InterfaceAddress address = configured(9000, 3000);
        long until = address.validUntilNs();
        prefix(PREFIX, 10_000, 10_001);
        assertEquals(until, address.validUntilNs());
    }

    @Test
    void aNewPrefixWithAValidLifetimeOfZeroIsIgnored() {
        prefix(PREFIX, 0, 0);
        assertNull(rig.address(A));
        assertEquals(0, rig.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::/63", "2001:db8::/65", "2001:db8::/48", "2001:db8::/128"})
    void aPrefixThatDoesNotFitTheIdentifierIsIgnored(String prefix) {
        prefix(prefix, 9000, 9000);
        assertEquals(1, rig.addresses.size());
        assertEquals(1, rig.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED));
    }

    @Test
    void aPrefixThatWouldMakeAnIpv4MappedAddressIsIgnored() {
        RouterRig odd = new RouterRig(RouterOptions.DEFAULT);
        odd.addresses.interfaceUp(ETH, odd.nowNs);
        odd.discovery.interfaceUp(ETH, MacAddress.parse("02:00:ff:00:00:01"), 1500, odd.nowNs);
        odd.receive(Advertisement.lifetime(0).prefix("::/64", AUTONOMOUS, 9000, 9000));
        assertEquals(1, odd.addresses.size());
    }

    @Test
    void aSwitchTurnsAutoconfigurationOff() {
        RouterRig off = RouterRig.ready(RouterOptions.DEFAULT.with(true, false, true, true));
        off.receive(Advertisement.lifetime(1800).prefix(PREFIX, AUTONOMOUS | ON_LINK, 9000, 9000));
        assertEquals(1, off.addresses.size());
        assertEquals(2, off.routes().size());
    }

    @Test
    void anInfiniteLifetimeMakesAnAddressForEver() {
        InterfaceAddress address = configured(FOREVER, FOREVER);
        assertEquals(InterfaceAddress.FOREVER_NS, address.validUntilNs());
        assertEquals(InterfaceAddress.FOREVER_NS, address.preferredUntilNs());
    }

    @Test
    void anAddressIsDeprecatedAndRemovedByItsLifetimes() {
        InterfaceAddress address = configured(200, 100);
        rig.run(100 * SECOND);
        assertEquals(AddressState.DEPRECATED, address.state());
        rig.run(100 * SECOND);
        assertNull(rig.address(A));
    }

    @Test
    void anotherAdvertisementRenewsTheAddressThatIsThere() {
        InterfaceAddress address = configured(9000, 3000);
        rig.run(1000 * SECOND);
        prefix(PREFIX, 9000, 3000);
        assertSame(address, rig.address(A));
        assertEquals(rig.nowNs + 9000 * SECOND, address.validUntilNs());
        assertEquals(rig.nowNs + 3000 * SECOND, address.preferredUntilNs());
        assertEquals(1, rig.count(IpCounter.ADDRESS_AUTOCONFIGURED));
    }

    @Test
    void aPreferredLifetimeOfZeroDeprecatesAtOnce() {
        InterfaceAddress address = configured(9000, 3000);
        rig.run(2 * SECOND);
        prefix(PREFIX, 9000, 0);
        assertEquals(AddressState.DEPRECATED, address.state());
    }

    @Test
    void aDeprecatedAddressIsPreferredAgain() {
        InterfaceAddress address = configured(9000, 10);
        rig.run(10 * SECOND);
        assertEquals(AddressState.DEPRECATED, address.state());
        prefix(PREFIX, 9000, 10);
        assertEquals(AddressState.PREFERRED, address.state());
    }

    @Test
    void aValidLifetimeOfMoreThanTwoHoursIsBelievedThoughItIsShorter() {
        InterfaceAddress address = configured(90_000, 100);
        prefix(PREFIX, 7201, 100);
        assertEquals(rig.nowNs + 7201 * SECOND, address.validUntilNs());
    }

    @Test
    void aValidLifetimeThatIsLongerThanWhatRemainsIsBelieved() {
        InterfaceAddress address = configured(100, 100);
        prefix(PREFIX, 101, 50);
        assertEquals(rig.nowNs + 101 * SECOND, address.validUntilNs());
    }

    @Test
    void aValidLifetimeIsNotShortenedToLessThanTwoHours() {
        InterfaceAddress address = configured(90_000, 100);
        prefix(PREFIX, 10, 5);
        assertEquals(rig.nowNs + 2 * HOUR, address.validUntilNs());
        assertEquals(rig.nowNs + 5 * SECOND, address.preferredUntilNs());
        configured(FOREVER, FOREVER);
        prefix(PREFIX, 0, 0);
        assertEquals(rig.nowNs + 2 * HOUR, address.validUntilNs());
    }

    @Test
    void whatRemainsOfTwoHoursOrLessIsNotShortened() {
        InterfaceAddress address = configured(7200, 7200);
        long until = address.validUntilNs();
        prefix(PREFIX, 7199, 7199);
        assertEquals(until, address.validUntilNs());
        rig.run(HOUR);
        prefix(PREFIX, 0, 0);
        assertEquals(until, address.validUntilNs());
    }

    @Test
    void thePreferredLifetimeIsBelievedThoughTheValidOneIsNot() {
        InterfaceAddress address = configured(7200, 7200);
        rig.run(2 * SECOND);
        prefix(PREFIX, 0, 0);
        assertEquals(AddressState.DEPRECATED, address.state());
        assertNotNull(rig.address(A));
    }

    @Test
    void theTwoHoursCountFromNowAndCannotBeProlongedByRepetition() {
        configured(90_000, 90_000);
        for (int i = 0; i < 100; i++) {
            prefix(PREFIX, 0, 0);
            rig.run(100 * SECOND);
        }
        assertNull(rig.address(A));
    }

    @Test
    void theLifetimesOfAnAddressThatAPersonGaveAreLeftAlone() {
        InterfaceAddress manual =
                rig.addresses.add(
                        ETH, CidrAddress.parse(A + "/64"), AddressOrigin.MANUAL, rig.nowNs);
        prefix(PREFIX, 100, 0);
        assertEquals(InterfaceAddress.FOREVER_NS, manual.validUntilNs());
        assertEquals(InterfaceAddress.FOREVER_NS, manual.preferredUntilNs());
    }

    @Test
    void anAddressIsNotMadeAgainWhileItIsADuplicate() {
        InterfaceAddress address = configured(9000, 9000);
        rig.addresses.neighborAdvertised(ETH, address.high(), address.low(), rig.nowNs);
        prefix(PREFIX, 9000, 9000);
        assertSame(address, rig.address(A));
        assertEquals(AddressState.DUPLICATE, address.state());
    }

    @Test
    void addressesStayWhenTheLinkGoesDown() {
        configured(9000, 9000);
        rig.down();
        assertNotNull(rig.address(A));
    }

    @Test
    void aFullTableRefusesAnAddress() {
        for (int i = rig.addresses.size(); i < 256; i++) {
            rig.addresses.add(
                    ETH,
                    CidrAddress.of(IpAddress.of(0x2001_0DB8_0005_0000L, i), 64),
                    AddressOrigin.MIRRORED,
                    rig.nowNs);
        }
        prefix(PREFIX, 9000, 9000);
        assertNull(rig.address(A));
        assertEquals(1, rig.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED));
    }

    @Test
    void whateverRoutersSayTheTwoHourRuleHolds() {
        Property.forAll(
                300,
                random -> {
                    RouterRig any = RouterRig.ready();
                    long untilNs = Long.MIN_VALUE;
                    for (int i = 0; i < 60; i++) {
                        long valid =
                                random.between(0, 5) == 0 ? FOREVER : random.between(0, 20_000);
                        long preferred = random.between(0, (int) Math.min(valid, 20_000));
                        any.receive(
                                Advertisement.lifetime(0)
                                        .prefix(PREFIX, AUTONOMOUS, valid, preferred));
                        untilNs = expected(untilNs, valid, any.nowNs);
                        InterfaceAddress address = any.address(A);
                        assertEquals(untilNs > any.nowNs, address != null);
                        if (address != null) {
                            assertEquals(untilNs, address.validUntilNs());
                            assertEquals(
                                    any.nowNs + preferred * SECOND, address.preferredUntilNs());
                        }
                        any.run(random.between(0, 5000) * SECOND);
                    }
                });
    }

    /** The rule in the words of the RFC. */
    private static long expected(long untilNs, long validSeconds, long nowNs) {
        long received = validSeconds == FOREVER ? Long.MAX_VALUE : nowNs + validSeconds * SECOND;
        if (untilNs <= nowNs) {
            return validSeconds == 0 ? untilNs : received;
        }
        if (received > nowNs + 2 * HOUR || received > untilNs) {
            return received;
        }
        return untilNs <= nowNs + 2 * HOUR ? untilNs : nowNs + 2 * HOUR;
    }
}
