package onload.jdk;

import onload.jdk.async.ChannelGroupProvider;
import onload.jdk.channel.ChannelProvider;
import onload.jdk.internal.Ending;
import onload.jdk.net.PlacedDatagramSocket;
import onload.jdk.net.PlacedServerSocket;
import onload.jdk.net.PlacedSocket;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.AccelerationPlan;
import onload.sockets.Stack;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;

/**
 * What the agent and the service loader reach: the providers of this process. There is one of each, on the {@link
 * AccelerationPlan} of the process.
 */
public final class Installation {
    /** Made with the first socket. */
    private static final class OfProcess {
        static final Acceleration ACCELERATION =
                Acceleration.of(AccelerationPlan.ofProcess(), new HashMap<>(System.getenv()));
        static final ChannelProvider PROVIDER = new ChannelProvider(ACCELERATION);
        static final AsynchronousChannelProvider ASYNCHRONOUS = ChannelGroupProvider.of(PROVIDER);
    }

    private static boolean isInstalled;

    private Installation() {}

    /** {@return where the sockets of this process go} */
    public static Acceleration acceleration() {
        return OfProcess.ACCELERATION;
    }

    /** {@return the provider of channels and selectors} */
    public static SelectorProvider selectorProvider() {
        return OfProcess.PROVIDER;
    }

    /** {@return the provider of asynchronous channels} */
    public static AsynchronousChannelProvider asynchronousChannelProvider() {
        return OfProcess.ASYNCHRONOUS;
    }

    /**
     * Makes every {@code Socket}, {@code ServerSocket}, {@code DatagramSocket} and {@code MulticastSocket} that
     * is opened from now on one of ours. A second call does nothing.
     *
     * @throws IllegalStateException if somebody else has installed factories before, which can be done once in the life
     *     of a JVM; then those stay, and sockets of that kind are what they make
     */
    @SuppressWarnings(
            "deprecation") // There is no other way to all sockets of a program that knows nothing
    // of us.
    public static synchronized void installSocketFactories() {
        if (isInstalled) {
            return;
        }
        try {
            Socket.setSocketImplFactory(() -> new PlacedSocket(acceleration()));
            ServerSocket.setSocketFactory(() -> new PlacedServerSocket(acceleration()));
            DatagramSocket.setDatagramSocketImplFactory(
                    () -> new PlacedDatagramSocket(acceleration()));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the socket factories of this JVM are somebody else's; expected none: install those of onload"
                            + " first, by its agent, or leave the others out",
                    e);
        }
        isInstalled = true;
    }

    /**
     * {@return what the stacks of this process have done, a line for each layer of each, with what somebody should do
     * about it} Empty if no stack was opened.
     */
    public static String report() {
        StringBuilder text = new StringBuilder();
        for (Stack stack : acceleration().openStacks()) {
            text.append("onload: stack ").append(stack.name()).append('\n');
            line(text, "stack", stack.counters());
            line(text, "tcp", stack.tcpCounters());
            line(text, "udp", stack.udpCounters());
            line(text, "ip", stack.ipCounters());
            stack.advice().forEach(advice -> line(text, "advice", advice));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String what, Object counters) {
        text.append("onload:   ").append(what).append(": ").append(counters).append('\n');
    }

    /**
     * Ends: connections are finished, as the kernel finishes those of a process that ends. For the end of the
     * JVM, after the program's own hooks; threads of the program that wait in sockets do not come back.
     */
    public static void end() {
        Ending.begin();
        acceleration().close();
    }
}
