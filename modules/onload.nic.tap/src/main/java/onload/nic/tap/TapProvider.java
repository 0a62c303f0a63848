package onload.nic.tap;

import onload.linux.LinuxException;
import onload.linux.SystemCalls;
import onload.linux.device.NetworkDevice;
import onload.linux.device.NetworkNamespace;
import onload.linux.tun.TapDevice;
import onload.linux.tun.TapOptions;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicFeature;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.wire.MacAddress;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * TAP devices of the kernel: {@code tap:DEVICE[/QUEUE]}, such as {@code tap:tap0}. A device that is not there is
 * made and brought up, and goes away when it is closed.
 *
 * <table>
 *   <caption>Settings</caption>
 *   <tr><th></th><th>default</th><th></th></tr>
 *   <tr><td>mac</td><td>the device's, one bit other</td><td>Ethernet address of the stack's end</td></tr>
 *   <tr><td>mtu</td><td>as it is</td><td>largest IP datagram in bytes, which the device is told</td></tr>
 *   <tr><td>owner</td><td>nobody</td><td>number of the user who may open the device later</td></tr>
 *   <tr><td>persist</td><td>off</td><td>a device that was made stays when it is closed</td></tr>
 *   <tr><td>multi-queue</td><td>off</td><td>it may be opened several times; the kernel spreads flows over the
 * queues in the order in which they were opened</td></tr>
 *   <tr><td>checksum</td><td>on</td><td>checksums are left undone between the kernel and the stack</td></tr>
 *   <tr><td>ring</td><td>512</td><td>buffers that may be posted, and frames that may be on their way</td></tr>
 *   <tr><td>promiscuous</td><td>off</td><td>frames for other stations are taken, too</td></tr>
 *   <tr><td>up</td><td>on</td><td>the device is brought up</td></tr>
 *   <tr><td>netns</td><td>the caller's</td><td>network namespace of the device, as {@code ip netns} names it</td></tr>
 * </table>
 */
public final class TapProvider implements NicProvider {
    private static final Set<String> NAMES =
            Set.of(
                    "mac",
                    "mtu",
                    "owner",
                    "persist",
                    "multi-queue",
                    "checksum",
                    "ring",
                    "up",
                    "promiscuous",
                    "netns");

    /** The bit in which the two ends of the cable differ, of the last byte of the address. */
    private static final int OTHER_END = 1;

    /** How long the link of a device that was brought up is waited for. */
    private static final int LINK_MILLISECONDS = 1_000;

    private static final int NOT_SET = -1;

    private static final long LOCALLY_ADMINISTERED = 0x02_00_00_00_00_00L;

    /** Makes a provider. */
    public TapProvider() {}

    @Override
    public String name() {
        return "tap";
    }

    @Override
    public String description() {
        return "TAP devices of the kernel, such as tap:tap0: the kernel is at the other end of the cable";
    }

    @Override
    public Availability probe() {
        String whyNot = SystemCalls.whyNot();
        if (!whyNot.isEmpty()) {
            int mend = whyNot.indexOf("; ");
            return Availability.unavailable(
                    mend < 0 ? whyNot : whyNot.substring(0, mend),
                    mend < 0 ? "use the emulated NIC" : whyNot.substring(mend + 2));
        }
        Path file = Path.of(TapDevice.FILE);
        if (!Files.exists(file)) {
            return Availability.unavailable(
                    TapDevice.FILE + " is not there", "load the module: modprobe tun");
        }
        if (!Files.isReadable(file) || !Files.isWritable(file)) {
            return Availability.unavailable(
                    TapDevice.FILE + " may not be opened",
                    "run as root, or let the user read and write it");
        }
        return Availability.available();
    }

