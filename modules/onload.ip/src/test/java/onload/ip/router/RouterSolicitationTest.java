package onload.ip.router;

import static onload.ip.router.RouterRig.ETH;
import static onload.ip.router.RouterRig.HOUR;
import static onload.ip.router.RouterRig.MAC;
import static onload.ip.router.RouterRig.MTU;
import static onload.ip.router.RouterRig.SECOND;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.address.AddressOrigin;
import onload.ip.address.ChosenRandom;
import onload.ip.counter.IpCounter;
import onload.testkit.base.Property;
import onload.wire.CidrAddress;
import onload.wire.MacAddress;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SplittableRandom;

/** RFC 4861, section 6.3.7, with the intervals of RFC 7559; and the link-local address. */
class RouterSolicitationTest {
    private final RouterRig rig = new RouterRig(RouterOptions.DEFAULT);

    @Test
    void theFirstSolicitationIsDelayedAtRandomByASecondAtMost() {
        RouterRig late = new RouterRig(RouterOptions.DEFAULT, ChosenRandom.most(), 0);
        late.up();
        late.run(SECOND - 1);
        assertEquals(List.of(), late.taken("solicit"));
        late.run(1);
        assertEquals(List.of("solicit @1000"), late.taken("solicit"));
    }

    @Test
    void solicitationsGoOnAtIntervalsThatDoubleUntilARouterAnswers() {
        RouterRig late = new RouterRig(RouterOptions.DEFAULT, ChosenRandom.most(), 0);
        late.up();
        late.run(60 * SECOND);
        assertEquals(
                List.of("solicit @1000", "solicit @5400", "solicit @14640", "solicit @34044"),
                late.taken("solicit"));
        assertEquals(4, late.count(IpCounter.NDP_ROUTER_SOLICITATIONS_SENT));
    }

    @Test
    void theIntervalStaysAtAnHour() {
        Property.forAll(
                50,
                random -> {
                    RouterRig any =
                            new RouterRig(
                                    RouterOptions.DEFAULT,
                                    new SplittableRandom(random.seed()),
                                    random.anyLong() >> 1);
                    any.up();
                    any.run(24 * HOUR);
                    List<Long> at =
                            any.taken("solicit").stream()
                                    .map(e -> Long.valueOf(e.substring(e.indexOf('@') + 1)))
                                    .toList();
                    assertTrue(at.size() >= 28 && at.size() <= 40, () -> at.toString());
                    long last = at.get(at.size() - 1) - at.get(at.size() - 2);
                    assertTrue(last >= 3_239_000 && last <= 3_961_000, () -> at.toString());
                    long first = at.get(1) - at.get(0);
                    assertTrue(first >= 3599 && first <= 4401, () -> at.toString());
                });
    }

    @Test
    void solicitationsEndAtTheirLimitIfThereIsOne() {
        RouterRig three = new RouterRig(RouterOptions.DEFAULT.withMaximumSolicitations(3));
        three.up();
        three.run(10 * HOUR);
        assertEquals(3, three.taken("solicit").size());
        assertEquals(Long.MAX_VALUE, three.nextDeadlineNs());
    }

    @Test
    void solicitationsEndWhenARouterAnswers() {
        rig.up();
        rig.run(SECOND);
        rig.taken();
        rig.receive(Advertisement.lifetime(1800));
        rig.run(1000 * SECOND);
        assertEquals(List.of(), rig.taken("solicit"));
    }

    @Test
    void oneSolicitationIsSentThoughARouterSpokeBefore() {
        RouterRig late = new RouterRig(RouterOptions.DEFAULT, ChosenRandom.most(), 0);
        late.up();
        late.receive(Advertisement.lifetime(9000));
        late.run(1000 * SECOND);
        assertEquals(List.of("solicit @1000"), late.taken("solicit"));
    }

    @Test
    void anAdvertisementOfWhoIsNoDefaultRouterIsNoAnswer() {
        rig.up();
        rig.run(SECOND);
        rig.taken();
        rig.receive(Advertisement.lifetime(0));
        rig.run(10 * SECOND);
        assertTrue(rig.taken("solicit").size() > 0);
    }

    @Test
    void anInterfaceThatGoesDownIsNotAskedOn() {
        rig.up();
        rig.down();
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.taken("solicit"));
    }

    @Test
    void anInterfaceThatComesUpAgainIsAskedOnAgain() {
        rig.up();
        rig.run(SECOND);
        rig.receive(Advertisement.lifetime(1800));
        rig.down();
        rig.taken();
        rig.up();
        rig.run(SECOND);
        assertEquals(1, rig.taken("solicit").size());
    }

    @Test
    void anInterfaceThatDoesNotListenIsNotAskedOn() {
        RouterRig deaf = new RouterRig(RouterOptions.DEFAULT.with(false, false, false, false));
        deaf.up();
        deaf.run(100 * SECOND);
        assertEquals(List.of(), deaf.taken("solicit"));
        assertNotNull(deaf.address("fe80::ff:fe00:1"));
    }

    @Test
    void eachInterfaceHasItsSwitches() {
        rig.addresses.interfaceUp(2, rig.nowNs);
        rig.discovery.interfaceUp(2, MAC, MTU, false, false, rig.nowNs);
        rig.run(100 * SECOND);
        assertEquals(List.of(), rig.taken("solicit"));
    }

    @Test
    void anInterfaceThatComesUpHasTheLinkLocalAddressOfItsEthernetAddress() {
        rig.up();
        rig.run(SECOND);
        assertEquals(AddressOrigin.LINK_LOCAL, rig.present("fe80::ff:fe00:1").origin());
        assertTrue(rig.present("fe80::ff:fe00:1").state().isUsable());
    }

    @Test
    void anotherEthernetAddressMakesOtherAddresses() {
        rig.up();
        rig.run(SECOND);
        rig.receive(
                Advertisement.lifetime(1800)
                        .prefix("2001:db8::/64", Advertisement.AUTONOMOUS, 9000, 9000));
        rig.addresses.add(
                ETH, CidrAddress.parse("2001:db8::7/64"), AddressOrigin.MANUAL, rig.nowNs);
        assertNotNull(rig.address("2001:db8::ff:fe00:1"));
        rig.down();
        rig.addresses.interfaceUp(ETH, rig.nowNs);
        rig.discovery.interfaceUp(ETH, MacAddress.parse("02:00:00:00:00:09"), MTU, rig.nowNs);
        assertNull(rig.address("2001:db8::ff:fe00:1"));
        assertNull(rig.address("fe80::ff:fe00:1"));
        assertNotNull(rig.address("fe80::ff:fe00:9"));
        assertNotNull(rig.address("2001:db8::7"));
    }

    @Test
    void aFullAddressTableDoesNotStopAnInterface() {
        for (int i = 0; i < 256; i++) {
            rig.addresses.add(
                    ETH,
                    CidrAddress.parse("2001:db8::" + Integer.toHexString(i + 1) + "/64"),
                    AddressOrigin.MIRRORED,
                    rig.nowNs);
        }
        rig.up();
        rig.run(SECOND);
        assertEquals(1, rig.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED));
        assertTrue(rig.taken("solicit").size() > 0);
    }
}
