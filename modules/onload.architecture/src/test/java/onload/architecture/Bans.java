package onload.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What classes of the house may not use, where, and who is exempt. */
final class Bans {
    /**
     * Something that may not be used.
     *
     * @param name what exemptions call it
     * @param uses names of types, {@code type.method(parameter types)} and {@code type.field}
     * @param rooms the modules that may not
     * @param why the reason
     */
    record Ban(String name, Pattern uses, Predicate<String> rooms, String why) {}

    /**
     * A class that may do what its room may not.
     *
     * @param className the class; those nested in it are exempt with it
     * @param ban name of the ban
     * @param why the reason
     */
    record Exemption(String className, String ban, String why) {
        boolean covers(JavaClass user, Ban banned) {
            return ban.equals(banned.name()) && isOrIsIn(user.getName());
        }

        String room() {
            return Arrows.moduleOf(className).orElseThrow();
        }

        private boolean isOrIsIn(String name) {
            return name.equals(className) || name.startsWith(className + "$");
        }
    }

    /** Below onload.sockets, where time and randomness come in as parameters and one thread has the stack. */
    private static final Set<String> BELOW_SOCKETS =
            Set.of(
                    "onload.wire",
                    "onload.linux",
                    "onload.nic",
                    "onload.nic.emulated",
                    "onload.nic.tap",
                    "onload.nic.afxdp",
                    "onload.nic.efvi",
                    "onload.ip",
                    "onload.udp",
                    "onload.tcp");

    static final List<Ban> ALL =
            List.of(
                    new Ban(
                            "clock",
                            anyOf(
                                    "java\\.lang\\.System\\.(nanoTime|currentTimeMillis)\\(.*",
                                    "java\\.time\\.(Clock|InstantSource)(\\..*)?",
                                    "java\\.time\\..*\\.now\\(.*",
                                    "java\\.util\\.Date\\.<init>\\(\\)",
                                    "org\\.agrona\\.concurrent\\.(System|HighRes|Offset).*Clock(\\..*)?"),
                            BELOW_SOCKETS::contains,
                            "the time comes in as nowNs"),
                    new Ban(
                            "threads",
                            anyOf(
                                    "java\\.lang\\.Thread(Local)?(\\$.*|\\..*)?",
                                    "java\\.lang\\.Object\\.(wait|notify|notifyAll)\\(.*",
                                    "java\\.util\\.Timer(Task)?(\\..*)?",
                                    "java\\.util\\.concurrent\\.(Executor|Thread(Pool|Factory)).*",
                                    "java\\.util\\.concurrent\\.(Scheduled|ForkJoin).*",
                                    "java\\.util\\.concurrent\\.(Future|Completable|Structured|Flow|Submission).*",
                                    "java\\.util\\.concurrent\\.(CountDown|Cyclic|Semaphore|Phaser|Exchanger).*",
                                    "java\\.util\\.concurrent\\.(.*Blocking|.*Transfer|Synchronous|Delay).*",
                                    "java\\.util\\.concurrent\\.locks\\..*",
                                    "org\\.agrona\\.concurrent\\.(AgentRunner|.*IdleStrategy).*"),
                            BELOW_SOCKETS::contains,
                            "the caller's thread does the work, under the stack lock"),
                    new Ban(
                            "randomness",
                            anyOf(
                                    "java\\.util\\.Random(\\..*)?",
                                    "java\\.util\\.concurrent\\.ThreadLocalRandom(\\..*)?",
                                    "java\\.security\\.SecureRandom(\\..*)?",
                                    "java\\.util\\.SplittableRandom\\.<init>\\(\\)",
                                    "java\\.util\\.random\\.RandomGenerator\\.(getDefault|of)\\(.*",
                                    "java\\.util\\.random\\.RandomGeneratorFactory(\\..*)?",
                                    "java\\.util\\.UUID\\.randomUUID\\(\\)",
                                    "java\\.lang\\.Math\\.random\\(\\)"),
                            BELOW_SOCKETS::contains,
                            "randomness comes in from a source or a seed"),
                    new Ban(
                            "logging",
                            anyOf(
                                    "org\\.slf4j\\..*",
                                    "java\\.lang\\.System\\$Logger.*",
                                    "java\\.lang\\.System\\.getLogger\\(.*"),
                            BELOW_SOCKETS::contains,
                            "what happens below onload.sockets is counted"),
                    new Ban(
                            "java.util.logging",
                            anyOf("java\\.util\\.logging\\..*"),
                            room -> true,
                            "logging goes through slf4j"),
                    new Ban(
                            "standard streams",
                            anyOf(
                                    "java\\.lang\\.System\\.(in|out|err)",
                                    "java\\.lang\\.IO\\..*",
                                    ".*\\.printStackTrace\\(\\)",
                                    "java\\.lang\\.Thread\\.dumpStack\\(\\)"),
                            room -> !room.equals("onload.cli"),
                            "a library does not print"),
                    new Ban(
                            "foreign memory",
                            anyOf("java\\.lang\\.foreign\\..*"),
                            room -> !room.equals("onload.linux"),
                            "java.lang.foreign is in onload.linux only"),
                    new Ban(
                            "JVM internals",
                            anyOf("sun\\..*", "jdk\\.internal\\..*"),
                            room -> true,
                            "memory is read through Agrona"),
                    new Ban(
                            "test libraries",
                            anyOf("org\\.junit\\..*", "org\\.opentest4j\\..*", "junit\\..*"),
                            room -> !room.startsWith("onload.testkit"),
                            "only a test-kit knows a test library"));