    @Override
    public VirtualInterface open(NicOptions options, PacketPool pool) {
        options.allowOnly(NAMES);
        String whyNot = SystemCalls.whyNot();
        if (!whyNot.isEmpty()) {
            throw new NicUnavailableException(whyNot);
        }
        if (options.device().isEmpty() || options.device().length() > NetworkDevice.LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot be a TAP device; expected a name of 1 to 15 characters, such as tap:tap0"
                            .formatted(options.device()));
        }
        Settings settings = Settings.of(options);
        try {
            return NetworkNamespace.call(
                    options.text("netns", ""), () -> openHere(options, settings, pool));
        } catch (LinuxException e) {
            throw new NicUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    /** All options, read before the kernel is asked for anything. */
    private record Settings(
            boolean isMultiQueue,
            boolean isPersistent,
            int owner,
            boolean checksum,
            int mtu,
            boolean up,
            int ring,
            long macAddress,
            boolean isPromiscuous) {
        static Settings of(NicOptions options) {
            return new Settings(
                    options.flag("multi-queue", false),
                    options.flag("persist", false),
                    options.number("owner", NOT_SET, 0, Integer.MAX_VALUE),
                    options.flag("checksum", true),
                    options.number("mtu", NOT_SET, 68, 65_521),
                    options.flag("up", true),
                    options.number("ring", 512, 1, 65_536),
                    station(options.text("mac", "")),
                    options.flag("promiscuous", false));
        }

        private static long station(String mac) {
            if (mac.isEmpty()) {
                return NOT_SET;
            }
            long address = MacAddress.parse(mac);
            if (address == 0 || MacAddress.isMulticast(address)) {
                throw new IllegalArgumentException(
                        "mac=%s is not allowed; expected the address of one station, such as 02:00:00:00:00:01"
                                .formatted(mac));
            }
            return address;
        }
    }

    private static VirtualInterface openHere(
            NicOptions options, Settings settings, PacketPool pool) {
        TapDevice tap =
                TapDevice.open(
                        new TapOptions(
                                options.device(), settings.isMultiQueue(), settings.checksum()));
        try {
            NetworkDevice device =
                    NetworkDevice.find(tap.name())
                            .orElseThrow(() ->
                                    new NicUnavailableException(
                                            "%s has just been deleted by somebody; open it again"
                                                    .formatted(tap.name())));
            try {
                return open(options, settings, pool, tap, device);
            } catch (RuntimeException e) {
                device.close();
                throw e;
            }
        } catch (RuntimeException e) {
            tap.close();
            throw e;
        }
    }

    private static VirtualInterface open(
            NicOptions options,
            Settings settings,
            PacketPool pool,
            TapDevice tap,
            NetworkDevice device) {
        int mtu = device.mtu();
        if (settings.mtu() != NOT_SET && settings.mtu() != mtu) {
            mtu = settings.mtu();
            device.mtu(mtu);
        }
        if (settings.up() && !device.isUp()) {
            device.up(true);
            var _ = device.awaitRunning(LINK_MILLISECONDS);
        }
        long theirs = device.macAddress().orElseThrow();
        Set<NicFeature> features =
                EnumSet.of(
                        NicFeature.FILE_DESCRIPTOR,
                        NicFeature.RECEIVE_SCATTER,
                        NicFeature.TRANSMIT_GATHER);
        if (settings.checksum()) {
            features.add(NicFeature.RECEIVE_CHECKSUM);
        }
        // The kernel's part of the header is always there.
        features.add(NicFeature.TRANSMIT_CHECKSUM);
        VirtualInterface opened =
                new TapInterface(
                        pool,
                        tap,
                        device,
                        new NicCapabilities(
                                mtu,
                                options.queue() + 1,
                                settings.ring(),
                                settings.ring(),
                                0,
                                0,
                                features),
                        settings.macAddress() == NOT_SET
                                ? (theirs ^ OTHER_END) | LOCALLY_ADMINISTERED
                                : settings.macAddress(),
                        settings.isPromiscuous());
        try {
            stay(settings, tap);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private static void stay(Settings settings, TapDevice tap) {
        if (settings.owner() != NOT_SET) {
            tap.owner(settings.owner());
        }
        if (settings.isPersistent()) {
            tap.persist();
        }
    }
}
