package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.FragmentPolicy;
import onload.testkit.ip.IcmpMessages;
import onload.testkit.ip.IpPackets;
import onload.udp.counter.UdpCounter;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpProtocol;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ICMP errors, true and forged ones: RFC 1122, section 4.1.3.3; RFC 5927. */
class UdpErrorsTest {
    private static final String NOTHING = "" + UdpSocket.WOULD_BLOCK;
    private static final int LONGER_THAN_1400 = 1420;

    private final UdpScene scene = new UdpScene();

    @AfterEach
    void everyBufferIsHome() {
        scene.close();
    }

    private static boolean isIpv4(String address) {
        return address.indexOf(':') < 0;
    }

    private static String own(String to) {
        return isIpv4(to) ? UdpScene.ONE : UdpScene.ONE6;
    }

    /** What host one would have sent, as a router quotes it. */
    private static byte[] quote(int sourcePort, String to, int port) {
        return quote(sourcePort, to, port, "ping");
    }

    private static byte[] quote(int sourcePort, String to, int port, String text) {
        byte[] datagram = UdpScene.datagram(own(to), to, sourcePort, port, text, -1);
        return IpPackets.ip(UdpScene.ip(own(to)), UdpScene.ip(to), IpProtocol.UDP, 64, datagram);
    }

    private void report(String to, byte[] message) {
        String from = isIpv4(to) ? UdpScene.FORGER : UdpScene.FORGER6;
        scene.forger.sendIp(
                scene.oneHost.nic().macAddress(), IpPackets.icmp(from, own(to), 64, message));
        scene.network.run(UdpScene.SECOND_NS / 100);
    }

    private static byte[] tooBig(int sourcePort, String to, int port) {
        return IcmpMessages.tooBig(1400, quote(sourcePort, to, port, "x".repeat(LONGER_THAN_1400)));
    }

    private void unreachable(UdpSocket socket, String to, int port, int code) {
        int type =
                isIpv4(to)
                        ? Icmpv4Message.DESTINATION_UNREACHABLE
                        : Icmpv6Message.DESTINATION_UNREACHABLE;
        report(to, IcmpMessages.error(type, code, quote(socket.localPort(), to, port)));
    }

    @ParameterizedTest
    @ValueSource(strings = {UdpScene.TWO, UdpScene.TWO6})
    void hardErrorsAreToldOnceToTheSocketThatSentTheDatagram(String to) {
        UdpSocket client = scene.connected(scene.one, to, 53);
        UdpSocket bystander = scene.connected(scene.one, to, 53);
        int refused = isIpv4(to) ? Icmpv4Message.PORT_UNREACHABLE : Icmpv6Message.PORT_UNREACHABLE;
        int prohibited =
                isIpv4(to) ? Icmpv4Message.COMMUNICATION_PROHIBITED : Icmpv6Message.PROHIBITED;
        unreachable(client, to, 53, refused);
        assertTrue(scene.events.contains(client.id() + ":" + UdpEvents.ERROR));
        assertEquals(UdpSocket.REFUSED, client.takeError());
        assertEquals(0, client.takeError());
        unreachable(client, to, 53, prohibited);
        assertEquals(UdpSocket.PROHIBITED, scene.send(client, "again"));
        assertEquals(NOTHING, scene.receive(bystander));
        assertEquals(2, scene.count(scene.one, UdpCounter.ERRORS_RECEIVED));
    }

    @Test
    void theProtocolThatAPeerDoesNotHaveIsTold() {
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        unreachable(client, UdpScene.TWO, 53, Icmpv4Message.PROTOCOL_UNREACHABLE);
        assertEquals("" + UdpSocket.PROTOCOL_ERROR, scene.receive(client));
    }

    @ParameterizedTest
    @ValueSource(strings = {UdpScene.TWO, UdpScene.TWO6})
    void softErrorsThatMayPassAreCountedAndNotTold(String to) {
        UdpSocket client = scene.connected(scene.one, to, 53);
        byte[] quote = quote(client.localPort(), to, 53);
        report(to, IcmpMessages.networkUnreachable(quote));
        report(to, IcmpMessages.hostUnreachable(quote));
        report(to, IcmpMessages.hopLimitExceeded(quote));
        assertEquals(3, scene.count(scene.one, UdpCounter.ERRORS_RECEIVED));
        assertEquals(NOTHING, scene.receive(client));
        assertFalse(scene.events.contains(client.id() + ":" + UdpEvents.ERROR));
        assertEquals(4, scene.send(client, "ping"));
    }

