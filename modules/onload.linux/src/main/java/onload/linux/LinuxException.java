package onload.linux;

/**
 * The kernel refused something on a control path. The message has the call, the error and, where it is known,
 * what to do.
 */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /**
     * Makes one.
     *
     * @param what was called, such as {@code bind(AF_XDP, veth0, queue 0)}
     * @param errno the error number, ≥ 1
     */
    public LinuxException(String what, int errno) {
        this(what, errno, "");
    }

    /**
     * Makes one that says what to do.
     *
     * @param what was called
     * @param errno the error number, ≥ 1
     * @param mend what would make it work; empty if that is not known
     */
    public LinuxException(String what, int errno, String mend) {
        super(what + ": " + Errno.text(errno) + (mend.isEmpty() ? "" : "; " + mend));
        this.errno = errno;
    }

    /** {@return the error number, see {@link Errno}} */
    public int errno() {
        return errno;
    }

    /**
     * {@return a result that is none of the errors}
     *
     * @param result of a call, or the error number negated
     * @param what was called
     * @throws LinuxException if it is an error
     */
    public static long check(long result, String what) {
        if (Errno.isError(result)) {
            throw new LinuxException(what, (int) -result);
        }
        return result;
    }
}
