package onload.programs;

import static onload.programs.Ground.START;
import static onload.programs.Ground.THERE;

import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;
import onload.testkit.linux.Program;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

/** Clients of Redis, and its server. */
@Tag("long")
@Timeout(180)
class RedisTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "JedisProgram, kernel",
        "JedisProgram, tap",
        "JedisProgram, afxdp",
        "LettuceProgram, kernel",
        "LettuceProgram, tap",
        "LettuceProgram, afxdp"
    })
    void redisKeepsWhatItIsGiven(String client, String kind) {
        Requirement.command("redis-server", "install the package redis-server");
        try (Ground ground = Ground.of(kind);
                Program redis = redis(ground)) {
            String said = ground.start(client, THERE, "6379").awaitSuccess(START);
            assertTrue(said.contains("done"), said);
            assertTrue(redis.isAlive(), redis::output);
        }
    }

    private Program redis(Ground ground) {
        Program redis =
                ground.far.start(
                        "redis-server",
                        "--bind",
                        THERE,
                        "--port",
                        "6379",
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--protected-mode",
                        "no",
                        "--dir",
                        folder.toString());
        redis.awaitOutput("Ready to accept connections", 20);
        return redis;
    }
}