    @ParameterizedTest
    @ValueSource(strings = {UdpScene.TWO, UdpScene.TWO6})
    void errorsAboutWhatNobodySentAreDropped(String to) {
        UdpSocket client = scene.connected(scene.one, to, 53);
        UdpSocket server = scene.bound(scene.one, UdpScene.ANY6, 5353);
        String stranger = isIpv4(to) ? "192.0.2.99" : "2001:db8::99";
        int code = isIpv4(to) ? Icmpv4Message.PORT_UNREACHABLE : Icmpv6Message.PORT_UNREACHABLE;
        unreachable(client, to, 54, code);
        unreachable(client, stranger, 53, code);
        unreachable(server, stranger, 53, code);
        int type =
                isIpv4(to)
                        ? Icmpv4Message.DESTINATION_UNREACHABLE
                        : Icmpv6Message.DESTINATION_UNREACHABLE;
        report(to, IcmpMessages.error(type, code, quote(client.localPort() ^ 1, to, 53)));
        assertEquals(4, scene.count(scene.one, UdpCounter.ERRORS_DROPPED_NO_SOCKET));
        assertEquals(0, scene.count(scene.one, UdpCounter.ERRORS_RECEIVED));
        assertEquals(NOTHING, scene.receive(client));
        assertEquals(NOTHING, scene.receive(server));
    }

    @Test
    void aSocketWithoutPeerHearsNoErrorAndGoesOnSending() {
        UdpSocket client = scene.open(scene.one);
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.sendTo(client, "nobody", UdpScene.TWO, 54);
        assertEquals(1, scene.count(scene.one, UdpCounter.ERRORS_RECEIVED));
        assertEquals(5, scene.sendTo(client, "hello", UdpScene.TWO, 53));
        assertEquals("hello", scene.receive(server));
    }

    @Test
    void anErrorComesBeforeDatagramsThatWait() {
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.sendTo(server, "waits", UdpScene.ONE, client.localPort());
        unreachable(client, UdpScene.TWO, 53, Icmpv4Message.PORT_UNREACHABLE);
        assertEquals("" + UdpSocket.REFUSED, scene.receive(client));
        assertEquals("waits", scene.receive(client));
    }

    @Test
    void aNewPeerEndsTheErrorOfTheOld() {
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        unreachable(client, UdpScene.TWO, 53, Icmpv4Message.PORT_UNREACHABLE);
        assertEquals(0, scene.connect(client, UdpScene.TWO, 54));
        assertEquals(0, client.takeError());
    }

    @Test
    void aNeighbourThatDoesNotAnswerIsToldToTheConnectedSocket() {
        UdpSocket client = scene.connected(scene.one, "192.0.2.99", 53);
        assertEquals(4, scene.send(client, "ping"));
        scene.network.run(10 * UdpScene.SECOND_NS);
        assertEquals("" + UdpSocket.UNREACHABLE, scene.receive(client));
    }

    @ParameterizedTest
    @ValueSource(strings = {UdpScene.TWO, UdpScene.TWO6})
    void aReportedPathMtuIsBelievedFromThePathOfASocketOnly(String to) {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.connected(scene.one, to, 53);
        client.fragmentPolicy(FragmentPolicy.FORBID);
        String text = "x".repeat(LONGER_THAN_1400);
        report(to, tooBig(client.localPort(), to, 54));
        report(to, tooBig(client.localPort() ^ 1, to, 53));
        assertEquals(LONGER_THAN_1400, scene.send(client, text), "after forged reports");
        report(to, tooBig(client.localPort(), to, 53));
        assertEquals(UdpSocket.TOO_LONG, scene.send(client, text));
        assertEquals(1, scene.count(scene.one, UdpCounter.REFUSED_TOO_LONG));
        client.fragmentPolicy(FragmentPolicy.WANT);
        assertEquals(LONGER_THAN_1400, scene.send(client, text), "in fragments");
        assertEquals(text, scene.receive(server));
        assertEquals(text, scene.receive(server));
        assertEquals(0, client.takeError());
    }
}
