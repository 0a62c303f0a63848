package onload.programs;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

import java.util.Arrays;

/** Jedis, which is java.net.Socket: ADDRESS PORT of a Redis server. */
public final class JedisProgram {
    private static final int COUNT = 2000;

    private JedisProgram() {}

    public static void main(String[] arguments) {
        byte[] big = Pages.bytes(3_000_000);
        try (Jedis jedis = new Jedis(arguments[0], Integer.parseInt(arguments[1]), 20_000)) {
            Say.check("PONG".equals(jedis.ping()), "a PONG comes");
            for (int i = 0; i < COUNT; i++) {
                jedis.set("key" + i, "value" + i);
                Say.check(("value" + i).equals(jedis.get("key" + i)), "the value of key" + i);
            }
            Pipeline pipeline = jedis.pipelined();
            for (int i = 0; i < COUNT; i++) {
                pipeline.incr("counter");
            }
            pipeline.sync();
            Say.check(String.valueOf(COUNT).equals(jedis.get("counter")), "all were counted");
            byte[] key = {1};
            jedis.set(key, big);
            Say.check(Arrays.equals(big, jedis.get(key)), "three megabytes come back");
        }
        Say.done();
    }
}
