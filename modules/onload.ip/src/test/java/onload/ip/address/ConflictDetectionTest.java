package onload.ip.address;

import static onload.ip.address.AddressRig.ETH;
import static onload.ip.address.AddressRig.MS;
import static onload.ip.address.AddressRig.OTHER_MAC;
import static onload.ip.address.AddressRig.OWN_MAC;
import static onload.ip.address.AddressRig.SECOND;
import static onload.ip.address.AddressRig.probing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.wire.Ipv4Address;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SplittableRandom;

/** RFC 5227. */
class ConflictDetectionTest {
    private static final String A = "10.0.0.5";
    private static final String CIDR = A + "/24";

    @Test
    void byDefaultAnAddressIsUsedAtOnceAndAnnouncedTwiceTwoSecondsApart() {
        AddressRig rig = new AddressRig();
        rig.up();
        rig.add(CIDR);
        assertTrue(rig.ours(A, ETH));
        rig.run(100 * SECOND);
        assertEquals(
                List.of(
                        "added 10.0.0.5 @0",
                        "TENTATIVE->PREFERRED 10.0.0.5 @0",
                        "announce 10.0.0.5 @0",
                        "announce 10.0.0.5 @2000"),
                rig.taken());
    }

    @Test
    void anAddressUsedBeforeItsLinkIsUpIsAnnouncedThen() {
        AddressRig rig = new AddressRig();
        rig.add(CIDR);
        assertTrue(rig.ours(A, ETH));
        assertEquals(List.of(), rig.taken("announce"));
        rig.run(SECOND);
        rig.up();
        rig.run(10 * SECOND);
        assertEquals(List.of("announce 10.0.0.5 @1000", "announce 10.0.0.5 @3000"), rig.taken());
    }

    @Test
    void anAddressIsAnnouncedAgainWhenItsLinkComesUpAgain() {
        AddressRig rig = new AddressRig();
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        rig.table.interfaceDown(ETH, rig.nowNs);
        rig.taken();
        rig.up();
        assertEquals(List.of("announce 10.0.0.5 @10000"), rig.taken());
    }

