package onload.linux;

/**
 * A file descriptor that is owned: closed once, by whoever has the object. Any thread may close it; the number is not
 * used after that, since the kernel gives it to the next file.
 */
public final class Descriptor implements AutoCloseable {
    /** The number after {@link #close}, which every call refuses by {@link Errno#EBADF}. */
    public static final int CLOSED = -1;

    private final String what;
    private int number;

    private Descriptor(int number, String what) {
        this.number = number;
        this.what = what;
    }

    /**
     * Takes the result of a call that makes a descriptor.
     *
     * @param result the descriptor, or the error number negated
     * @param what was called, such as {@code socket(AF_XDP)}
     * @throws LinuxException if it is an error
     */
    public static Descriptor checked(long result, String what) {
        return new Descriptor((int) LinuxException.check(result, what), what);
    }

    /** {@return the number that system calls take, or {@link #CLOSED}} */
    public synchronized int number() {
        return number;
    }

    /** Closes it. A second call does nothing. */
    @Override
    public void close() {
        int once;
        synchronized (this) {
            once = number;
            number = CLOSED;
        }
        if (once >= 0) {
            // Whatever close(2) answers, the descriptor is gone.
            var _ = new SystemCalls().call(SystemCall.CLOSE, once);
        }
    }

    @Override
    public String toString() {
        return what + " = " + number();
    }
}
