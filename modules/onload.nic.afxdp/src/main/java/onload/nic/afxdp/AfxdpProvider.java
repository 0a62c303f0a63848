package onload.nic.afxdp;

import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.SystemCalls;
import onload.linux.bpf.BpfMap;
import onload.linux.device.NetworkDevice;
import onload.linux.device.NetworkNamespace;
import onload.linux.netlink.InterfaceMirror;
import onload.linux.xdp.XdpOptions;
import onload.linux.xdp.XdpSocket;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicFeature;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.wire.EthernetHeader;

import java.util.EnumSet;
import java.util.Set;

/**
 * Queues of the kernel's network devices: {@code afxdp:DEVICE[/QUEUE]}, such as {@code afxdp:eth0/3,zero-copy=on}.
 *
 * <table>
 *   <caption>Settings</caption>
 *   <tr><th></th><th>default</th><th></th></tr>
 *   <tr><td>share</td><td>off</td><td>the kernel keeps the interface and its addresses; the stack has the flows that it
 * asks for</td></tr>
 *   <tr><td>mode</td><td>auto</td><td>where the program is attached: native, generic, or whichever can be had</td></tr>
 *   <tr><td>zero-copy</td><td>auto</td><td>on, off, or where the driver can</td></tr>
 *   <tr><td>ring, receive-ring, transmit-ring</td><td>1024</td><td>places in the rings, a power of two from 8</td></tr>
 *   <tr><td>filters</td><td>65536</td><td>most flows at once, with share=on</td></tr>
 *   <tr><td>busy-poll</td><td>0</td><td>how long a poll lets the driver look for frames, such as 20us; needs
 * Linux 5.11 and a driver with NAPI</td></tr>
 *   <tr><td>statistics-interval</td><td>10ms</td><td>how often the kernel's counters and the link are looked
 * at</td></tr>
 *   <tr><td>netns</td><td>the caller's</td><td>network namespace of the device, as {@code ip netns} names it</td></tr>
 * </table>
 *
 * <p>Packet buffers have to be 2048 or 4096 bytes. A device whose MTU does not fit into one takes frames in several
 * buffers, for which the kernel has to be 6.6 or newer.
 */
public final class AfxdpProvider implements NicProvider {
    /** Bytes of a page: the most that a buffer of AF_XDP can have. */
    private static final int PAGE_BYTES = 4096;

    private static final int SMALLEST_BUFFER = 2048;
    private static final int BUSY_POLL_BUDGET = 64;

    /** How long the link of a device that is up is waited for. */
    private static final int LINK_MILLISECONDS = 1_000;

    /** Makes a provider. */
    public AfxdpProvider() {}

    @Override
    public String name() {
        return "afxdp";
    }

    @Override
    public String description() {
        return "queues of the kernel's network devices by AF_XDP, such as afxdp:eth0/3";
    }

    @Override
    public Availability probe() {
        String whyNot = SystemCalls.whyNot();
        if (!whyNot.isEmpty()) {
            return Availability.unavailable(
                    whyNot.replaceFirst(";.*", ""),
                    whyNot.contains(";")
                            ? whyNot.replaceFirst("[^;]*; *", "")
                            : "use the emulated NIC on this machine");
        }
        try (BpfMap _ = BpfMap.create(BpfMap.SOCKETS, 4, 4, 1, "onload_probe")) {
            return Availability.available();
        } catch (LinuxException e) {
            String message = String.valueOf(e.getMessage());
            int mend = message.indexOf("; ");
            return Availability.unavailable(
                    mend < 0 ? message : message.substring(0, mend),
                    mend < 0
                            ? "use a kernel of 5.9 or newer with CONFIG_XDP_SOCKETS and CONFIG_BPF_SYSCALL"
                            : message.substring(mend + 2));
        }
    }

