package onload.jdk.placement;

import onload.nic.Nics;
import onload.sockets.Stack;
import onload.sockets.StackBuilder;
import onload.sockets.Way;
import onload.sockets.control.CaptureCommand;
import onload.sockets.control.ControlServer;
import onload.sockets.dump.StackFiles;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * The stacks of a process, and which socket goes where: the one thing that all providers ask.
 *
 * <p>A socket is placed when it is bound or connected, never before. To an address that a stack has a route to it
 * connects by that stack; where several have one, by the first that does not own the address, so that two stacks of one
 * process talk over their wire. To loopback, to addresses of this machine that are not on a stack's own link,
 * and to networks that no stack reaches, it connects by the kernel. Bound to a stack's address it is that
 * stack's, to the wildcard everybody's, to anything else the kernel's.
 *
 * <p>For any thread. Stacks that come out of a plan are opened with the first question; if they cannot be, that
 * is logged once, and all sockets are the kernel's.
 */
public final class Acceleration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acceleration.class);

    private static final long LONGEST_DETECTION_NS = 3_000_000_000L;

    private final Supplier<List<Stack>> opener;
    private volatile @Nullable List<Stack> stacks;
    private volatile String trouble = "";
    private final Set<ListedSocket> kernels = Collections.newSetFromMap(new WeakHashMap<>());
    private @Nullable ControlServer control;
    private boolean isClosed;

    private Acceleration(Supplier<List<Stack>> opener) {
        this.opener = opener;
    }

    /** {@return the acceleration by stacks that are open} They stay the caller's until {@link #close}. */
    public static Acceleration of(Stack... stacks) {
        List<Stack> all = List.of(stacks);
        return new Acceleration(() -> all);
    }

    /**
     * {@return the acceleration by the stacks of a plan, which are opened when the first socket is placed}
     *
     * @param environment variables of the process, for options that the plan does not have
     */
    public static Acceleration of(AccelerationPlan plan, Map<String, String> environment) {
        return new Acceleration(() -> open(plan, environment));
    }

    private static List<Stack> open(AccelerationPlan plan, Map<String, String> environment) {
        List<Stack> open = new ArrayList<>();
        try {
            Nics nics = Nics.installed(Acceleration.class.getClassLoader());
            for (StackBuilder builder : plan.stacks(environment)) {
                open.add(builder.nics(nics).open());
            }
            return List.copyOf(open);
        } catch (RuntimeException | Error e) {
            open.forEach(Stack::close);
            throw e;
        }
    }

    /** {@return the stacks, opened by now; none if they cannot be} */
    public List<Stack> stacks() {
        List<Stack> all = stacks;
        return all == null ? openOnce() : all;
    }

    private synchronized List<Stack> openOnce() {
        List<Stack> all = stacks;
        if (all == null) {
            try {
                all = isClosed ? List.of() : opener.get();
                trouble = all.isEmpty() ? "no NIC is named for this process" : "";
            } catch (RuntimeException e) {
                all = List.of();
                trouble = "the stack could not be opened: " + e.getMessage();
                LOG.warn("all sockets of this process are the kernel's: {}", e.getMessage());
            }
            stacks = all;
            if (!all.isEmpty()) {
                openControl();
            }
        }
        return all;
    }

    /** Lets others of this user ask the process. What keeps them from it keeps nobody from his sockets. */
    private void openControl() {
        try {
            control =
                    ControlServer.open(
                            StackFiles.folder(),
                            List.of(
                                    new CaptureCommand(this::openStacks),
                                    new KernelSocketsCommand(this::kernelSockets)));
        } catch (IOException | RuntimeException e) {
            LOG.debug("this process cannot be asked: {}", e.getMessage());
        }
    }

    /** {@return the stacks that are open already, without opening any} */
    public List<Stack> openStacks() {
        List<Stack> all = stacks;
        return all == null ? List.of() : all;
    }

    // Placing.

    /** {@return where a socket goes that connects} A datagram socket asks also for each address that it sends to. */
    public Placement toConnect(InetAddress remote) {
        if (remote.isLoopbackAddress() || remote.isAnyLocalAddress()) {
            return Placement.kernel("loopback addresses are the kernel's");
        }
        List<Stack> all = stacks();
        awaitAddresses(all, remote);
        Stack own = null;
        for (Stack stack : all) {
            Way way = stack.way(remote);
            if (way == Way.ON_LINK || (way == Way.ROUTED && !isOfThisMachine(remote))) {
                return Placement.on(stack);
            }
            if (way == Way.OWN && own == null) {
                own = stack;
            }
        }
        if (own != null) {
            return Placement.on(own);
        }
        return Placement.kernel(
                all.isEmpty() ? trouble : "no stack has a route to " + remote.getHostAddress());
    }

    /**
     * An IPv6 address cannot be used before the link was asked whether somebody has it (RFC 4862, section 5.4), which a
     * program does not expect that begins at once.
     */
    private static void awaitAddresses(List<Stack> all, InetAddress like) {
        if (like instanceof Inet6Address) {
            all.forEach(stack -> stack.awaitAddresses(LONGEST_DETECTION_NS));
        }
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    /**
     * {@return where a socket goes that is bound to an address which is not the wildcard}
     *
     * @param local the address
     */
    public Placement toBind(InetAddress local) {
        List<Stack> all = stacks();
        awaitAddresses(all, local);
        for (Stack stack : all) {
            if (stack.owns(local)) {
                return Placement.on(stack);
            }
        }
        if (local.isLoopbackAddress()) {
            return Placement.kernel("loopback addresses are the kernel's");
        }
        return Placement.kernel(
                all.isEmpty() ? trouble : local.getHostAddress() + " is an address of no stack");
    }

    /** A socket is the kernel's, or has a part that is: it is shown with its reason until it is closed or forgotten. */
    public void passedOver(ListedSocket socket) {
        synchronized (kernels) {
            kernels.add(socket);
        }
    }

    /** {@return the open sockets that are the kernel's} */
    public List<ListedSocket> kernelSockets() {
        synchronized (kernels) {
            kernels.removeIf(socket -> !socket.isOpen());
            return List.copyOf(kernels);
        }
    }

    /** {@return why there is no stack; empty if there is one} */
    public String trouble() {
        stacks();
        return trouble;
    }

    /** Closes the stacks, and with them all sockets that are theirs. What is placed from now on is the kernel's. */
    @Override
    public void close() {
        List<Stack> all;
        synchronized (this) {
            isClosed = true;
            all = openStacks();
            stacks = List.of();
            trouble = "the stacks of this process are closed";
        }
        ControlServer server = control;
        if (server != null) {
            server.close();
        }
        all.forEach(Stack::close);
    }
}
