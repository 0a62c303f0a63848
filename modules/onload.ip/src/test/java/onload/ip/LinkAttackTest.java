package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;

/** Ethernet frames that hop between VLANs, come from groups, or are cut. */
class LinkAttackTest {
    private static final int CUSTOMER_TAG = 0x8100;
    private static final int SERVICE_TAG = 0x88A8;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
    }

    @AfterEach
    void close() {
        scene.assertServes();
        scene.close();
    }

    private static byte[] datagram() {
        return Forge.udp(Forge.PEER4, Forge.OWN4, 30);
    }

    @Test
    void framesOfVlansThatAreNotHereAreDropped() {
        for (int tag : new int[] {1, 99, 101, 4094, 4095, 0xF001, 0x1FFF}) {
            scene.assertDropped(
                    IpCounter.FRAME_DROPPED_UNKNOWN_VLAN,
                    Forge.tagged(datagram(), CUSTOMER_TAG, tag),
                    "tag " + tag);
        }
    }

    @Test
    void framesWithTwoTagsAreNobodys() {
        for (int inner : new int[] {0, 1, LayerScene.VLAN}) {
            for (int outer : new int[] {0, 1, LayerScene.VLAN}) {
                byte[] once = Forge.tagged(datagram(), CUSTOMER_TAG, inner);
                scene.assertDropped(
                        IpCounter.FRAME_DROPPED_UNKNOWN_VLAN,
                        Forge.tagged(once, CUSTOMER_TAG, outer));
                scene.assertDropped(
                        IpCounter.FRAME_DROPPED_UNKNOWN_VLAN,
                        Forge.tagged(once, SERVICE_TAG, outer));
            }
        }
    }

    @Test
    void aServiceTagAloneIsNobodys() {
        scene.assertDropped(
                IpCounter.FRAME_DROPPED_UNKNOWN_VLAN,
                Forge.tagged(datagram(), SERVICE_TAG, LayerScene.VLAN));
        scene.assertDropped(
                IpCounter.FRAME_DROPPED_UNKNOWN_VLAN, Forge.tagged(datagram(), SERVICE_TAG, 0));
    }

    @Test
    void aTagThatSaysAPriorityOnlyIsTakenAsNone() {
        for (int tag : new int[] {0, 0x1000, 0xE000, 0xF000}) {
            long before = scene.udp.taken();
            scene.receive(Forge.tagged(datagram(), CUSTOMER_TAG, tag));
            assertEquals(before + 1, scene.udp.taken());
        }
    }

    @Test
    void moreTagsThanFitAreMalformedOrNobodys() {
        byte[] frame = datagram();
        for (int tags = 1; tags < 200; tags++) {
            frame = Forge.tagged(frame, CUSTOMER_TAG, 0);
            if (tags > 1) {
                long before = scene.udp.received();
                scene.receive(frame);
                assertEquals(before, scene.udp.received());
            }
        }
        scene.assertBooksAreRight();
    }

    @Test
    void framesFromGroupsAreDropped() {
        for (String from :
                new String[] {Forge.BROADCAST_MAC, "01:00:5e:00:00:01", "03:00:00:00:00:01"}) {
            scene.assertDropped(
                    IpCounter.FRAME_DROPPED_GROUP_SOURCE,
                    Forge.between(from, Forge.OWN_MAC, datagram()));
        }
    }

    @Test
    void framesForOthersAreDropped() {
        for (String to : new String[] {"02:00:00:00:00:03", "00:00:00:00:00:00"}) {
            scene.assertDropped(
                    IpCounter.FRAME_DROPPED_OTHER_STATION,
                    Forge.between(Forge.PEER_MAC, to, datagram()));
        }
    }

    @Test
    void framesCutWithinTheirHeaderAreMalformed() {
        byte[] tagged = Forge.tagged(datagram(), CUSTOMER_TAG, LayerScene.VLAN);
        byte[] twice = Forge.tagged(tagged, CUSTOMER_TAG, LayerScene.VLAN);
        for (int length = 0; length < 22; length++) {
            scene.receive(Arrays.copyOf(datagram(), length));
            scene.receive(Arrays.copyOf(tagged, length));
            scene.receive(Arrays.copyOf(twice, length));
        }
        assertEquals(14 + 18 + 22, scene.count(IpCounter.FRAME_DROPPED_MALFORMED));
        scene.assertBooksAreRight();
    }

    @Test
    void everyTypeOfFrameIsDealtWith() {
        for (int type = 0; type < 65_536; type += 37) {
            byte[] frame = datagram();
            frame[12] = (byte) (type >> 8);
            frame[13] = (byte) type;
            scene.receive(frame);
        }
        scene.assertBooksAreRight();
    }

    @Test
    void aHostOfOneVlanDoesNotSpeakForAnother() {
        byte[] claim =
                Forge.arp(1, Forge.PEER_MAC, "198.51.100.9", "00:00:00:00:00:00", "198.51.100.2");
        int before = scene.ip.neighbors().size();
        scene.receive(claim);
        assertEquals(before, scene.ip.neighbors().size());
        scene.receive(Forge.tagged(claim, CUSTOMER_TAG, LayerScene.VLAN));
        assertEquals(before + 1, scene.ip.neighbors().size());
    }
}
