package onload.ip.address;

import static onload.ip.address.AddressRig.ETH;
import static onload.ip.address.AddressRig.MS;
import static onload.ip.address.AddressRig.OTHER_ETH;
import static onload.ip.address.AddressRig.OWN_MAC;
import static onload.ip.address.AddressRig.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.base.AllocatedBytes;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.List;

/** RFC 4862, section 5.4, and RFC 7527. */
class DuplicateAddressDetectionTest {
    private static final String A = "2001:db8::1";
    private static final String CIDR = A + "/64";

    private final AddressRig rig = new AddressRig();

    @Test
    void anAddressIsTentativeUntilOneRetransTimerAfterTheLastSolicitation() {
        rig.up();
        rig.add(CIDR);
        assertEquals(List.of("added 2001:db8::1 @0", "probe 2001:db8::1 @0"), rig.taken());
        rig.run(SECOND - 1);
        assertFalse(rig.ours(A, ETH));
        rig.run(1);
        assertTrue(rig.ours(A, ETH));
        assertEquals(
                List.of("TENTATIVE->PREFERRED 2001:db8::1 @1000", "announce 2001:db8::1 @1000"),
                rig.taken());
        assertEquals(Long.MAX_VALUE, rig.table.nextDeadlineNs());
    }

    @Test
    void asManySolicitationsAreSentAsTheOptionsSay() {
        AddressRig three =
                new AddressRig(AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(3));
        three.up();
        three.add(CIDR);
        three.run(10 * SECOND);
        assertEquals(
                List.of(
                        "added 2001:db8::1 @0",
                        "probe 2001:db8::1 @0",
                        "probe 2001:db8::1 @1000",
                        "probe 2001:db8::1 @2000",
                        "TENTATIVE->PREFERRED 2001:db8::1 @3000",
                        "announce 2001:db8::1 @3000"),
                three.taken());
    }

    @Test
    void withZeroTransmitsAnAddressIsUsedAtOnce() {
        AddressRig none =
                new AddressRig(AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(0));
        none.up();
        none.add(CIDR);
        assertTrue(none.ours(A, ETH));
        assertEquals(
                List.of(
                        "added 2001:db8::1 @0",
                        "TENTATIVE->PREFERRED 2001:db8::1 @0",
                        "announce 2001:db8::1 @0"),
                none.taken());
    }

