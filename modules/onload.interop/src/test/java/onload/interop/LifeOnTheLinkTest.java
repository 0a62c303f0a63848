package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.KERNEL_6;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.at;
import static onload.interop.Link.kernelAddress;
import static onload.interop.Link.stackAddress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;
import onload.sockets.counter.StackCounter;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.locks.LockSupport;

/** What happens to a cable, and to the kernel at its other end, while it is in use. */
@Timeout(60)
class LifeOnTheLinkTest {
    // The link.

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void aConnectionOutlivesALinkThatGoesDownAndUp(String kind, int version) throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, version)) {
            conversation.goesOn(5);
            for (int i = 0; i < 3; i++) {
                link.far.run("ip", "link", "set", link.device, "down");
                conversation.stops(100);
                link.far.run("ip", "link", "set", link.device, "up");
                conversation.goesOn(10);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4", "6"})
    void aConnectionOutlivesADeviceThatGoesDownAndUp(int version) throws Exception {
        try (Link link = Link.quick("afxdp");
                Conversation conversation = conversation(link, version)) {
            conversation.goesOn(5);
            for (int i = 0; i < 3; i++) {
                near(link, "link", "set", "veth0", "down");
                conversation.stops(100);
                near(link, "link", "set", "veth0", "up");
                conversation.goesOn(10);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6"})
    void aLinkMayFlap(String kind, int version) throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, version)) {
            conversation.goesOn(5);
            for (int i = 0; i < 20; i++) {
                link.far.run("ip", "link", "set", link.device, "down");
                link.far.run("ip", "link", "set", link.device, "up");
            }
            conversation.goesOn(10);
        }
    }

    /** IPv6 addresses of the kernel stay when its device goes down. */
    private static Conversation conversation(Link link, int version) {
        link.far.sysctl("net.ipv6.conf.%s.keep_addr_on_down".formatted(link.device), "1");
        return new Conversation(link, version);
    }

    private static void near(Link link, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "ip";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        link.near().run(all);
    }

    // The device.

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void aDeviceThatVanishesTakesNothingWithIt(String kind) throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, 4)) {
            conversation.goesOn(5);
            link.far.run("ip", "link", "delete", link.device);
            conversation.stops(300);
            // Nobody works for nothing.
            long before = turns(link);
            LockSupport.parkNanos(SECOND);
            long turns = turns(link) - before;
            assertTrue(turns < 1000, () -> turns + " turns in a second: " + link.stack.counters());
            assertEquals(0, link.stack.counters().get(StackCounter.FAULTS));
            // Whoever waits comes back.
            UdpSocket socket = link.stack.udp();
            assertEquals(0, socket.bind(at(stackAddress(4), 9)));
            UnsafeBuffer in = new UnsafeBuffer(new byte[8]);
            assertEquals(Status.EXPIRED, socket.receive(in, 0, 8, null, SECOND / 10));
            TcpSocket refused = link.stack.tcp();
            int answer = refused.connect(at(kernelAddress(4), 9), SECOND / 10);
            assertTrue(answer < 0, () -> "" + answer);
        }
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void aDeviceMayGetAnotherName(String kind) throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, 4)) {
            conversation.goesOn(5);
            if (kind.equals("tap")) {
                link.far.run("ip", "link", "set", "tap0", "name", "other0");
            } else {
                near(link, "link", "set", "veth0", "name", "other0");
            }
            // Longer than it takes to look at the link again.
            LockSupport.parkNanos(SECOND / 10);
            conversation.goesOn(5);
        }
    }

    @Test
    void aDeviceThatIsMadeAnewCanBeOpenedBesideTheOneThatIsGone() throws Exception {
        try (Link link = Link.quick("afxdp")) {
            link.far.run("ip", "link", "delete", "veth1");
            link.sandbox.join(link.near(), "veth0", link.far, "veth1", 1500);
            link.far.fillChecksums("veth1");
            link.far.address("veth1", KERNEL + "/24");
            again(link).close();
            try (Stack next = again(link);
                    ServerSocket server = link.far.call(() -> new ServerSocket(9))) {
                link.stack.close();
                TcpSocket socket = next.tcp();
                assertEquals(0, socket.connect(at(KERNEL, server.getLocalPort()), 5 * SECOND));
                socket.close();
            }
        }
    }

    private static Stack again(Link link) {
        return Stack.builder()
                .nic("afxdp:veth0,netns=" + link.near().name())
                .address(stackAddress(4) + "/24")
                .open();
    }

    private static long turns(Link link) {
        long turns = 0;
        for (StackCounter each :
                new StackCounter[] {
                    StackCounter.POLLS_BY_APPLICATION,
                    StackCounter.POLLS_BY_SLEEPER,
                    StackCounter.PRIMES,
                    StackCounter.INTERRUPTS,
                    StackCounter.WAKE_UPS
                }) {
            turns += link.stack.counters().get(each);
        }
        return turns;
    }

    // Addresses of the kernel.

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6"})
    void aConnectionOutlivesAnAddressThatGoesAndComesBack(String kind, int version)
            throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, version)) {
            conversation.goesOn(5);
            String address = version == 4 ? KERNEL + "/24" : KERNEL_6 + "/64";
            link.far.run("ip", "address", "delete", address, "dev", link.device);
            conversation.stops(500);
            link.far.address(link.device, address);
            conversation.goesOn(10);
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6"})
    void whoeverHasNoAddressCannotBeReached(String kind, int version) {
        try (Link link = Link.quick(kind)) {
            TcpSocket socket = link.stack.tcp();
            String nobody = version == 4 ? "192.0.2.77" : "2001:db8::77";
            assertEquals(Status.UNREACHABLE, socket.connect(at(nobody, 9), 10 * SECOND));
            socket.close();
        }
    }

    // The kernel's MAC address.

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6"})
    void aConnectionGoesOnWithAPeerWhoSaysThatItsMacAddressIsAnother(String kind, int version)
            throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, version)) {
            link.far.sysctl("net.ipv4.conf.%s.arp_notify".formatted(link.device), "1");
            link.far.sysctl("net.ipv6.conf.%s.ndisc_notify".formatted(link.device), "1");
            conversation.goesOn(5);
            for (int i = 1; i <= 3; i++) {
                link.far.run("ip", "link", "set", link.device, "address", "02:00:00:00:77:1" + i);
                conversation.goesOn(10);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "tap, 6", "afxdp, 4", "afxdp, 6"})
    void aConnectionGoesOnWithAPeerWhoAsksFromAnotherMacAddress(String kind, int version)
            throws Exception {
        try (Link link = Link.quick(kind);
                Conversation conversation = conversation(link, version)) {
            conversation.goesOn(5);
            link.far.run("ip", "link", "set", link.device, "address", "02:00:00:00:77:01");
            // The kernel has forgotten its neighbours with that, and asks for who it sends to.
            conversation.goesOn(10);
        }
    }

    // MTUs.

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void newConnectionsKeepToAnMtuThatWasLowered(String kind, int version) throws Exception {
        try (Link link = Link.quick(kind)) {
            link.far.run("ip", "link", "set", link.device, "mtu", "1280");
            try (Conversation conversation = conversation(link, version)) {
                conversation.goesOn(5);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tap, 4", "afxdp, 6", "tap-jumbo, 6", "afxdp-jumbo, 4"})
    void framesThatAreTooLongAreDroppedAndThoseAfterThemAreNot(String kind, int version)
            throws Exception {
        try (Link link = Link.quick(kind);
                DatagramSocket theirs = link.far.call(() -> new DatagramSocket())) {
            boolean isJumbo = kind.endsWith("-jumbo");
            link.far.run("ip", "link", "set", link.device, "mtu", isJumbo ? "16000" : "3000");
            UdpSocket ours = link.stack.udp();
            assertEquals(0, ours.bind(at(stackAddress(version), 9)));
            InetAddress address = InetAddress.getByName(stackAddress(version));
            UnsafeBuffer in = new UnsafeBuffer(new byte[65_507]);
            int longest = isJumbo ? 8000 : 1400;
            int longer = isJumbo ? 12_000 : 1800;
            for (int i = 0; i < 200; i++) {
                byte[] tooLong = Exchange.noise(longer + i, i);
                theirs.send(new DatagramPacket(tooLong, tooLong.length, address, 9));
                byte[] fits = Exchange.noise(longest, i);
                theirs.send(new DatagramPacket(fits, longest, address, 9));
                assertEquals(longest, ours.receive(in, 0, 65_507, null, 5 * SECOND));
                for (int j = 0; j < longest; j++) {
                    assertEquals(fits[j], in.getByte(j));
                }
            }
            ours.close();
        }
    }
}
