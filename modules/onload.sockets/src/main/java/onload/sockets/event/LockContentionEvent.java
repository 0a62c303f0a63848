package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Throttle;

import org.jspecify.annotations.Nullable;

/**
 * A thread waited for the lock of a stack. The event lasts as long as it waited, and knows where the thread was:
 * it waited anyway. At most a few hundred are recorded in a second.
 *
 * <pre>
 * LockContentionEvent waiting = LockContentionEvent.begins();
 * … wait for the lock …
 * LockContentionEvent.ends(waiting, stack);
 * </pre>
 */
@Name("onload.LockContention")
@Label("Lock Contention")
@Description("A thread waited for the lock of a stack")
@Category("onload")
@Throttle("300/s")
public final class LockContentionEvent extends Event {
    private static final LockContentionEvent ANY = new LockContentionEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    private LockContentionEvent() {}

    /** {@return whether somebody records it} A test of a flag. */
    public static boolean isRecorded() {
        return ANY.isEnabled();
    }

    /** {@return the event of a wait that begins now, or null while nobody records it, which is a test of a flag} */
    public static @Nullable LockContentionEvent begins() {
        if (!ANY.isEnabled()) {
            return null;
        }
        LockContentionEvent event = new LockContentionEvent();
        event.begin();
        return event;
    }

    /**
     * Says that a wait is over.
     *
     * @param waiting what {@link #begins} answered when it began
     * @param stack name of the stack
     */
    public static void ends(@Nullable LockContentionEvent waiting, String stack) {
        if (waiting != null) {
            waiting.end();
            waiting.stack = stack;
            waiting.commit();
        }
    }
}
