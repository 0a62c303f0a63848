package onload.jdk.net;

import onload.jdk.Ground;
import onload.jdk.World;

import java.util.EnumMap;
import java.util.Map;

/** A world for each ground, for all tests of a class: addresses of IPv6 take a second. */
final class Worlds implements AutoCloseable {
    private final Map<Ground, World> worlds = new EnumMap<>(Ground.class);

    World of(Ground ground) {
        return worlds.computeIfAbsent(ground, World::new);
    }

    @Override
    public void close() {
        worlds.values().forEach(World::close);
        worlds.clear();
    }
}
