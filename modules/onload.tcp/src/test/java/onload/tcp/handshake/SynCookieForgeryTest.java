package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** What somebody can do who does not see cookies, or keeps them. */
class SynCookieForgeryTest {
    private static final long STEP_NS = 1L << 36;
    private static final long[] TUPLE = {1, 2, 3, 4};
    private static final int PORTS = 80 << 16 | 40000;
    private static final int PEER_ISS = 0x12345678;

    private final SynCookies cookies = new SynCookies(new SplittableRandom(1));
    private int kept;

    private int make(long[] tuple, int ports, int peerIss, long nowNs) {
        return cookies.make(tuple[0], tuple[1], tuple[2], tuple[3], ports, peerIss, 1460, nowNs);
    }

    private int check(long[] tuple, int ports, int peerIss, int cookie, long nowNs) {
        return cookies.check(tuple[0], tuple[1], tuple[2], tuple[3], ports, peerIss, cookie, nowNs);
    }

    private int check(int cookie, long nowNs) {
        return check(TUPLE, PORTS, PEER_ISS, cookie, nowNs);
    }

    @Test
    void oneHashOfAllIsGoodForATimeAndASize() {
        int cookie = make(TUPLE, PORTS, PEER_ISS, 0);
        int good = 0;
        for (int hash = 0; hash < 1 << 24; hash++) {
            good += check((cookie & 0xFF000000) | hash, 0) >= 0 ? 1 : 0;
        }
        assertEquals(1, good);
    }

    @Test
    void twoTimesAndEightSizesOfAllAreNotTooOld() {
        int young = 0;
        for (int head = 0; head < 256; head++) {
            young += check(head << 24, 0) == SynCookies.EXPIRED ? 0 : 1;
        }
        assertEquals(2 * 8, young);
    }

    @Test
    void timeAndSizeThatAreGoodNowCannotBeChosenByWhoHasNotSeenACookie() {
        // Time and size as they are, not masked: these would be young for all peers.
        int young = 0;
        for (int port = 0; port < 4096; port++) {
            young += check(TUPLE, port, PEER_ISS, 6 << 24, 0) == SynCookies.EXPIRED ? 0 : 1;
        }
        int found = young;
        assertTrue(found > 4096 / 16 / 2 && found < 4096 / 16 * 2, () -> "young: " + found);
    }

    @Test
    void cookieSaysNothingOfTheCookieOfAnotherPort() {
        boolean[] heads = new boolean[256];
        for (int port = 0; port < 4096; port++) {
            heads[make(TUPLE, port, PEER_ISS, 0) >>> 24] = true;
        }
        for (int head = 0; head < 256; head++) {
            assertTrue(heads[head], "upper byte that never comes: " + head);
        }
    }

    @Test
    void noBitOfAddressesCanBeAnother() {
        int cookie = make(TUPLE, PORTS, PEER_ISS, 0);
        for (int part = 0; part < TUPLE.length; part++) {
            for (int bit = 0; bit < 64; bit++) {
                long[] other = TUPLE.clone();
                other[part] ^= 1L << bit;
                assertTrue(check(other, PORTS, PEER_ISS, cookie, 0) < 0, part + ", bit " + bit);
            }
        }
    }

    @Test
    void noBitOfPortsAndPeersSequenceNumberCanBeAnother() {
        int cookie = make(TUPLE, PORTS, PEER_ISS, 0);
        for (int bit = 0; bit < 32; bit++) {
            assertTrue(check(TUPLE, PORTS ^ 1 << bit, PEER_ISS, cookie, 0) < 0, "ports " + bit);
            assertTrue(check(TUPLE, PORTS, PEER_ISS ^ 1 << bit, cookie, 0) < 0, "ISS " + bit);
        }
    }

    @Test
    void cookieIsGoodForAMinuteAtLeastAndNeverForLongerThanTwoSteps() {
        Property.forAll(
                1000,
                random -> {
                    // Far from where the time wraps.
                    long madeNs = random.anyLong() >> 1;
                    int cookie = make(TUPLE, PORTS, PEER_ISS, madeNs);
                    assertEquals(1460, check(cookie, madeNs));
                    assertEquals(1460, check(cookie, madeNs + 60_000_000_000L));
                    long later = madeNs + random.between(2, 31) * STEP_NS;
                    assertEquals(SynCookies.EXPIRED, check(cookie, later));
                });
    }

    @Test
    void keptCookieIsNotGoodAtAnyLaterTurnOfTheTimeField() {
        int cookie = make(TUPLE, PORTS, PEER_ISS, 0);
        for (int turn = 1; turn < 10_000; turn++) {
            assertTrue(check(cookie, turn * 32L * STEP_NS) < 0, "turn " + turn);
        }
    }

    @Test
    void nothingIsAllocated() {
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            int cookie = make(TUPLE, PORTS, PEER_ISS, 0);
                            kept += check(cookie, STEP_NS);
                        });
        assertEquals(0, bytes);
        assertTrue(kept != 0);
    }
}
