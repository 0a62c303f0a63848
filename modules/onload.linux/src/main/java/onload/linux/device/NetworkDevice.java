package onload.linux.device;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import java.util.Optional;

/**
 * A network device of the kernel, asked and told by {@code ioctl(2)}: {@code struct ifreq} of include/uapi/linux/if.h,
 * numbers of include/uapi/linux/sockios.h, and of include/uapi/linux/ethtool.h.
 *
 * <p>It is the device of that name in the namespace of the thread that looked it up, whichever thread asks later.
 */
public final class NetworkDevice implements AutoCloseable {
    /** Longest name of a device, {@code IFNAMSIZ} with a zero byte. */
    public static final int LONGEST_NAME = 15;

    private static final int AF_INET = 2;

    /** {@code SOCK_DGRAM | SOCK_CLOEXEC}. */
    private static final int DATAGRAMS = 2 | 0x8_0000;

    private static final int SIOCGIFNAME = 0x8910;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCSIFMTU = 0x8922;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int SIOCETHTOOL = 0x8946;

    private static final int IFF_UP = 1;
    private static final int IFF_RUNNING = 0x40;

    /** Length of {@code struct ifreq} on 64-bit machines, and of the name that it begins with. */
    private static final int REQUEST_LENGTH = 40;

    private static final int VALUE = 16;

    /** Of a hardware address, which begins with its family: its first byte; ARPHRD_ETHER is family 1. */
    private static final int ADDRESS = 18;

    private static final int ARPHRD_ETHER = 1;

    private static final int ETHTOOL_GDRVINFO = 3;
    private static final int DRIVER_LENGTH = 196;
    private static final int ETHTOOL_STXCSUM = 0x17;
    private static final int ETHTOOL_GTXCSUM = 0x16;
    private static final int ETHTOOL_GCHANNELS = 0x3c;
    private static final int CHANNELS_LENGTH = 36;
    private static final int CHANNELS_RX = 20;
    private static final int CHANNELS_COMBINED = 32;

    private volatile String name;
    private final Descriptor socket;
    private final int index;
    private final Struct lasting = Struct.lasting(REQUEST_LENGTH);

    private NetworkDevice(String name, Descriptor socket, int index) {
        this.name = name;
        this.socket = socket;
        this.index = index;
    }

