package onload.nic.spi;

/** A NIC is not there, or cannot be used now. The message is one line: what is wrong and what to do. */
public class NicUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what is wrong and what to do
     */
    public NicUnavailableException(String message) {
        super(message);
    }

    /**
     * Makes the exception with what brought it about.
     *
     * @param message what is wrong and what to do
     * @param cause what brought it about
     */
    public NicUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
