package onload.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * Calls the kernel. Control paths use {@link #call}, which answers the error number; one object belongs to one thread
 * at a time, since the C library leaves that number in memory of this object. Data paths use {@link #quick}, which
 * allocates nothing and takes some ten nanoseconds more than the kernel's part of it.
 *
 * <p>The thread is in native code meanwhile: garbage collection does not wait for it, so that calls may block; a
 * virtual thread holds its carrier.
 */
public final class SystemCalls {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);

    /**
     * Makes a way into the kernel.
     *
     * @throws UnsupportedOperationException if this machine is none that is known, see {@link Architecture}, or the
     *     JVM denies native access; the message says which flag allows it
     */
    public SystemCalls() {
        Entry.check();
    }

    /** {@return why system calls are not possible here, with what to do; empty if they are} */
    public static String whyNot() {
        return Architecture.current().isEmpty() ? Architecture.missing() : Entry.WHY_NOT;
    }

    /** {@return the result of a call without arguments, or the error number negated} */
    public long call(SystemCall which) {
        return call(which, 0, 0, 0, 0, 0, 0);
    }

    /** {@return the result of a call with one argument, or the error number negated} */
    public long call(SystemCall which, long a) {
        return call(which, a, 0, 0, 0, 0, 0);
    }

    /** {@return the result of a call with two arguments, or the error number negated} */
    public long call(SystemCall which, long a, long b) {
        return call(which, a, b, 0, 0, 0, 0);
    }

    /** {@return the result of a call with three arguments, or the error number negated} */
    public long call(SystemCall which, long a, long b, long c) {
        return call(which, a, b, c, 0, 0, 0);
    }

    /** {@return the result of a call with four arguments, or the error number negated} */
    public long call(SystemCall which, long a, long b, long c, long d) {
        return call(which, a, b, c, d, 0, 0);
    }

    /** {@return the result of a call with five arguments, or the error number negated} */
    public long call(SystemCall which, long a, long b, long c, long d, long e) {
        return call(which, a, b, c, d, e, 0);
    }

    /**
     * Calls the kernel. Whether arguments are numbers or addresses is the call's affair; the caller keeps the memory
     * behind an address until it returns.
     *
     * @return what the kernel answers, or the error number negated, −4095 to −1
     */
    public long call(SystemCall which, long a, long b, long c, long d, long e, long f) {
        try {
            long result = (long) Entry.SYSCALL.invokeExact(state, which.number(), a, b, c, d, e, f);
            return result == -1 ? -state.get(ValueLayout.JAVA_INT, ERRNO) : result;
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable unexpected) {
            throw new AssertionError("a native function threw what it cannot", unexpected);
        }
    }

    /**
     * Calls the kernel from a data path, on any thread.
     *
     * @return what the kernel answers; −1 for any error. Which one it was is not known: whoever has to know asks again
     *     by {@link #call}.
     */
    public static long quick(SystemCall which, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) Entry.QUICK.invokeExact(which.number(), a, b, c, d, e, f);
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable unexpected) {
            throw new AssertionError("a native function threw what it cannot", unexpected);
        }
    }

    /** The native function, found once; a class of its own, since finding it may be denied. */
    private static final class Entry {
        /**
         * syscall(2) is declared with "...": on these machines variable arguments that are integers travel as others
         * do, but x86-64 wants its vector registers counted.
         */
        private static final Linker.Option FIRST_VARIADIC = Linker.Option.firstVariadicArg(1);

        static final String WHY_NOT;
        static final MethodHandle SYSCALL;
        static final MethodHandle QUICK;

        static {
            MethodHandle nothing = MethodHandles.zero(long.class);
            MethodHandle call = nothing;
            MethodHandle quick = nothing;
            String whyNot = "";
            try {
                Architecture.required();
                call = find(FIRST_VARIADIC, Linker.Option.captureCallState("errno"));
                quick = find(FIRST_VARIADIC);
            } catch (IllegalCallerException denied) {
                whyNot = denied(SystemCalls.class.getModule());
            } catch (UnsupportedOperationException unknown) {
                whyNot = String.valueOf(unknown.getMessage());
            }
            SYSCALL = call;
            QUICK = quick;
            WHY_NOT = whyNot;
        }

        private Entry() {}

        static void check() {
            if (!WHY_NOT.isEmpty()) {
                throw new UnsupportedOperationException(WHY_NOT);
            }
        }

        @SuppressWarnings("restricted") // this is the one place that calls native code
        private static MethodHandle find(Linker.Option... options) {
            Linker linker = Linker.nativeLinker();
            ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(word, word, word, word, word, word, word, word),
                    options);
        }

        private static String denied(Module module) {
            return "this JVM denies native access; start java with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        }
    }
}
