package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class SocketTableTest {
    private final UdpScene scene = new UdpScene();
    private long lastId;

    private record Key(long local, int port, long remote, int remotePort) {}

    @AfterEach
    void everyBufferIsHome() {
        scene.close();
    }

    private UdpSocket socket(Key key) {
        UdpSocket socket = new UdpSocket(scene.one, ++lastId, 1);
        socket.keyHigh = key.local >>> 7;
        socket.keyLow = key.local;
        socket.localPort = key.port;
        socket.remoteHigh = key.remote >>> 7;
        socket.remoteLow = key.remote;
        socket.remotePort = key.remotePort;
        return socket;
    }

    private static @Nullable UdpSocket find(SocketTable table, Key key) {
        return table.find(
                key.local >>> 7, key.local, key.port, key.remote >>> 7, key.remote, key.remotePort);
    }

    /** Few keys, so that sockets are alike, or many, so that the table grows. */
    private static Key key(Randomness random, int range) {
        return new Key(
                random.between(0, range),
                random.between(1, 3),
                random.between(0, range),
                random.between(0, 3));
    }

    @Test
    void findsWhatAModelFindsWhateverIsAddedAndRemoved() {
        Property.forAll(40, this::compare);
    }

    private void compare(Randomness random) {
        SocketTable table = new SocketTable(random.anyLong());
        Map<Key, Deque<UdpSocket>> model = new HashMap<>();
        List<Key> inTable = new ArrayList<>();
        int range = random.oneOf(1, 4, 1000);
        double share = random.oneOf(0.5, 0.8);
        for (int step = 0; step < 600; step++) {
            if (inTable.isEmpty() || random.chance(share)) {
                Key key = key(random, range);
                UdpSocket added = socket(key);
                table.add(added);
                model.computeIfAbsent(key, k -> new ArrayDeque<>()).addFirst(added);
                inTable.add(key);
            } else {
                Key key = inTable.remove(random.between(0, inTable.size() - 1));
                removeOne(table, model, key, random);
            }
        }
        model.forEach((key, sockets) -> assertAlike(find(table, key), sockets));
        for (int i = 0; i < 200; i++) {
            Key key = key(random, range * 2);
            Deque<UdpSocket> expected = model.getOrDefault(key, new ArrayDeque<>());
            assertAlike(find(table, key), expected);
        }
        while (!inTable.isEmpty()) {
            removeOne(table, model, inTable.removeLast(), random);
        }
        model.forEach((key, sockets) -> assertAlike(find(table, key), sockets));
    }

    private static void removeOne(
            SocketTable table, Map<Key, Deque<UdpSocket>> model, Key key, Randomness random) {
        List<UdpSocket> alike = new ArrayList<>(model.get(key));
        UdpSocket removed = alike.remove(random.between(0, alike.size() - 1));
        table.remove(removed);
        assertEquals(null, removed.nextAlike);
        model.put(key, new ArrayDeque<>(alike));
    }

    /** The newest is the first. */
    private static void assertAlike(@Nullable UdpSocket found, Deque<UdpSocket> expected) {
        UdpSocket each = found;
        for (UdpSocket one : expected) {
            assertSame(one, each);
            each = one.nextAlike;
        }
        assertEquals(null, each);
    }
}
