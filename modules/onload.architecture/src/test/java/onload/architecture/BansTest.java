package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;

import onload.architecture.Bans.Exemption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;

class BansTest {
    @TempDir Path folder;

    @Test
    void noClassUsesWhatItsRoomMayNot() {
        assertEquals(List.of(), Bans.violations(House.classes(), Bans.EXEMPT));
    }

    @Test
    void everyExemptionIsNeeded() {
        assertEquals(List.of(), Bans.idle(House.classes(), Bans.EXEMPT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    onload.tcp  | System.nanoTime()                             | nowNs
                    onload.wire | System.currentTimeMillis()                    | nowNs
                    onload.udp  | java.time.Instant.now()                       | nowNs
                    onload.nic  | new java.util.Date()                          | nowNs
                    onload.ip   | org.agrona.concurrent.SystemNanoClock.INSTANCE | nowNs
                    onload.tcp  | Thread.currentThread()                        | stack lock
                    onload.nic.tap | (Runnable) Thread::onSpinWait              | stack lock
                    onload.nic  | java.util.concurrent.Executors.newCachedThreadPool() | stack lock
                    onload.ip   | new java.util.concurrent.locks.ReentrantLock() | stack lock
                    onload.tcp  | new java.util.Random(1)                       | source or a seed
                    onload.tcp  | new java.util.SplittableRandom()              | source or a seed
                    onload.ip   | java.util.concurrent.ThreadLocalRandom.current() | source or a seed
                    onload.ip   | java.util.random.RandomGenerator.of("Random") | source or a seed
                    onload.ip   | Math.random()                                 | source or a seed
                    onload.linux | org.slf4j.LoggerFactory.getLogger("x")       | counted
                    onload.udp  | System.getLogger("x")                         | counted
                    onload.jdk  | java.util.logging.Logger.getGlobal()          | slf4j
                    onload.jdk  | System.out                                    | print
                    onload.testkit | System.err                                 | print
                    onload.sockets | java.lang.foreign.Arena.global()           | onload.linux only
                    onload.wire | (Object) java.lang.foreign.MemorySegment[].class | onload.linux only
                    onload.sockets | sun.misc.Signal.class                      | Agrona
                    onload.sockets | org.junit.jupiter.api.Test.class           | test-kit
                    """)
    void whatIsForbiddenInARoomIsSeen(String room, String expression, String why) {
        List<String> violations = Bans.violations(user(room, expression), List.of());
        assertTrue(
                !violations.isEmpty()
                        && violations.stream().allMatch(violation -> violation.contains(why)),
                () -> expression + " gives " + violations);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    onload.sockets | System.nanoTime()
                    onload.sockets | Thread.currentThread()
                    onload.tcp     | new java.util.SplittableRandom(7)
                    onload.tcp     | ((java.util.random.RandomGenerator) null).nextInt()
                    onload.nic     | org.agrona.concurrent.Agent.class
                    onload.nic     | ((org.agrona.concurrent.NanoClock) null).nanoTime()
                    onload.nic     | java.util.concurrent.TimeUnit.SECONDS
                    onload.cli     | System.out
                    onload.linux   | java.lang.foreign.Arena.global()
                    onload.testkit | org.junit.jupiter.api.Test.class
                    """)
    void whatIsAllowedInARoomIsLetBe(String room, String expression) {
        assertEquals(List.of(), Bans.violations(user(room, expression), List.of()));
    }

    @Test
    void anExemptionCoversItsClassAndThoseNestedInItForOneBan() {
        JavaClasses classes =
                new Fixture(folder)
                        .source(
                                "onload.nic.Clock",
                                """
                                package onload.nic;
                                class Clock {
                                    static class Real { long now() { return System.nanoTime(); } }
                                    void nap() { Thread.yield(); }
                                }
                                """)
                        .source(
                                "onload.nic.Clocks",
                                "package onload.nic; class Clocks { long x = System.nanoTime(); }")
                        .classes();
        List<String> violations =
                Bans.violations(
                        classes,
                        List.of(new Exemption("onload.nic.Clock", "clock", "it is the clock")));
        assertEquals(2, violations.size(), violations::toString);
        assertTrue(
                violations.stream()
                        .anyMatch(text -> text.contains("Clock may not use [java.lang.Thread")));
        assertTrue(violations.stream().anyMatch(text -> text.contains("Clocks may not use")));
    }

    @Test
    void anExemptionThatIsNotNeededIsSeen() {
        Exemption idle = new Exemption("onload.tcp.User", "threads", "it had one once");
        Exemption gone = new Exemption("onload.tcp.Gone", "clock", "it was there once");
        Exemption elsewhere = new Exemption("onload.udp.User", "clock", "it is not built yet");
        Exemption needed = new Exemption("onload.tcp.User", "clock", "it reads one");
        assertEquals(
                List.of(idle, gone),
                Bans.idle(
                        user("onload.tcp", "System.nanoTime()"),
                        List.of(idle, needed, gone, elsewhere)));
    }

    private JavaClasses user(String room, String expression) {
        return new Fixture(folder)
                .source(
                        room + ".User",
                        "package %s; class User { Object use() { return %s; } }"
                                .formatted(room, expression))
                .classes();
    }
}
