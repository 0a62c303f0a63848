package onload.ip;

import onload.testkit.PacketPools;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServiceAttackTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    // Made by each test.
    @SuppressWarnings("NullAway.Init")
    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void thereIsServiceWithoutAnAttack() {
        scene.assertServes();
        scene.run(100 * LayerScene.SECOND_NS);
        scene.assertServes();
    }
}
