package onload.nic.capture;

/**
 * What has become of the frames that came by a capture. The numbers are of one moment, taken while
 * the stack may be running: a frame on its way to the file is in {@code seen} and nowhere else yet.
 *
 * @param state whether the capture goes on, and if not, why
 * @param fault if the file could not be written, why; else empty
 * @param seen frames that came by while the capture was on, both directions
 * @param written those of them that are in the file
 * @param dropped those of them that were not copied because there was no room in the ring
 * @param writtenBytes bytes of the file
 */
public record CaptureReport(
        CaptureState state,
        String fault,
        long seen,
        long written,
        long dropped,
        long writtenBytes) {

    /**
     * {@return the frames that are neither in the file nor dropped}: while the capture runs those
     * on their way, and when it has ended those that came too late for the file, or were lost with
     * it.
     */
    public long unwritten() {
        return Math.max(0, seen - written - dropped);
    }

    /** {@return the report as one line for people} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(written).append(written == 1 ? " frame" : " frames").append(" captured in ");
        text.append(writtenBytes).append(" bytes, ");
        text.append(dropped).append(" dropped because the ring was full, ");
        text.append(unwritten());
        text.append(state == CaptureState.RUNNING ? " on their way; " : " not written; ");
        text.append(state.text());
        if (!fault.isEmpty()) {
            text.append(": ").append(fault);
        }
        return text.toString();
    }
}