    private static final String SLEEP =
            "somebody sleeps until a frame or a timer comes: what a wake-up handle is for";

    /** All of them; a test fails if one is not needed any more. */
    static final List<Exemption> EXEMPT =
            List.of(
                    new Exemption(
                            "onload.agent.Agent",
                            "standard streams",
                            "a program that cannot be accelerated does not start, and whoever started it"
                                    + " is told why"),
                    new Exemption(
                            "onload.agent.Launch",
                            "standard streams",
                            "what the stacks did is told at the end of a program to whoever asked for it"),
                    new Exemption(
                            "onload.nic.capture.Capture",
                            "threads",
                            "the file of a capture is written by a thread of its own, so that the"
                                    + " stack's never waits for a disk"),
                    new Exemption(
                            "onload.nic.capture.CaptureFile",
                            "threads",
                            "an interrupt would close the channel of the file; it is put off for"
                                    + " the length of a write, off the data path"),
                    new Exemption(
                            "onload.nic.emulated.SharedNetworks",
                            "clock",
                            "what is opened by name, not by a test, is on the real clock"),
                    new Exemption(
                            "onload.nic.emulated.EmulatedNetwork",
                            "threads",
                            "on the real clock each NIC may belong to another stack and thread;"
                                    + " the wire between them has a lock"),
                    new Exemption("onload.nic.emulated.Sleepers", "threads", SLEEP),
                    new Exemption("onload.nic.emulated.EmulatedWakeUp", "threads", SLEEP),
                    new Exemption(
                            "onload.nic.emulated.wire.WireThread",
                            "threads",
                            "a wire between two NICs is nobody's stack: it has a thread of its own"),
                    new Exemption("onload.linux.event.ArmedWait", "threads", SLEEP),
                    new Exemption(
                            "onload.linux.device.NetworkNamespace",
                            "threads",
                            "a namespace belongs to a thread: what is done in another one, on control"
                                    + " paths, has a thread of its own"));

    private Bans() {}

    private static Pattern anyOf(String... patterns) {
        return Pattern.compile(String.join("|", patterns));
    }

    /** {@return what classes use without being allowed to, a sentence each} */
    static List<String> violations(Iterable<JavaClass> classes, List<Exemption> exempt) {
        List<String> violations = new ArrayList<>();
        for (JavaClass user : classes) {
            for (Ban ban : ALL) {
                if (exempt.stream().noneMatch(exemption -> exemption.covers(user, ban))) {
                    violations.addAll(violations(user, ban));
                }
            }
        }
        return violations;
    }

    /**
     * {@return what exemptions nobody needs, though their room is there: the class is gone, or does nothing that is
     * forbidden}
     */
    static List<Exemption> idle(Iterable<JavaClass> classes, List<Exemption> exempt) {
        List<Exemption> idle = new ArrayList<>(exempt);
        idle.removeIf(exemption -> !rooms(classes).contains(exemption.room()));
        for (JavaClass user : classes) {
            for (Ban ban : ALL) {
                if (!violations(user, ban).isEmpty()) {
                    idle.removeIf(exemption -> exemption.covers(user, ban));
                }
            }
        }
        return idle;
    }

    private static Set<String> rooms(Iterable<JavaClass> classes) {
        Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> Arrows.moduleOf(type.getPackageName()).ifPresent(rooms::add));
        return rooms;
    }

    private static List<String> violations(JavaClass user, Ban ban) {
        String room = Arrows.moduleOf(user.getPackageName()).orElse("");
        if (!ban.rooms().test(room)) {
            return List.of();
        }
        Set<String> uses = uses(user);
        uses.removeIf(use -> !ban.uses().matcher(use).matches());
        return uses.isEmpty()
                ? List.of()
                : List.of("%s may not use %s: %s".formatted(user.getName(), uses, ban.why()));
    }

    /** Constants are not among them: the compiler leaves no trace of where their values came from. */
    private static Set<String> uses(JavaClass user) {
        Set<String> uses = new TreeSet<>();
        for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
            uses.add(dependency.getTargetClass().getBaseComponentType().getName());
        }
        for (JavaAccess<?> access : user.getAccessesFromSelf()) {
            uses.add(access.getTarget().getFullName());
        }
        return uses;
    }
}
