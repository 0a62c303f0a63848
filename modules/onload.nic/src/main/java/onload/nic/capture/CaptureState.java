package onload.nic.capture;

/** Whether a {@link Capture} goes on, and if not, why it ended. */
public enum CaptureState {
    /** Frames are being captured. */
    RUNNING("running"),

    /** Somebody stopped it. */
    STOPPED("stopped"),

    /** It ended because the next frame would have made the file longer than its bound. */
    FILE_FULL("ended because the file has reached its bound in bytes"),

    /** It ended because the file had as many frames as were asked for. */
    ENOUGH_FRAMES("ended because the file has reached its bound in frames"),

    /** It ended because the file could not be written. */
    FAILED("ended because the file could not be written");

    private final String text;

    CaptureState(String text) {
        this.text = text;
    }

    /** {@return the state in words, such as {@code "stopped"}} */
    public String text() {
        return text;
    }
}
