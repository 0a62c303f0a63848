package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The stack is shorter of buffers than it was, or less so. */
@Name("onload.Pressure")
@Label("Pressure")
@Description("The stack has more or less memory than it had")
@Category("onload")
@StackTrace(false)
public final class PressureEvent extends Event {
    private static final PressureEvent ANY = new PressureEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    @Label("From")
    @Description("What it was before, such as none")
    String from = "";

    @Label("To")
    @Description("What it is now")
    String to = "";

    private PressureEvent() {}

    /** {@return whether somebody records it} A test of a flag. */
    public static boolean isRecorded() {
        return ANY.isEnabled();
    }

    /**
     * Says that it happened. While nobody records it, that is a test of a flag.
     *
     * @param stack name of the stack
     * @param from what it was before
     * @param to what it is now
     */
    public static void emit(String stack, String from, String to) {
        if (ANY.isEnabled()) {
            write(stack, from, to);
        }
    }

    private static void write(String stack, String from, String to) {
        PressureEvent event = new PressureEvent();
        event.stack = stack;
        event.from = from;
        event.to = to;
        event.commit();
    }
}