    @Test
    void theRetransTimerOfARouterCounts() {
        rig.up();
        rig.table.retransTimer(ETH, 3 * SECOND);
        rig.add(CIDR);
        rig.run(3 * SECOND - 1);
        assertFalse(rig.ours(A, ETH));
        rig.run(1);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void theRetransTimerOfARouterIsForgottenWithItsLink() {
        rig.up();
        rig.table.retransTimer(ETH, 3 * SECOND);
        rig.table.interfaceDown(ETH, rig.nowNs);
        rig.up();
        rig.add(CIDR);
        rig.run(SECOND);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void detectionWaitsUntilTheLinkIsUp() {
        rig.add(CIDR);
        rig.run(10 * SECOND);
        assertEquals(List.of("added 2001:db8::1 @0"), rig.taken());
        rig.up();
        rig.run(SECOND);
        assertEquals(
                List.of(
                        "probe 2001:db8::1 @10000",
                        "TENTATIVE->PREFERRED 2001:db8::1 @11000",
                        "announce 2001:db8::1 @11000"),
                rig.taken());
    }

    @Test
    void theFirstSolicitationOfALinkThatCameUpIsDelayedAtRandomByASecondAtMost() {
        AddressRig late = new AddressRig(AddressOptions.DEFAULT, ChosenRandom.most(), 0);
        late.add(CIDR);
        late.up();
        late.run(SECOND - 1);
        assertEquals(List.of("added 2001:db8::1 @0"), late.taken());
        late.run(1);
        assertEquals(List.of("probe 2001:db8::1 @1000"), late.taken());
    }

    @Test
    void theFirstSolicitationForAnAutoconfiguredAddressIsDelayedAtRandomByASecondAtMost() {
        AddressRig late = new AddressRig(AddressOptions.DEFAULT, ChosenRandom.most(), 0);
        late.up();
        late.add(CIDR, AddressOrigin.AUTOCONFIGURED);
        late.run(SECOND);
        assertEquals(List.of("added 2001:db8::1 @0", "probe 2001:db8::1 @1000"), late.taken());
    }

    @Test
    void theFirstSolicitationForALinkLocalAddressIsDelayedAtRandomByASecondAtMost() {
        AddressRig late = new AddressRig(AddressOptions.DEFAULT, ChosenRandom.most(), 0);
        late.up();
        late.table.addLinkLocal(ETH, OWN_MAC, 0);
        late.run(SECOND);
        assertEquals(
                List.of("added fe80::ff:fe00:1 @0", "probe fe80::ff:fe00:1 @1000"), late.taken());
    }

    @Test
    void anAddressThatAPersonAddsToALinkThatIsUpIsAskedForAtOnce() {
        AddressRig late = new AddressRig(AddressOptions.DEFAULT, ChosenRandom.most(), 0);
        late.up();
        late.add(CIDR);
        assertEquals(List.of("probe 2001:db8::1 @0"), late.taken("probe"));
    }

    @Test
    void aSolicitationFromTheUnspecifiedAddressForATentativeTargetMakesItADuplicate() {
        rig.up();
        rig.add(CIDR);
        rig.taken();
        rig.run(SECOND / 2);
        assertTrue(rig.solicited(A));
        assertEquals(List.of("TENTATIVE->DUPLICATE 2001:db8::1 @500"), rig.taken());
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.taken());
        assertFalse(rig.ours(A, ETH));
        assertEquals(1, rig.count(IpCounter.ADDRESS_CONFLICTS));
        assertEquals(1, rig.count(IpCounter.ADDRESS_DUPLICATES));
    }

    @Test
    void solicitationsAreHeardDuringTheRandomDelayToo() {
        AddressRig late = new AddressRig(AddressOptions.DEFAULT, ChosenRandom.most(), 0);
        InterfaceAddress address = late.add(CIDR);
        late.up();
        late.run(SECOND / 2);
        assertTrue(late.solicited(A));
        assertEquals(AddressState.DUPLICATE, address.state());
    }

    @Test
    void aSolicitationFromAUnicastAddressForATentativeTargetIsIgnoredAndNotAnswered() {
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        assertTrue(rig.solicited(A, false, AddressTable.NO_NONCE));
        assertEquals(AddressState.TENTATIVE, address.state());
        rig.run(SECOND);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void aSolicitationForAnAddressInUseIsLeftToBeAnswered() {
        rig.up();
        rig.add(CIDR);
        rig.run(SECOND);
        assertFalse(rig.solicited(A));
        assertTrue(rig.ours(A, ETH));
        assertEquals(0, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void aSolicitationForADuplicateIsNotAnswered() {
        rig.up();
        rig.add(CIDR);
        rig.solicited(A);
        assertTrue(rig.solicited(A));
        assertTrue(rig.solicited(A, false, AddressTable.NO_NONCE));
        assertEquals(1, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void aSolicitationOnAnotherInterfaceIsNoConflict() {
        rig.up();
        rig.add(CIDR);
        IpAddress ip = IpAddress.parse(A);
        assertFalse(
                rig.table.neighborSolicited(
                        OTHER_ETH, ip.high(), ip.low(), true, AddressTable.NO_NONCE, rig.nowNs));
        rig.run(SECOND);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void anOwnSolicitationThatComesBackIsKnownByItsNonce() {
        rig.up();
        rig.add(CIDR);
        assertTrue(rig.solicited(A, true, rig.lastNonce()));
        rig.run(SECOND);
        assertTrue(rig.ours(A, ETH));
        assertEquals(0, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void aSolicitationWithAnotherNonceIsAnotherHosts() {
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        assertTrue(rig.solicited(A, true, rig.lastNonce() ^ 1));
        assertEquals(AddressState.DUPLICATE, address.state());
    }

    @Test
    void aNonceHas48BitsAndChangesFromTimeToTime() {
        rig.up();
        rig.add(CIDR);
        long first = rig.lastNonce();
        assertEquals(0, first >>> 48);
        rig.table.interfaceDown(ETH, rig.nowNs);
        rig.up();
        rig.run(SECOND);
        assertNotEquals(first, rig.lastNonce());
    }

    @Test
    void anAdvertisementForATentativeTargetMakesItADuplicate() {
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        assertTrue(rig.advertised(A));
        assertEquals(AddressState.DUPLICATE, address.state());
    }

    @Test
    void anAdvertisementForAnAddressInUseIsAConflictThatIsCountedOnly() {
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        rig.run(SECOND);
        assertTrue(rig.advertised(A));
        assertEquals(AddressState.PREFERRED, address.state());
        assertEquals(1, rig.count(IpCounter.ADDRESS_CONFLICTS));
        assertEquals(0, rig.count(IpCounter.ADDRESS_DUPLICATES));
    }

    @Test
    void anAdvertisementOfADuplicateIsAnotherHostsLikeAnyOther() {
        rig.up();
        rig.add(CIDR);
        rig.advertised(A);
        assertFalse(rig.advertised(A));
        assertFalse(rig.advertised("2001:db8::2"));
    }

    @Test
    void aDuplicateLinkLocalAddressFromAnEthernetAddressEndsIpv6OnTheInterface() {
        rig.up();
        InterfaceAddress global = rig.add("2001:db8::9/64");
        rig.table.addLinkLocal(ETH, OWN_MAC, rig.nowNs);
        rig.advertised("fe80::ff:fe00:1");
        assertTrue(rig.table.isIpv6Disabled(ETH));
        assertFalse(rig.table.isIpv6Disabled(OTHER_ETH));
        assertEquals(List.of("ipv6Disabled 1 @0"), rig.taken("ipv6"));
        rig.run(10 * SECOND);
        assertEquals(AddressState.TENTATIVE, global.state());
        InterfaceAddress later = rig.add("2001:db8::a/64");
        rig.run(10 * SECOND);
        assertEquals(AddressState.TENTATIVE, later.state());
        assertEquals(List.of("added 2001:db8::a @10000"), rig.taken());
    }

    @Test
    void aDuplicateLinkLocalAddressDoesNotTouchIpv4() {
        rig.up();
        rig.table.addLinkLocal(ETH, OWN_MAC, rig.nowNs);
        rig.advertised("fe80::ff:fe00:1");
        rig.add("10.0.0.1/24");
        assertTrue(rig.ours("10.0.0.1", ETH));
    }

    @Test
    void ipv6BeginsAgainWhenTheInterfaceComesUpAgain() {
        rig.up();
        rig.table.addLinkLocal(ETH, OWN_MAC, rig.nowNs);
        rig.advertised("fe80::ff:fe00:1");
        rig.table.interfaceDown(ETH, rig.nowNs);
        rig.up();
        assertFalse(rig.table.isIpv6Disabled(ETH));
        rig.run(SECOND);
        assertTrue(rig.ours("fe80::ff:fe00:1", ETH));
    }

    @Test
    void aDuplicateGlobalOrManualLinkLocalAddressDoesNotEndIpv6() {
        rig.up();
        rig.add(CIDR);
        rig.add("fe80::1/64");
        rig.add("2001:db8::ff:fe00:1/64", AddressOrigin.AUTOCONFIGURED);
        rig.advertised(A);
        rig.advertised("fe80::1");
        rig.advertised("2001:db8::ff:fe00:1");
        assertFalse(rig.table.isIpv6Disabled(ETH));
        assertEquals(3, rig.count(IpCounter.ADDRESS_DUPLICATES));
    }

    @Test
    void aLinkThatComesUpAgainIsAskedAgain() {
        rig.up();
        rig.add(CIDR);
        rig.run(SECOND);
        rig.table.interfaceDown(ETH, rig.nowNs);
        assertTrue(rig.ours(A, ETH));
        rig.taken();
        rig.up();
        assertFalse(rig.ours(A, ETH));
        rig.run(SECOND);
        assertEquals(
                List.of(
                        "PREFERRED->TENTATIVE 2001:db8::1 @1000",
                        "probe 2001:db8::1 @1000",
                        "TENTATIVE->PREFERRED 2001:db8::1 @2000",
                        "announce 2001:db8::1 @2000"),
                rig.taken());
    }

    @Test
    void aDuplicateIsTriedAgainOnALinkThatComesUpAgain() {
        rig.up();
        rig.add(CIDR);
        rig.solicited(A);
        rig.table.interfaceDown(ETH, rig.nowNs);
        rig.up();
        rig.run(SECOND);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void aLinkThatGoesDownStopsDetection() {
        rig.up();
        rig.add(CIDR);
        rig.run(SECOND / 2);
        rig.table.interfaceDown(ETH, rig.nowNs);
        rig.taken();
        assertEquals(Long.MAX_VALUE, rig.table.nextDeadlineNs());
        rig.run(10 * SECOND);
        assertEquals(List.of(), rig.taken());
    }

    @Test
    void comingUpTwiceIsComingUpOnce() {
        rig.up();
        rig.add(CIDR);
        rig.run(SECOND / 2);
        rig.up();
        rig.run(SECOND / 2);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void aRemovedAddressIsNotAskedForAnyMore() {
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        rig.table.remove(address, rig.nowNs);
        assertEquals(Long.MAX_VALUE, rig.table.nextDeadlineNs());
        assertFalse(rig.solicited(A));
        InterfaceAddress again = rig.add(CIDR);
        assertEquals(AddressState.TENTATIVE, again.state());
        rig.run(SECOND);
        assertEquals(AddressState.PREFERRED, again.state());
    }

    @Test
    void loopbackAndMirroredAddressesAreUsedAtOnceAndNotAnnounced() {
        rig.up();
        rig.add("::1/128");
        rig.add("127.0.0.1/8");
        rig.add(CIDR, AddressOrigin.MIRRORED);
        rig.add("10.0.0.1/24", AddressOrigin.MIRRORED);
        assertEquals(4, rig.taken("TENTATIVE->PREFERRED").size());
        rig.run(10 * SECOND);
        assertEquals(List.of(), rig.taken());
    }

    @Test
    void mirroredAddressesAreUsedWithoutALinkThatIsUp() {
        rig.add(CIDR, AddressOrigin.MIRRORED);
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void allAddressesOfALinkWithoutOtherHostsAreUsedAtOnce() {
        rig.table.interfaceUp(OTHER_ETH, false, rig.nowNs);
        rig.table.add(OTHER_ETH, CidrAddress.parse(CIDR), AddressOrigin.MANUAL, rig.nowNs);
        assertEquals(
                List.of("added 2001:db8::1 @0", "TENTATIVE->PREFERRED 2001:db8::1 @0"),
                rig.taken());
    }

    @Test
    void aLongPauseSkipsNoSolicitation() {
        AddressRig three =
                new AddressRig(AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(3));
        three.up();
        three.add(CIDR);
        three.taken();
        three.nowNs += 100 * SECOND;
        three.table.advance(three.nowNs);
        assertEquals(List.of("probe 2001:db8::1 @100000"), three.taken());
    }

    @Test
    void timeMayBeNegativeAndPassZero() {
        AddressRig negative =
                new AddressRig(AddressOptions.DEFAULT, ChosenRandom.least(), -500 * MS);
        negative.up();
        negative.add(CIDR);
        negative.run(SECOND - 1);
        assertFalse(negative.ours(A, ETH));
        negative.run(1);
        assertTrue(negative.ours(A, ETH));
    }

    @Test
    void neighbourMessagesAllocateNothing() {
        rig.up();
        rig.add(CIDR);
        rig.run(SECOND);
        IpAddress ip = IpAddress.parse(A);
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        10_000,
                        1000,
                        () -> {
                            rig.table.neighborAdvertised(ETH, ip.high(), ip.low(), rig.nowNs);
                            rig.table.neighborSolicited(
                                    ETH, ip.high(), ip.low(), true, 7, rig.nowNs);
                        }));
    }
}
