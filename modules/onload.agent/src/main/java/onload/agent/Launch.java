package onload.agent;

import org.jspecify.annotations.Nullable;

import java.lang.instrument.Instrumentation;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Opens onload in a layer of its own and puts its providers in their places. Called once, by {@code Agent}, before the
 * program starts; the program's class path and modules are not touched.
 */
public final class Launch {
    private static final String ROOT = "onload.jdk";
    private static final String AGRONA = "org.agrona";
    private static final String NATIVE = "onload.linux";
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    /**
     * Has Netty, and what is built on it, take the JDK's sockets: its native transports, which it prefers where their
     * jars are, call the kernel past all providers.
     */
    private static final String NETTY_WITHOUT_NATIVE = "io.netty.transport.noNative";

    /** Of the JVM's ten places for what happens at its end; the program's hooks are the second. */
    private static final int AFTER_PROGRAMS_HOOKS = 7;

    private Launch() {}

    /**
     * Does it.
     *
     * @param instrumentation of the JVM
     * @throws IllegalStateException if a part is missing, or what the program is to be given cannot be; the message
     *     says what to do
     * @throws ReflectiveOperationException if the parts do not fit together: a fault of ours
     */
    public static void run(Instrumentation instrumentation) throws ReflectiveOperationException {
        ModuleLayer layer = open(folder());
        allow(instrumentation, layer);
        ClassLoader loader = layer.findLoader(ROOT);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            quieten(loader);
            Class<?> installation = loader.loadClass("onload.jdk.Installation");
            install(installation);
            endAtExit(installation);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** {@return the folder of the jars: {@code lib} beside that of the agent} */
    private static Path folder() {
        try {
            Path agent =
                    Path.of(
                            Launch.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            Path folder = agent.resolve("../../lib").normalize();
            if (!Files.isDirectory(folder)) {
                throw new IllegalStateException(
                        ("the agent %s has no folder %s beside it; expected the distribution"
                                        + " that onload builds, with agent and lib")
                                .formatted(agent, folder));
            }
            return folder;
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the agent is in no file; name it by its path", e);
        }
    }

    private static ModuleLayer open(Path folder) {
        ModuleLayer boot = ModuleLayer.boot();
        ModuleFinder libraries = new Libraries(ModuleFinder.of(folder), boot);
        if (libraries.find(ROOT).isEmpty()) {
            throw new IllegalStateException(
                    "%s has no module %s; build the distribution again".formatted(folder, ROOT));
        }
        checkJdk(libraries, boot);
        Configuration configuration =
                Configuration.resolveAndBind(
                        libraries, List.of(boot.configuration()), ModuleFinder.of(), Set.of(ROOT));
        return ModuleLayer.defineModulesWithOneLoader(
                        configuration, List.of(boot), ClassLoader.getPlatformClassLoader())
                .layer();
    }

    /** A program that is started as a module has only those modules of the JDK that it requires itself. */
    private static void checkJdk(ModuleFinder libraries, ModuleLayer boot) {
        Set<String> missing = new TreeSet<>();
        Set<String> seen = new HashSet<>();
        Deque<String> next = new ArrayDeque<>(Set.of(ROOT));
        while (!next.isEmpty()) {
            String name = next.remove();
            if (!seen.add(name)) {
                continue;
            }
            ModuleReference ours = libraries.find(name).orElse(null);
            if (ours == null) {
                if (boot.findModule(name).isEmpty()) {
                    missing.add(name);
                }
                continue;
            }
            ours.descriptor().requires().stream()
                    .filter(required ->
                            !required.modifiers()
                                    .contains(ModuleDescriptor.Requires.Modifier.STATIC))
                    .forEach(required -> next.add(required.name()));
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException(lacking(missing));
        }
    }

    private static String lacking(Set<String> missing) {
        Set<String> absent =
                missing.stream()
                        .filter(name -> ModuleFinder.ofSystem().find(name).isEmpty())
                        .collect(Collectors.toCollection(TreeSet::new));
        return absent.isEmpty()
                ? "the program is started as a module and leaves out %s; add --add-modules %s to its java command"
                        .formatted(String.join(" and ", missing), String.join(",", missing))
                : "%s has no module %s; use a whole JDK 25"
                        .formatted(
                                System.getProperty("java.home"), String.join(" and no ", absent));
    }

    private static void allow(Instrumentation instrumentation, ModuleLayer layer)
            throws ReflectiveOperationException {
        Module agrona = layer.findModule(AGRONA).orElseThrow();
        Module providers = layer.findModule(ROOT).orElseThrow();
        Module agent = Launch.class.getModule();
        instrumentation.redefineModule(
                Object.class.getModule(),
                Set.of(),
                Map.of("jdk.internal.misc", Set.of(agrona), "sun.nio.ch", Set.of(providers)),
                Map.of("java.lang", Set.of(agent)),
                Set.of(),
                Map.of());
        Module linux = layer.findModule(NATIVE).orElse(null);
        if (linux != null) {
            // The public way is itself restricted, and would make the JVM warn of this agent.
            Method allow = Module.class.getDeclaredMethod("implAddEnableNativeAccess");
            allow.setAccessible(true);
            allow.invoke(linux);
        }
    }

    /**
     * Lets the log that is onload's own begin at warnings. It reads its level once, from a property that a program may
     * use for its own log; so that is as it was before when the program starts.
     */
    private static void quieten(ClassLoader loader) throws ReflectiveOperationException {
        if (System.getProperty(LOG_LEVEL) != null) {
            return;
        }
        System.setProperty(LOG_LEVEL, "warn");
        try {
            call(
                    loader.loadClass("org.slf4j.LoggerFactory")
                            .getMethod("getLogger", String.class),
                    "onload");
        } finally {
            System.clearProperty(LOG_LEVEL);
        }
    }

    private static void install(Class<?> installation) throws ReflectiveOperationException {
        Delegates.selectors = (SelectorProvider) call(installation.getMethod("selectorProvider"));
        setUnlessSet(SelectorProvider.class, AgentSelectorProvider.class);
        Delegates.asynchronous =
                (AsynchronousChannelProvider)
                        call(installation.getMethod("asynchronousChannelProvider"));
        setUnlessSet(AsynchronousChannelProvider.class, AgentAsynchronousProvider.class);
        call(installation.getMethod("installSocketFactories"));
        if (hasPlan() && System.getProperty(NETTY_WITHOUT_NATIVE) == null) {
            System.setProperty(NETTY_WITHOUT_NATIVE, "true");
        }
    }

    /** Whether there is a NIC for this process. */
    private static boolean hasPlan() {
        String said = System.getProperty("onload.run", System.getenv("ONLOAD_RUN"));
        return said != null && !said.isBlank();
    }

    /**
     * Lets connections finish when the JVM ends, after the program's own shutdown hooks: these may still serve. The
     * JVM's place for that is not public; a hook among the program's is the second best.
     */
    private static void endAtExit(Class<?> installation) throws ReflectiveOperationException {
        Method end = installation.getMethod("end");
        Method report = installation.getMethod("report");
        boolean isReporting = System.getenv("ONLOAD_STATS") != null;
        Runnable hook =
                () -> {
                    try {
                        if (isReporting) {
                            System.err.print(call(report));
                        }
                        call(end);
                    } catch (ReflectiveOperationException e) {
                        System.err.println("onload: connections were not finished: " + e);
                    }
                };
        try {
            Method add =
                    Class.forName("java.lang.Shutdown")
                            .getDeclaredMethod("add", int.class, boolean.class, Runnable.class);
            add.setAccessible(true);
            add.invoke(null, AFTER_PROGRAMS_HOOKS, false, hook);
        } catch (ReflectiveOperationException e) {
            Runtime.getRuntime().addShutdownHook(new Thread(hook, "onload end"));
        }
    }

    private static void setUnlessSet(Class<?> provided, Class<?> provider) {
        if (System.getProperty(provided.getName()) == null) {
            System.setProperty(provided.getName(), provider.getName());
        }
    }

    private static @Nullable Object call(Method method, Object... arguments)
            throws ReflectiveOperationException {
        try {
            return method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            // What a person can mend may have been found while a class was made ready.
            if (cause instanceof ExceptionInInitializerError && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof RuntimeException fault) {
                throw fault;
            }
            throw e;
        }
    }
}
