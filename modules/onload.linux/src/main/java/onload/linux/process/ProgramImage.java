package onload.linux.process;

import onload.linux.Errno;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program that takes the place of this one. Process id, parent, terminal, working folder and the files that
 * this process was given stay; this JVM, with all its threads, is gone without running shutdown hooks. Signals are as
 * {@code execve(2)} leaves them: what the JVM handles is the system's again, and none is held back, whatever the thread
 * that calls has held back.
 *
 * @param arguments one or more; the first is the program: a path if it has a slash, else a name that is looked for in
 *     the folders of {@code PATH} of {@code environment}
 * @param environment variables, {@code NAME=VALUE} each
 */
public record ProgramImage(List<byte[]> arguments, List<byte[]> environment) {
    /** Where programs are looked for without a {@code PATH}: _PATH_DEFPATH of paths.h. */
    private static final String DEFAULT_PATH = "/usr/bin:/bin";

    private static final byte[] SHELL = bytes("/bin/sh");

    /** {@code SIG_SETMASK} of asm-generic/signal-defs.h. */
    private static final int SIG_SETMASK = 2;

    /** Length of the kernel's {@code sigset_t}. */
    private static final int SIGNAL_SET_LENGTH = 8;

    /**
     * Keeps copies of the lists.
     *
     * @throws IllegalArgumentException if there is no argument, or the first is empty
     */
    public ProgramImage {
        if (arguments.isEmpty() || arguments.getFirst().length == 0) {
            throw new IllegalArgumentException("there is no program; expected its name or path");
        }
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
    }

    /**
     * Becomes this program. It returns only if that cannot be: as {@code execvp(3)}, a name is tried in each
     * folder, and a file that is executable and of no known format is given to {@code /bin/sh}.
     *
     * @return the error number: {@link Errno#ENOENT} if there is no such program, {@link Errno#EACCES} if it may not be
     *     executed, {@link Errno#E2BIG} if the texts are too long
     * @throws UnsupportedOperationException if system calls are not possible here
     */
    public int become() {
        SystemCalls calls = new SystemCalls();
        try (Struct none = Struct.of(SIGNAL_SET_LENGTH);
                Struct before = Struct.of(SIGNAL_SET_LENGTH)) {
            setSignals(calls, none.address(), before.address());
            int errno = tryAll(calls);
            setSignals(calls, before.address(), 0);
            return errno;
        }
    }

    private static void setSignals(SystemCalls calls, long set, long before) {
        // It cannot fail: how, the set and its length are right.
        calls.call(SystemCall.RT_SIGPROCMASK, SIG_SETMASK, set, before, SIGNAL_SET_LENGTH);
    }

    /** EACCES counts more than that the others were not there, as in execvp(3). */
    private int tryAll(SystemCalls calls) {
        int answer = Errno.ENOENT;
        for (byte[] path : candidates()) {
            int errno = execute(calls, path, arguments);
            if (errno == Errno.ENOEXEC) {
                errno = execute(calls, SHELL, script(path));
            }
            if (errno == Errno.EACCES) {
                answer = errno;
            } else if (errno != Errno.ENOENT && errno != Errno.ENOTDIR) {
                return errno;
            }
        }
        return answer;
    }

    private List<byte[]> script(byte[] path) {
        List<byte[]> all = new ArrayList<>(List.of(SHELL, path));
        all.addAll(arguments.subList(1, arguments.size()));
        return all;
    }

    /** {@return where the program may be, in the order in which it is looked for} */
    List<byte[]> candidates() {
        byte[] name = arguments.getFirst();
        if (indexOf(name, '/', 0) >= 0) {
            return List.of(name);
        }
        List<byte[]> candidates = new ArrayList<>();
        byte[] path = path();
        int start = 0;
        while (start <= path.length) {
            int colon = indexOf(path, ':', start);
            int end = colon < 0 ? path.length : colon;
            // An empty folder is the working folder, as ever.
            byte[] folder = start == end ? bytes(".") : Arrays.copyOfRange(path, start, end);
            byte[] file = Arrays.copyOf(folder, folder.length + 1 + name.length);
            file[folder.length] = '/';
            System.arraycopy(name, 0, file, folder.length + 1, name.length);
            candidates.add(file);
            start = end + 1;
        }
        return candidates;
    }

    private byte[] path() {
        byte[] prefix = bytes("PATH=");
        for (byte[] variable : environment) {
            if (Arrays.mismatch(variable, prefix) == prefix.length
                    || Arrays.equals(variable, prefix)) {
                return Arrays.copyOfRange(variable, prefix.length, variable.length);
            }
        }
        return bytes(DEFAULT_PATH);
    }

    private static int indexOf(byte[] text, char wanted, int from) {
        for (int i = from; i < text.length; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private int execute(SystemCalls calls, byte[] path, List<byte[]> texts) {
        try (Struct file = texts(List.of(path));
                Struct argv = texts(texts);
                Struct envp = texts(environment)) {
            // As late as can be: a jar is opened when the first class out of it is loaded.
            JvmFiles.closeOnExec(calls);
            long name = file.bytes().getLong(0);
            return (int) -calls.call(SystemCall.EXECVE, name, argv.address(), envp.address());
        }
    }

    /** {@return addresses, a zero behind them, and the texts that they point at, which end with a zero each} */
    private static Struct texts(List<byte[]> texts) {
        int pointers = (texts.size() + 1) * Long.BYTES;
        int length = texts.stream().mapToInt(text -> text.length + 1).sum();
        Struct memory = Struct.of(Math.addExact(pointers, length));
        int at = pointers;
        for (int i = 0; i < texts.size(); i++) {
            byte[] text = texts.get(i);
            memory.bytes().putLong(i * Long.BYTES, memory.address() + at);
            memory.bytes().putBytes(at, text);
            at += text.length + 1;
        }
        return memory;
    }
}
