package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** The program has taken a connection that a peer asked for. */
@Name("onload.Accept")
@Label("Accept")
@Description("The program has taken a connection of TCP that a peer asked for")
@Category("onload")
public final class AcceptEvent extends Event {
    private static final AcceptEvent ANY = new AcceptEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    @Label("Local End")
    @Description("Address and port of this side")
    String local = "";

    @Label("Remote End")
    @Description("Address and port of the peer")
    String remote = "";

    @Label("Time in Queue")
    @Description("Time since the connection was open and could have been accepted")
    @Timespan(Timespan.NANOSECONDS)
    long waited;

    private AcceptEvent() {}

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
     * @param waitedNs time since the connection was open and could have been accepted
     */
    public static void emit(
            String stack,
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long waitedNs) {
        if (ANY.isEnabled()) {
            write(
                    stack,
                    localHigh,
                    localLow,
                    localPort,
                    remoteHigh,
                    remoteLow,
                    remotePort,
                    waitedNs);
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
            long waitedNs) {
        AcceptEvent event = new AcceptEvent();
        event.stack = stack;
        event.local = EndPoint.text(localHigh, localLow, localPort);
        event.remote = EndPoint.text(remoteHigh, remoteLow, remotePort);
        event.waited = waitedNs;
        event.commit();
    }
}