    @Override
    public VirtualInterface open(NicOptions options, PacketPool pool) {
        AfxdpOptions read = AfxdpOptions.of(options);
        String whyNot = SystemCalls.whyNot();
        if (!whyNot.isEmpty()) {
            throw new NicUnavailableException(whyNot);
        }
        try {
            return NetworkNamespace.call(read.namespace(), () -> openHere(read, pool));
        } catch (LinuxException e) {
            throw new NicUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private static VirtualInterface openHere(AfxdpOptions options, PacketPool pool) {
        int length = pool.buffers().bufferLength();
        if (length < SMALLEST_BUFFER || length > PAGE_BYTES) {
            throw new NicUnavailableException(
                    "AF_XDP cannot use packet buffers of %d bytes; expected 2048 or 4096"
                            .formatted(length));
        }
        NetworkDevice device = device(options);
        try {
            return openDevice(options, pool, device);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private static NetworkDevice device(AfxdpOptions options) {
        if (options.device().isEmpty()) {
            throw new NicUnavailableException(
                    "afxdp needs a device; expected afxdp:NAME, with a name that \"ip link\" shows");
        }
        return NetworkDevice.find(options.device())
                .orElseThrow(() ->
                        new NicUnavailableException(
                                "there is no network device %s%s; expected one that \"ip link\" shows"
                                        .formatted(
                                                options.device(),
                                                options.namespace().isEmpty()
                                                        ? ""
                                                        : " in " + options.namespace())));
    }

    private static VirtualInterface openDevice(
            AfxdpOptions options, PacketPool pool, NetworkDevice device) {
        long macAddress =
                device.macAddress()
                        .orElseThrow(() ->
                                new NicUnavailableException(
                                        "%s is not an Ethernet; AF_XDP is for devices with a MAC address"
                                                .formatted(device.name())));
        int queues = device.receiveQueues();
        if (options.queue() >= queues) {
            throw new NicUnavailableException(
                    "%s has no queue %d; expected 0 to %d (see \"ethtool -l %s\")"
                            .formatted(device.name(), options.queue(), queues - 1, device.name()));
        }
        if (!device.isUp()) {
            throw new NicUnavailableException(
                    "%s is down; bring it up: ip link set %s up"
                            .formatted(device.name(), device.name()));
        }
        // A link that is down is no error: it may come up later.
        var _ = device.awaitRunning(LINK_MILLISECONDS);
        int mtu = device.mtu();
        boolean isInParts = mtu + EthernetHeader.MAX_LENGTH > room(pool);
        Attachment attachment = Attachment.of(device, options, isInParts);
        try {
            XdpSocket socket = socket(options, pool, device, isInParts);
            try {
                attachment.socket(options.queue(), socket.descriptor().number());
                AfxdpKernelNetwork kernelNetwork =
                        options.share()
                                ? new AfxdpKernelNetwork(new InterfaceMirror(device.index()))
                                : null;
                try {
                    return new AfxdpInterface(
                            new AfxdpInterface.Parts(
                                    pool,
                                    device,
                                    attachment,
                                    socket,
                                    capabilities(options, mtu, queues, isInParts),
                                    macAddress,
                                    isInParts,
                                    kernelNetwork,
                                    options));
                } catch (RuntimeException e) {
                    if (kernelNetwork != null) {
                        kernelNetwork.close();
                    }
                    throw e;
                }
            } catch (RuntimeException e) {
                socket.close();
                throw e;
            }
        } catch (RuntimeException e) {
            attachment.release();
            throw e;
        }
    }

    /** Bytes of a frame that one buffer takes. */
    private static int room(PacketPool pool) {
        return pool.buffers().bufferLength()
                - PacketBuffers.METADATA_LENGTH
                - XdpSocket.PACKET_HEADROOM;
    }

    private static XdpSocket socket(
            AfxdpOptions options, PacketPool pool, NetworkDevice device, boolean isInParts) {
        int bind = XdpSocket.NEED_WAKE_UP | (isInParts ? XdpSocket.SCATTER : 0);
        bind |=
                switch (options.zeroCopy()) {
                    case "on" -> XdpSocket.ZERO_COPY;
                    case "off" -> XdpSocket.COPY;
                    default -> 0;
                };
        XdpSocket socket =
                new XdpSocket(
                        device.index(),
                        device.name(),
                        options.queue(),
                        pool.memory().address(),
                        (long) pool.capacity() * pool.buffers().bufferLength(),
                        pool.buffers().bufferLength(),
                        PacketBuffers.METADATA_LENGTH,
                        new XdpOptions(
                                options.receiveRing(),
                                options.transmitRing(),
                                options.receiveRing(),
                                options.transmitRing(),
                                bind));
        if (options.busyPollNs() > 0) {
            int result =
                    socket.busyPoll(
                            (int) Math.ceilDiv(options.busyPollNs(), 1000), BUSY_POLL_BUDGET);
            if (result < 0) {
                socket.close();
                throw new LinuxException(
                        "busy polling of " + device.name(),
                        -result,
                        result == -Errno.EPERM
                                ? "grant CAP_NET_ADMIN, or leave busy-poll out"
                                : "it needs Linux 5.11; leave busy-poll out");
            }
        }
        return socket;
    }

    private static NicCapabilities capabilities(
            AfxdpOptions options, int mtu, int queues, boolean isInParts) {
        Set<NicFeature> features = EnumSet.of(NicFeature.FILE_DESCRIPTOR);
        if (options.share()) {
            features.add(NicFeature.SHARED_WITH_KERNEL);
            features.add(NicFeature.FLOW_FILTERS);
        }
        if (isInParts) {
            features.add(NicFeature.RECEIVE_SCATTER);
            features.add(NicFeature.TRANSMIT_GATHER);
        }
        return new NicCapabilities(
                mtu,
                queues,
                options.receiveRing(),
                options.transmitRing(),
                options.share() ? options.filters() : 0,
                0,
                features);
    }
}