    @Test
    void withoutDetectionNothingIsSentAndConflictsAreCounted() {
        AddressRig rig =
                new AddressRig(
                        AddressOptions.DEFAULT.withIpv4(
                                ConflictDetection.NONE, DefendPolicy.RETREAT));
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(List.of("added 10.0.0.5 @0", "TENTATIVE->PREFERRED 10.0.0.5 @0"), rig.taken());
        assertEquals(1, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void aProbedAddressIsUsedTwoSecondsAfterTheLastOfThreeProbesAndAnnouncedTwice() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        rig.add(CIDR);
        rig.run(3999 * MS);
        assertFalse(rig.ours(A, ETH));
        rig.run(100 * SECOND);
        assertEquals(
                List.of(
                        "added 10.0.0.5 @0",
                        "probe 10.0.0.5 @0",
                        "probe 10.0.0.5 @1000",
                        "probe 10.0.0.5 @2000",
                        "TENTATIVE->PREFERRED 10.0.0.5 @4000",
                        "announce 10.0.0.5 @4000",
                        "announce 10.0.0.5 @6000"),
                rig.taken());
    }

    @Test
    void theLongestRandomTimesAreASecondToBeginAndTwoBetweenProbes() {
        AddressRig rig =
                new AddressRig(
                        AddressOptions.DEFAULT.withIpv4(
                                ConflictDetection.PROBE, DefendPolicy.DEFEND_ONCE),
                        ChosenRandom.most(),
                        0);
        rig.up();
        rig.add(CIDR);
        rig.run(100 * SECOND);
        assertEquals(
                List.of("probe 10.0.0.5 @1000", "probe 10.0.0.5 @3000", "probe 10.0.0.5 @5000"),
                rig.taken("probe"));
    }

    @Test
    void probesAreOneToTwoSecondsApartWhateverChanceSays() {
        Property.forAll(
                200,
                random -> {
                    AddressRig rig =
                            new AddressRig(
                                    AddressOptions.DEFAULT.withIpv4(
                                            ConflictDetection.PROBE, DefendPolicy.DEFEND_ONCE),
                                    new SplittableRandom(random.seed()),
                                    random.anyInt());
                    rig.up();
                    rig.add(CIDR);
                    rig.run(20 * SECOND);
                    List<Long> at =
                            rig.taken("probe").stream()
                                    .map(e -> Long.valueOf(e.substring(e.indexOf('@') + 1)))
                                    .toList();
                    assertEquals(3, at.size());
                    assertTrue(at.get(0) <= 1000, () -> at.toString());
                    for (int i = 1; i < 3; i++) {
                        long apart = at.get(i) - at.get(i - 1);
                        assertTrue(apart >= 999 && apart <= 2001, () -> at.toString());
                    }
                });
    }

    @Test
    void anArpPacketFromAProbedAddressMakesItADuplicate() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        rig.add(CIDR);
        rig.run(1500 * MS);
        rig.taken();
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(List.of("TENTATIVE->DUPLICATE 10.0.0.5 @1500"), rig.taken());
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.taken());
        assertEquals(1, rig.count(IpCounter.ADDRESS_DUPLICATES));
    }

    @Test
    void aConflictIsSeenUntilTheWaitAfterTheLastProbeIsOver() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        rig.run(4 * SECOND - 1);
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(AddressState.DUPLICATE, address.state());
    }

    @Test
    void anotherHostsProbeForAProbedAddressMakesItADuplicate() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        assertTrue(rig.arpProbe(OTHER_MAC, A));
        assertEquals(AddressState.DUPLICATE, address.state());
    }

    @Test
    void anOwnProbeThatComesBackIsNoConflict() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        InterfaceAddress address = rig.add(CIDR);
        assertFalse(rig.arpProbe(OWN_MAC, A));
        assertFalse(rig.arpFrom(OWN_MAC, A));
        assertEquals(AddressState.TENTATIVE, address.state());
    }

    @Test
    void anotherHostsProbeForAnAddressInUseIsLeftToBeAnswered() {
        AddressRig rig = new AddressRig();
        rig.up();
        rig.add(CIDR);
        assertFalse(rig.arpProbe(OTHER_MAC, A));
        assertTrue(rig.ours(A, ETH));
        assertEquals(0, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void arpOfOtherAddressesIsNoConflict() {
        AddressRig rig = probing(DefendPolicy.RETREAT);
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        assertFalse(rig.arpFrom(OTHER_MAC, "10.0.0.6"));
        assertFalse(
                rig.table.arpSeen(
                        ETH,
                        OTHER_MAC,
                        Ipv4Address.parse("10.0.0.6"),
                        Ipv4Address.parse(A),
                        false,
                        OWN_MAC,
                        rig.nowNs));
        assertFalse(
                rig.table.arpSeen(
                        2, OTHER_MAC, Ipv4Address.parse(A), 0, false, OWN_MAC, rig.nowNs));
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void whoRetreatsGivesAnAddressUpAtTheFirstConflict() {
        AddressRig rig = probing(DefendPolicy.RETREAT);
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        rig.taken();
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(List.of("PREFERRED->DUPLICATE 10.0.0.5 @10000"), rig.taken());
        assertFalse(rig.arpFrom(OTHER_MAC, A));
    }

    @Test
    void whoDefendsOnceAnnouncesAndGivesUpAtAConflictWithinTenSeconds() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        rig.taken();
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(List.of("announce 10.0.0.5 @10000"), rig.taken());
        rig.run(10 * SECOND - 1);
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(List.of("PREFERRED->DUPLICATE 10.0.0.5 @19999"), rig.taken());
        assertEquals(2, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void whoDefendsOnceDefendsAgainTenSecondsLater() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        rig.arpFrom(OTHER_MAC, A);
        rig.run(10 * SECOND);
        rig.taken();
        rig.arpFrom(OTHER_MAC, A);
        assertEquals(List.of("announce 10.0.0.5 @20000"), rig.taken());
        assertTrue(rig.ours(A, ETH));
    }

    @Test
    void whoAlwaysDefendsAnnouncesNoMoreThanOnceInTenSecondsAndNeverGivesUp() {
        AddressRig rig = new AddressRig();
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        rig.taken();
        for (int i = 0; i < 30_000; i++) {
            rig.arpFrom(OTHER_MAC, A);
            rig.run(MS);
        }
        assertEquals(
                List.of(
                        "announce 10.0.0.5 @10000",
                        "announce 10.0.0.5 @20000",
                        "announce 10.0.0.5 @30000"),
                rig.taken());
        assertTrue(rig.ours(A, ETH));
        assertEquals(30_000, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void aConflictDuringTheAnnouncementsStopsThemIfTheAddressIsGivenUp() {
        AddressRig rig = probing(DefendPolicy.RETREAT);
        rig.up();
        rig.add(CIDR);
        rig.run(5 * SECOND);
        rig.taken();
        rig.arpFrom(OTHER_MAC, A);
        rig.run(10 * SECOND);
        assertEquals(List.of("PREFERRED->DUPLICATE 10.0.0.5 @5000"), rig.taken());
    }

    @Test
    void afterTenConflictsOneNewAddressAMinuteIsProbedFor() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        for (int i = 1; i <= 9; i++) {
            rig.add("10.0.0." + i + "/24");
            rig.arpFrom(OTHER_MAC, "10.0.0." + i);
        }
        rig.add("10.0.0.10/24");
        rig.run(0);
        assertEquals(List.of("probe 10.0.0.10 @0"), rig.taken("probe"));
        rig.arpFrom(OTHER_MAC, "10.0.0.10");
        rig.add("10.0.0.11/24");
        rig.add("10.0.0.12/24");
        rig.run(200 * SECOND);
        assertEquals(
                List.of(
                        "probe 10.0.0.11 @60000",
                        "probe 10.0.0.11 @61000",
                        "probe 10.0.0.11 @62000",
                        "probe 10.0.0.12 @120000",
                        "probe 10.0.0.12 @121000",
                        "probe 10.0.0.12 @122000"),
                rig.taken("probe"));
    }

    @Test
    void conflictsOfOneInterfaceDoNotSlowAnotherDown() {
        AddressRig rig = probing(DefendPolicy.DEFEND_ONCE);
        rig.up();
        rig.table.interfaceUp(2, rig.nowNs);
        for (int i = 1; i <= 10; i++) {
            rig.add("10.0.0." + i + "/24");
            rig.arpFrom(OTHER_MAC, "10.0.0." + i);
        }
        rig.taken();
        rig.table.add(
                2, onload.wire.CidrAddress.parse("10.0.1.1/24"), AddressOrigin.MANUAL, rig.nowNs);
        rig.run(0);
        assertEquals(List.of("probe 10.0.1.1 @0"), rig.taken("probe"));
    }

    @Test
    void aMirroredAddressIsNotDefended() {
        AddressRig rig = new AddressRig();
        rig.up();
        rig.add(CIDR, AddressOrigin.MIRRORED);
        rig.taken();
        assertTrue(rig.arpFrom(OTHER_MAC, A));
        assertEquals(List.of(), rig.taken());
        assertEquals(1, rig.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void arpAllocatesNothing() {
        AddressRig rig = new AddressRig();
        rig.up();
        rig.add(CIDR);
        rig.run(10 * SECOND);
        rig.arpFrom(OTHER_MAC, A);
        int ours = Ipv4Address.parse(A);
        int other = Ipv4Address.parse("10.0.0.6");
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        10_000,
                        1000,
                        () -> {
                            rig.table.arpSeen(
                                    ETH, OTHER_MAC, other, ours, false, OWN_MAC, rig.nowNs);
                            rig.table.arpSeen(
                                    ETH, OTHER_MAC, ours, other, false, OWN_MAC, rig.nowNs);
                            rig.table.arpSeen(ETH, OTHER_MAC, 0, ours, true, OWN_MAC, rig.nowNs);
                        }));
    }
}
