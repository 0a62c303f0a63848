package onload.testkit.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.nic.emulated.LinkSettings;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

/**
 * Hosts on links that lose, reorder, duplicate, corrupt and delay: they find each other, nothing that arrives damaged
 * is taken for whole, and no buffer is lost. Each case is a network of its own; -Donload.scale=100 runs many more.
 */
class ImpairedLinkTest {
    private static final long SECOND_NS = 1_000_000_000L;

    /**
     * A second each. ARP has no checksum: a reply with one flipped bit in the sender's address is believed for some
     * 40 s, until unicast probes stay unanswered. At the worst corruption here one reply in ten is such a one, and
     * three in a row were seen; this leaves time for fifteen.
     */
    private static final int MAX_ATTEMPTS = 600;

    private static LinkSettings.Builder anyDelay(Randomness random) {
        return LinkSettings.builder()
                .delayNs(random.between(0, 20_000_000))
                .jitterNs(random.between(0, 20_000_000))
                .keepsOrder(random.flip());
    }

    private static void check(Randomness random, LinkSettings settings, int longest) {
        try (IpNetwork network = new IpNetwork(random.anyLong())) {
            IpHost one = network.addHost();
            IpHost other = network.addHost();
            network.connect(one.nic(), other.nic(), settings);
            one.up().address("192.0.2.1/24").address("2001:db8::1/64");
            other.up().address("192.0.2.2/24").address("2001:db8::2/64");
            network.run(5 * SECOND_NS);
            reach(random, one, "192.0.2.2", other, longest);
            reach(random, other, "192.0.2.1", one, longest);
            reach(random, one, "2001:db8::2", other, longest);
            reach(random, other, "2001:db8::1", one, longest);
            // What waits for the rest of its fragments is given up.
            network.run(130 * SECOND_NS);
        }
    }

    private static void reach(
            Randomness random, IpHost from, String to, IpHost other, int longest) {
        try (Ping ping = from.ping(to)) {
            int bytes = random.between(0, longest);
            assertTrue(
                    ping.reachesWithin(bytes, MAX_ATTEMPTS),
                    () ->
                            "%s with %d bytes of %s\n%s\n%s"
                                    .formatted(
                                            to,
                                            bytes,
                                            ping.destination(),
                                            from.ip().counters(),
                                            other.ip().counters()));
            assertEquals(0, ping.damaged());
        }
    }

    @Test
    void lossOnlyTakesLonger() {
        Property.forAll(
                100,
                random -> {
                    double loss = random.between(1, 40) / 100.0;
                    check(random, anyDelay(random).loss(loss).build(), 1400);
                });
    }

    @Test
    void longDatagramsGetThroughSomeLoss() {
        Property.forAll(50, random -> check(random, anyDelay(random).loss(0.05).build(), 20_000));
    }

    @Test
    void theOrderOfFramesIsOfNoImportance() {
        Property.forAll(
                50,
                random -> {
                    double reorder = random.between(1, 100) / 100.0;
                    long byNs = random.between(1, 300_000_000);
                    check(random, anyDelay(random).reorder(reorder, byNs).build(), 65_507);
                });
    }

    @Test
    void duplicatesAreOfNoImportance() {
        Property.forAll(
                50,
                random -> {
                    double duplicate = random.between(1, 100) / 100.0;
                    check(random, anyDelay(random).duplicate(duplicate).build(), 65_507);
                });
    }

    @Test
    void whatIsCorruptedIsNeverTakenForWhole() {
        Property.forAll(
                100,
                random -> {
                    double corrupt = random.between(1, 50) / 100.0;
                    // In one frame: two bits in two fragments may make up for each other in the
                    // sum.
                    check(random, anyDelay(random).corrupt(corrupt).build(), 1400);
                });
    }

    @Test
    void allOfItTogetherOnlyTakesLonger() {
        Property.forAll(
                100,
                random ->
                        check(
                                random,
                                anyDelay(random)
                                        .loss(random.between(0, 15) / 100.0)
                                        .reorder(random.between(0, 50) / 100.0, 50_000_000)
                                        .duplicate(random.between(0, 50) / 100.0)
                                        .corrupt(random.between(0, 15) / 100.0)
                                        .bitsPerSecond(random.between(1, 100) * 1_000_000L)
                                        .build(),
                                1400));
    }

    @Test
    void everySecondPingOfAHundredComesBackOverALinkThatLosesAThirdEachWay() {
        try (IpNetwork network = new IpNetwork(1)) {
            IpHost one = network.addHost();
            IpHost other = network.addHost();
            network.connect(one.nic(), other.nic(), LinkSettings.builder().loss(0.3).build());
            one.up().address("192.0.2.1/24");
            other.up().address("192.0.2.2/24");
            Ping ping = one.ping("192.0.2.2");
            for (int i = 0; i < 100; i++) {
                ping.send(56);
                network.run(SECOND_NS);
            }
            // 0.49 of those that were sent once the neighbour was known.
            assertTrue(
                    ping.replies() > 30 && ping.replies() < 70, () -> ping.replies() + " replies");
            assertTrue(one.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT) > 0);
        }
    }
}
