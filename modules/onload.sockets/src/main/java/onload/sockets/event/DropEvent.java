package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Unsigned;

/**
 * Packets were dropped. Whoever counts says so once in a while, not for each, and then says how many there
 * were.
 */
@Name("onload.Drop")
@Label("Drop")
@Description("Packets were dropped")
@Category("onload")
@StackTrace(false)
public final class DropEvent extends Event {
    private static final DropEvent ANY = new DropEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    @Label("Counter")
    @Description("The counter of the reason")
    String counter = "";

    @Label("Count")
    @Description("Packets since the last such event of the counter")
    @Unsigned
    long count;

    private DropEvent() {}

    /** {@return whether somebody records it} A test of a flag. */
    public static boolean isRecorded() {
        return ANY.isEnabled();
    }

    /**
     * Says that it happened. While nobody records it, that is a test of a flag.
     *
     * @param stack name of the stack
     * @param counter name of the counter that has the reason
     * @param count how many since the last such event of this counter
     */
    public static void emit(String stack, String counter, long count) {
        if (ANY.isEnabled()) {
            write(stack, counter, count);
        }
    }

    private static void write(String stack, String counter, long count) {
        DropEvent event = new DropEvent();
        event.stack = stack;
        event.counter = counter;
        event.count = count;
        event.commit();
    }
}
