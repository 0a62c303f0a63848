package onload.sockets.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** The stack has let go of a socket. */
@Name("onload.Close")
@Label("Close")
@Description("The stack has let go of a socket")
@Category("onload")
public final class CloseEvent extends Event {
    private static final CloseEvent ANY = new CloseEvent();

    @Label("Stack")
    @Description("Name of the stack")
    String stack = "";

    @Label("Local End")
    @Description("Address and port of this side")
    String local = "";

    @Label("Remote End")
    @Description("Address and port of the peer")
    String remote = "";

    @Label("State")
    @Description("State in which the socket was, such as time_wait")
    String state = "";

    @Label("Bytes In")
    @Description("Bytes that the program received")
    @DataAmount
    long inBytes;

    @Label("Bytes Out")
    @Description("Bytes that the program sent")
    @DataAmount
    long outBytes;

    @Label("Lifetime")
    @Description("Time since the socket was opened")
    @Timespan(Timespan.NANOSECONDS)
    long lifetime;

    private CloseEvent() {}

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
     * @param state the state in which it was
     * @param inBytes bytes that the program received
     * @param outBytes bytes that the program sent
     * @param lifetimeNs time since the socket was opened
     */
    public static void emit(
            String stack,
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            String state,
            long inBytes,
            long outBytes,
            long lifetimeNs) {
        if (ANY.isEnabled()) {
            write(
                    stack,
                    localHigh,
                    localLow,
                    localPort,
                    remoteHigh,
                    remoteLow,
                    remotePort,
                    state,
                    inBytes,
                    outBytes,
                    lifetimeNs);
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
            String state,
            long inBytes,
            long outBytes,
            long lifetimeNs) {
        CloseEvent event = new CloseEvent();
        event.stack = stack;
        event.local = EndPoint.text(localHigh, localLow, localPort);
        event.remote = EndPoint.text(remoteHigh, remoteLow, remotePort);
        event.state = state;
        event.inBytes = inBytes;
        event.outBytes = outBytes;
        event.lifetime = lifetimeNs;
        event.commit();
    }
}
