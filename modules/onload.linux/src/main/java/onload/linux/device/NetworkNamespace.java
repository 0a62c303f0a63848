package onload.linux.device;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Callable;

/**
 * Network namespaces by the names that {@code ip netns} gives them, files in {@value #FOLDER}.
 *
 * <p>A namespace belongs to a thread, so that something in another one is done by a thread that lives for it alone.
 */
public final class NetworkNamespace {
    /** Where {@code ip netns add} puts them. */
    public static final String FOLDER = "/run/netns/";

    /** {@code CLONE_NEWNET} of include/uapi/linux/sched.h. */
    private static final int CLONE_NEWNET = 0x4000_0000;

    /** {@code O_CLOEXEC} of include/uapi/asm-generic/fcntl.h; {@code O_RDONLY} is 0. */
    private static final int O_CLOEXEC = 0x8_0000;

    /** {@code AT_FDCWD} of include/uapi/linux/fcntl.h. */
    private static final int AT_FDCWD = -100;

    private NetworkNamespace() {}

    /**
     * Does something in a namespace, and waits for it, also while the caller is interrupted, which stays so.
     *
     * @param name of the namespace; empty is the caller's, and then the caller's thread does it
     * @param work what to do; sockets and devices that it makes are in that namespace
     * @return what {@code work} returned
     * @throws LinuxException if there is no such namespace or it may not be entered
     * @throws IllegalArgumentException if {@code name} is not the name of a file
     */
    public static <T> T call(String name, Callable<T> work) {
        if (name.isEmpty()) {
            return result(work);
        }
        if (name.contains("/") || name.startsWith(".")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no name of a network namespace; expected one that \"ip netns\" lists"
                            .formatted(name));
        }
        Visit<T> visit = new Visit<>(name, work);
        Thread thread = new Thread(visit, "onload in " + name);
        thread.setDaemon(true);
        thread.start();
        awaitEnd(thread);
        return visit.result();
    }

    /** Whoever is interrupted still gets what was made for him, and who else would close it. */
    private static void awaitEnd(Thread thread) {
        boolean wasInterrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the calling thread into a namespace, for good. */
    private static void enter(String name) {
        SystemCalls calls = new SystemCalls();
        String path = FOLDER + name;
        try (Struct text = Struct.of(path.length() + 1)) {
            text.text(0, path.length() + 1, path);
            long opened = calls.call(SystemCall.OPENAT, AT_FDCWD, text.address(), O_CLOEXEC, 0);
            if (opened == -Errno.ENOENT) {
                throw new LinuxException(
                        "network namespace " + name,
                        Errno.ENOENT,
                        "see \"ip netns\" for those that there are");
            }
            try (Descriptor file = Descriptor.checked(opened, "open(" + path + ")")) {
                long entered = calls.call(SystemCall.SETNS, file.number(), CLONE_NEWNET);
                if (Errno.isError(entered)) {
                    throw new LinuxException(
                            "setns(" + path + ")",
                            (int) -entered,
                            "entering a namespace needs root or CAP_SYS_ADMIN");
                }
            }
        }
    }

    private static <T> T result(Callable<T> work) {
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the thread does and what came of it; read after the thread has ended. */
    private static final class Visit<T> implements Runnable {
        private final String name;
        private final Callable<T> work;
        private @Nullable T done;
        private @Nullable Throwable failure;

        Visit(String name, Callable<T> work) {
            this.name = name;
            this.work = work;
        }

        @Override
        public void run() {
            try {
                enter(name);
                done = NetworkNamespace.result(work);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        @SuppressWarnings("NullAway") // what the work returned, null if it returned that
        T result() {
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            return done;
        }
    }
}
