package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/**
 * A connection that this side asked for is open, or will not be. The event stands at the end: asking and
 * answer may come from different threads.
 */
@Name("onload.Connect")
@Label("Connect")
@Description("A connection of TCP that this side asked for is open, or will not be")
@Category("onload")
public final class ConnectEvent extends Event {
    private static final ConnectEvent ANY = new ConnectEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    @Label("Local End")
    @Description("Address and port of this side")
    String local = "";

    @Label("Remote End")
    @Description("Address and port of the peer")
    String remote = "";

    @Label("Elapsed Time")
    @Description("Time since the connection was asked for")
    @Timespan(Timespan.NANOSECONDS)
    long elapsed;

    @Label("Outcome")
    @Description("What became of it, such as connected or refused")
    String outcome = "";

    private ConnectEvent() {}

    /** {@return whether somebody records it} A test of a flag. */
    public static boolean isRecorded() {
        return ANY.isEnabled();
    }

    /**
     * Says that it happened. While nobody records it, that is a test of a flag.
     *
     * @param stack name of the stack
     * @param localHigh high half of the address of this side, IPv4 as IPv4-mapped
     * @param localLow its low half
     * @param localPort its port
     * @param remoteHigh high half of the address of the peer, IPv4 as IPv4-mapped
     * @param remoteLow its low half
     * @param remotePort its port
     * @param elapsedNs time since the connection was asked for
     * @param outcome what became of it, such as {@code connected} or {@code refused}
     */
    public static void emit(
            String stack,
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long elapsedNs,
            String outcome) {
        if (ANY.isEnabled()) {
            write(
                    stack,
                    localHigh,
                    localLow,
                    localPort,
                    remoteHigh,
                    remoteLow,
                    remotePort,
                    elapsedNs,
                    outcome);
        }
    }

    private static void write(
            String stack,
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long elapsedNs,
            String outcome) {
        ConnectEvent event = new ConnectEvent();
        event.stack = stack;
        event.local = EndPoint.text(localHigh, localLow, localPort);
        event.remote = EndPoint.text(remoteHigh, remoteLow, remotePort);
        event.elapsed = elapsedNs;
        event.outcome = outcome;
        event.commit();
    }
}
