package onload.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.function.Executable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The packet pools of a test, which ends with every buffer home or fails:
 *
 * <pre>
 * &#64;RegisterExtension
 * final PacketPools pools = new PacketPools();
 * </pre>
 *
 * <p>Pools that it opens keep account of their buffers, so that a failure names the place where a lost one was
 * allocated. After a test that failed by itself they are closed without the question.
 */
public final class PacketPools implements AfterEachCallback {
    private final List<PacketPool> pools = new ArrayList<>();

    /** Makes the extension, to be registered with a field. */
    public PacketPools() {}

    /**
     * {@return a pool with accounting, on ordinary pages}
     *
     * @param buffers number of its buffers
     */
    public PacketPool open(int buffers) {
        return open(PoolOptions.of(buffers).withHugePages(HugePages.NEVER).withAccounting(true));
    }

    /** {@return a pool as the options say} */
    public PacketPool open(PoolOptions options) {
        PacketPool pool = PacketPool.open(options);
        pools.add(pool);
        return pool;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            if (context.getExecutionException().isEmpty()) {
                assertAll(pools.stream().flatMap(PacketPools::questions));
            }
        } finally {
            pools.forEach(PacketPool::close);
            pools.clear();
        }
    }

    private static Stream<Executable> questions(PacketPool pool) {
        return Stream.of(
                () -> assertEquals("", pool.outstanding()),
                () -> assertEquals(0, pool.badReleases(), "buffers were released twice"));
    }
}
