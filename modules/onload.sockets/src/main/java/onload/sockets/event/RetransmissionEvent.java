package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Unsigned;

/**
 * Segments were sent again. Whoever counts says so once in a while, not for each, and then says how many there
 * were.
 */
@Name("onload.Retransmission")
@Label("Retransmission")
@Description("Segments of TCP were sent again")
@Category("onload")
@StackTrace(false)
public final class RetransmissionEvent extends Event {
    private static final RetransmissionEvent ANY = new RetransmissionEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    @Label("Count")
    @Description("Segments since the last such event of the stack")
    @Unsigned
    long count;

    private RetransmissionEvent() {}

    /** {@return whether somebody records it} A test of a flag. */
    public static boolean isRecorded() {
        return ANY.isEnabled();
    }

    /**
     * Says that it happened. While nobody records it, that is a test of a flag.
     *
     * @param stack name of the stack
     * @param count how many since the last such event of this stack
     */
    public static void emit(String stack, long count) {
        if (ANY.isEnabled()) {
            write(stack, count);
        }
    }

    private static void write(String stack, long count) {
        RetransmissionEvent event = new RetransmissionEvent();
        event.stack = stack;
        event.count = count;
        event.commit();
    }
}
