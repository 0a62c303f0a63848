package onload.programs;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lettuce, which is Netty: ADDRESS PORT of a Redis server. */
public final class LettuceProgram {
    private static final int COUNT = 2000;

    private LettuceProgram() {}

    public static void main(String[] arguments) throws Exception {
        RedisURI uri = RedisURI.create(arguments[0], Integer.parseInt(arguments[1]));
        uri.setTimeout(Duration.ofSeconds(20));
        try (RedisClient client = RedisClient.create(uri)) {
            store(client);
            storeMuch(client);
            subscribe(client);
        }
        Say.done();
    }

    private static void store(RedisClient client) throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            List<RedisFuture<Long>> counted = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                counted.add(connection.async().incr("lettuce"));
            }
            for (int i = 0; i < COUNT; i++) {
                Say.check(counted.get(i).get(20, TimeUnit.SECONDS) == i + 1, "counted in order");
            }
        }
    }

    private static void storeMuch(RedisClient client) {
        byte[] big = Pages.bytes(3_000_000);
        byte[] key = {2};
        try (StatefulRedisConnection<byte[], byte[]> connection =
                client.connect(ByteArrayCodec.INSTANCE)) {
            connection.sync().set(key, big);
            Say.check(Arrays.equals(big, connection.sync().get(key)), "three megabytes come back");
        }
    }

    private static void subscribe(RedisClient client) throws InterruptedException {
        CountDownLatch messages = new CountDownLatch(100);
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
                StatefulRedisConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(
                    new RedisPubSubAdapter<String, String>() {
                        @Override
                        public void message(String channel, String message) {
                            messages.countDown();
                        }
                    });
            subscriber.sync().subscribe("news");
            for (int i = 0; i < 100; i++) {
                publisher.sync().publish("news", "message " + i);
            }
            Say.check(messages.await(20, TimeUnit.SECONDS), "all that is published comes");
        }
    }
}
