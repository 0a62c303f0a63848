package onload.jdk.placement;

import onload.sockets.Stack;

import org.agrona.UnsafeApi;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@link NetworkInterface} of a stack's interface, for programs that join groups or choose the interface to
 * send by. That of a TAP or AF_XDP device is the kernel's own. One that the kernel does not know, such as an
 * emulated one, gets one here: it has a name, an index and the stack's addresses, and can be handed to our
 * channels and sockets only. {@link NetworkInterface} has no way to make one, so it is made without a constructor.
 */
public final class StackInterfaces {
    private static final int FIRST_INDEX = 1 << 24;

    private StackInterfaces() {}

    /**
     * {@return the interfaces of a stack, loopback left out}
     *
     * @throws SocketException if the kernel's cannot be listed
     * @throws UnsupportedOperationException if this JDK's class has other fields
     */
    public static List<NetworkInterface> of(Stack stack) throws SocketException {
        List<InetAddress> addresses = stack.addresses();
        List<NetworkInterface> all = new ArrayList<>();
        for (String name : stack.interfaceNames()) {
            NetworkInterface kernels = NetworkInterface.getByName(name);
            all.add(kernels == null ? make(name, stack.interfaceNumber(name), addresses) : kernels);
        }
        return all;
    }

    @SuppressWarnings("removal")
    private static NetworkInterface make(String name, int number, List<InetAddress> addresses) {
        try {
            NetworkInterface made =
                    (NetworkInterface) UnsafeApi.allocateInstance(NetworkInterface.class);
            put(made, "name", name);
            put(made, "displayName", name);
            put(made, "addrs", addresses.toArray(InetAddress[]::new));
            put(made, "childs", new NetworkInterface[0]);
            UnsafeApi.putInt(made, offset("index"), FIRST_INDEX + number);
            return made;
        } catch (InternalError | LinkageError e) {
            throw new UnsupportedOperationException(
                    "java.net.NetworkInterface of this JDK is another one; join on the kernel's"
                            + " loopback interface instead, which means the stack's, too",
                    e);
        }
    }

    private static void put(NetworkInterface made, String field, Object value) {
        UnsafeApi.putReference(made, offset(field), value);
    }

    private static long offset(String field) {
        return UnsafeApi.objectFieldOffset(NetworkInterface.class, field);
    }
}