    /**
     * Looks a device up in the namespace of the calling thread.
     *
     * @param name as {@code ip link} shows it
     * @return the device; empty if there is none of that name
     * @throws LinuxException if the kernel refuses to say
     */
    public static Optional<NetworkDevice> find(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return Optional.empty();
        }
        SystemCalls calls = new SystemCalls();
        Descriptor socket =
                Descriptor.checked(calls.call(SystemCall.SOCKET, AF_INET, DATAGRAMS, 0), "socket");
        try (Struct request = Struct.of(REQUEST_LENGTH)) {
            request.text(0, VALUE, name);
            long result =
                    calls.call(SystemCall.IOCTL, socket.number(), SIOCGIFINDEX, request.address());
            if (result < 0) {
                socket.close();
                if (result == -Errno.ENODEV) {
                    return Optional.empty();
                }
                throw new LinuxException("ioctl(SIOCGIFINDEX, " + name + ")", (int) -result);
            }
            return Optional.of(new NetworkDevice(name, socket, request.bytes().getInt(VALUE)));
        }
    }

    /** {@return its name, as far as it is known} */
    public String name() {
        return name;
    }

    /** {@return its number, by which other calls know it} */
    public int index() {
        return index;
    }

    /** {@return its largest IP datagram in bytes} */
    public int mtu() {
        return get(SIOCGIFMTU, "SIOCGIFMTU");
    }

    /**
     * Changes its largest IP datagram.
     *
     * @throws LinuxException if the device does not allow it, or the caller is not privileged
     */
    public void mtu(int bytes) {
        set(SIOCSIFMTU, "SIOCSIFMTU", bytes);
    }

    /** {@return whether it is administratively up} */
    public boolean isUp() {
        return (get(SIOCGIFFLAGS, "SIOCGIFFLAGS") & IFF_UP) != 0;
    }

    /** {@return whether it is up and its link, too} */
    public boolean isRunning() {
        int both = IFF_UP | IFF_RUNNING;
        return (get(SIOCGIFFLAGS, "SIOCGIFFLAGS") & both) == both;
    }

    /**
     * {@return whether it is up and its link, too, within some time} The kernel says so a moment after a device was
     * brought up.
     *
     * @param milliseconds longest wait
     */
    public boolean awaitRunning(int milliseconds) {
        for (int waited = 0; waited < milliseconds && !isRunning(); waited++) {
            try (Struct millisecond = Struct.of(2 * Long.BYTES)) {
                millisecond.bytes().putLong(Long.BYTES, 1_000_000);
                new SystemCalls().call(SystemCall.PPOLL, 0, 0, millisecond.address(), 0, 0);
            }
        }
        return isRunning();
    }

    /**
     * {@return whether it is up and its link, too, as {@link #isRunning} says, for data paths: it allocates
     * nothing, and belongs to one thread} What cannot be asked, since it is gone, is not running.
     */
    public boolean isRunningNow() {
        int both = IFF_UP | IFF_RUNNING;
        if (!quick(SIOCGIFFLAGS) && !(isRenamed() && quick(SIOCGIFFLAGS))) {
            return false;
        }
        return (lasting.bytes().getInt(VALUE) & both) == both;
    }

    private boolean quick(int number) {
        lasting.text(0, VALUE, name);
        return SystemCalls.quick(
                        SystemCall.IOCTL, socket.number(), number, lasting.address(), 0, 0, 0)
                >= 0;
    }

    /** {@return whether the device has another name by now, which is used from here on} */
    private boolean isRenamed() {
        try (Struct request = Struct.of(REQUEST_LENGTH)) {
            request.bytes().putInt(VALUE, index);
            long result =
                    new SystemCalls()
                            .call(
                                    SystemCall.IOCTL,
                                    socket.number(),
                                    SIOCGIFNAME,
                                    request.address());
            String found = request.text(0, VALUE);
            if (result < 0 || found.equals(name)) {
                return false;
            }
            name = found;
            return true;
        }
    }

    /**
     * Brings it up or takes it down.
     *
     * @throws LinuxException if the caller is not privileged
     */
    public void up(boolean up) {
        int flags = get(SIOCGIFFLAGS, "SIOCGIFFLAGS") & 0xffff;
        set(SIOCSIFFLAGS, "SIOCSIFFLAGS", up ? flags | IFF_UP : flags & ~IFF_UP);
    }

    /** {@return its Ethernet address, 48 bits; empty if it is not an Ethernet} */
    public Optional<Long> macAddress() {
        try (Struct request = request()) {
            ioctl(SIOCGIFHWADDR, "SIOCGIFHWADDR", request);
            if (request.bytes().getShort(VALUE) != ARPHRD_ETHER) {
                return Optional.empty();
            }
            long address = 0;
            for (int i = 0; i < 6; i++) {
                address = address << 8 | (request.bytes().getByte(ADDRESS + i) & 0xff);
            }
            return Optional.of(address);
        }
    }

    /** {@return how many receive queues are in use; 1 if the driver does not tell} */
    public int receiveQueues() {
        try (Struct channels = Struct.of(CHANNELS_LENGTH)) {
            channels.bytes().putInt(0, ETHTOOL_GCHANNELS);
            if (ethtool(channels) < 0) {
                return 1;
            }
            int queues =
                    channels.bytes().getInt(CHANNELS_RX)
                            + channels.bytes().getInt(CHANNELS_COMBINED);
            return Math.max(1, queues);
        }
    }

    /** {@return the name of its driver, such as {@code veth}; empty if it does not tell} */
    public String driver() {
        try (Struct information = Struct.of(DRIVER_LENGTH)) {
            information.bytes().putInt(0, ETHTOOL_GDRVINFO);
            return ethtool(information) < 0 ? "" : information.text(4, 32);
        }
    }

    /** {@return whether the kernel leaves checksums of what it sends to the device} */
    public boolean hasTransmitChecksum() {
        try (Struct value = Struct.of(8)) {
            value.bytes().putInt(0, ETHTOOL_GTXCSUM);
            return ethtool(value) >= 0 && value.bytes().getInt(4) != 0;
        }
    }

    /**
     * Says whether the kernel leaves checksums of what it sends to the device, as {@code ethtool -K DEV tx on|off}.
     *
     * @throws LinuxException if the device does not allow it, or the caller is not privileged
     */
    public void transmitChecksum(boolean on) {
        try (Struct value = Struct.of(8)) {
            value.bytes().putInt(0, ETHTOOL_STXCSUM);
            value.bytes().putInt(4, on ? 1 : 0);
            LinuxException.check(
                    ethtool(value), "ethtool -K " + name + " tx " + (on ? "on" : "off"));
        }
    }

    private long ethtool(Struct argument) {
        try (Struct request = request()) {
            request.bytes().putLong(VALUE, argument.address());
            return new SystemCalls()
                    .call(SystemCall.IOCTL, socket.number(), SIOCETHTOOL, request.address());
        }
    }

    private Struct request() {
        Struct request = Struct.of(REQUEST_LENGTH);
        request.text(0, VALUE, name);
        return request;
    }

    private int get(int number, String what) {
        try (Struct request = request()) {
            ioctl(number, what, request);
            return request.bytes().getInt(VALUE);
        }
    }

    private void set(int number, String what, int value) {
        try (Struct request = request()) {
            request.bytes().putInt(VALUE, value);
            ioctl(number, what, request);
        }
    }

    private void ioctl(int number, String what, Struct request) {
        SystemCalls calls = new SystemCalls();
        long result = calls.call(SystemCall.IOCTL, socket.number(), number, request.address());
        if (result == -Errno.ENODEV && isRenamed()) {
            request.text(0, VALUE, name);
            result = calls.call(SystemCall.IOCTL, socket.number(), number, request.address());
        }
        LinuxException.check(result, "ioctl(%s, %s)".formatted(what, name));
    }

    /** Ends the asking; the device stays as it is. */
    @Override
    public void close() {
        socket.close();
    }
}
