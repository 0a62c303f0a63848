package onload.nic.afxdp;

import onload.linux.bpf.BpfAssembler;
import onload.linux.bpf.BpfAssembler.Condition;
import onload.linux.bpf.BpfAssembler.Label;
import onload.linux.bpf.BpfAssembler.Operation;
import onload.linux.bpf.BpfMap;
import onload.wire.EthernetHeader;
import onload.wire.IpProtocol;

/**
 * The programs that the kernel runs for each received frame: to which socket it goes, or on to the kernel. Algorithm.
 *
 * <p>Numbers in a frame are the most significant byte first, and the machine's loads are the other way round: constants
 * that are compared with them are turned.
 */
final class SteeringProgram {
    /** Helpers of include/uapi/linux/bpf.h. */
    private static final int MAP_LOOKUP_ELEM = 1;

    private static final int REDIRECT_MAP = 51;

    /** The answer that lets the kernel have the frame, {@code XDP_PASS}. */
    private static final int PASS = 2;

    /** Offsets in {@code struct xdp_md}. */
    private static final int DATA = 0;

    private static final int DATA_END = 4;
    private static final int QUEUE = 16;

    // Registers: what is kept over calls, and what is not.
    private static final int RESULT = 0;
    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int THIRD = 3;
    private static final int PORTS = 4;
    private static final int CONTEXT = 6;
    private static final int FRAME = 7;
    private static final int END = 8;
    private static final int PROTOCOL = 9;
    private static final int STACK = 10;

    /** The key is the lowest thing on the stack. */
    private static final int KEY = -FlowKey.LENGTH;

    private static final int TYPE = 12;
    private static final int IP = EthernetHeader.LENGTH;
    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;

    /** Ports and as much as each transport and each ICMP error has. */
    private static final int PORTS_LENGTH = 8;

    private static final int ICMP_LENGTH = 8;

    /** Version 4 and no options. */
    private static final int PLAIN_IPV4 = 0x45;

    /** More-fragments and the offset, turned: whatever has one of these bits is a fragment. */
    private static final int FRAGMENT_BITS = 0xff3f;

    /** The offset alone: the first fragment of a datagram has its ports. */
    private static final int OFFSET_BITS = 0xff1f;

    /** The IPv4-mapped prefix ::ffff:0:0/96, its second half, turned. */
    private static final int MAPPED = 0xffff_0000;

    /** Where the IPv4 address is in its IPv4-mapped form. */
    private static final int MAPPED_ADDRESS = 12;

    private SteeringProgram() {}

    /**
     * {@return the program that gives every frame to the socket of its queue, and to the kernel where there is none}
     */
    static BpfAssembler everything(BpfMap sockets) {
        BpfAssembler program = new BpfAssembler();
        program.applyRegister(Operation.MOVE, CONTEXT, FIRST);
        return redirect(program, sockets);
    }

    /**
     * {@return the program that gives the frames of known flows to the socket of their queue, and all others to
     * the kernel}
     */
    static BpfAssembler flows(BpfMap flows, BpfMap sockets) {
        BpfAssembler program = new BpfAssembler();
        Label pass = new Label();
        Label ipv4 = new Label();
        Label ipv6 = new Label();
        Label ours = new Label();
        program.applyRegister(Operation.MOVE, CONTEXT, FIRST)
                .load(4, FRAME, CONTEXT, DATA)
                .load(4, END, CONTEXT, DATA_END);
        atLeast(program, EthernetHeader.LENGTH, pass);
        program.load(2, SECOND, FRAME, TYPE)
                .jumpIf(Condition.EQUAL, SECOND, turned(0x0800), ipv4)
                .jumpIf(Condition.EQUAL, SECOND, turned(0x86dd), ipv6)
                .jump(pass);
        Label lookIpv4 = new Label();
        ipv4(program.place(ipv4), pass, lookIpv4);
        look(program.place(lookIpv4), flows, FlowKey.LOCAL + MAPPED_ADDRESS, ours);
        program.jump(pass);
        Label lookIpv6 = new Label();
        ipv6(program.place(ipv6), pass, lookIpv6);
        look(program.place(lookIpv6), flows, FlowKey.LOCAL, ours);
        program.place(pass).apply(Operation.MOVE, RESULT, PASS).exit();
        return redirect(program.place(ours), sockets);
    }

    private static void ipv4(BpfAssembler program, Label pass, Label look) {
        Label icmp = new Label();
        atLeast(program, IP + IPV4_LENGTH + PORTS_LENGTH, pass);
        program.load(1, SECOND, FRAME, IP)
                .jumpIf(Condition.DIFFERENT, SECOND, PLAIN_IPV4, pass)
                .load(2, SECOND, FRAME, IP + 6)
                .jumpIf(Condition.ANY_BIT, SECOND, FRAGMENT_BITS, pass)
                .load(1, PROTOCOL, FRAME, IP + 9)
                .jumpIf(Condition.EQUAL, PROTOCOL, IpProtocol.ICMP, icmp);
        onlyTransports(program, pass);
        // The destination is this end.
        ipv4Addresses(program, IP + 16, IP + 12);
        ports(program, IP + IPV4_LENGTH, 2, 0, look);

        // An error about a datagram of ours: what it quotes was sent from this end.
        int quoted = IP + IPV4_LENGTH + ICMP_LENGTH;
        program.place(icmp);
        atLeast(program, quoted + IPV4_LENGTH + PORTS_LENGTH, pass);
        // Types 3, 11 and 12 (RFC 792) quote; 4 and 5 are for the kernel alone.
        Label error = new Label();
        program.load(1, SECOND, FRAME, IP + IPV4_LENGTH)
                .jumpIf(Condition.EQUAL, SECOND, 3, error)
                .jumpIf(Condition.EQUAL, SECOND, 11, error)
                .jumpIf(Condition.DIFFERENT, SECOND, 12, pass)
                .place(error)
                .load(1, SECOND, FRAME, quoted)
                .jumpIf(Condition.DIFFERENT, SECOND, PLAIN_IPV4, pass)
                .load(2, SECOND, FRAME, quoted + 6)
                .jumpIf(Condition.ANY_BIT, SECOND, OFFSET_BITS, pass)
                .load(1, PROTOCOL, FRAME, quoted + 9);
        onlyTransports(program, pass);
        ipv4Addresses(program, quoted + 12, quoted + 16);
        ports(program, quoted + IPV4_LENGTH, 0, 2, look);
    }

    private static void ipv6(BpfAssembler program, Label pass, Label look) {
        Label icmp = new Label();
        atLeast(program, IP + IPV6_LENGTH + PORTS_LENGTH, pass);
        program.load(1, PROTOCOL, FRAME, IP + 6)
                .jumpIf(Condition.EQUAL, PROTOCOL, IpProtocol.ICMPV6, icmp);
        onlyTransports(program, pass);
        ipv6Addresses(program, IP + 24, IP + 8);
        ports(program, IP + IPV6_LENGTH, 2, 0, look);

        int quoted = IP + IPV6_LENGTH + ICMP_LENGTH;
        program.place(icmp);
        atLeast(program, quoted + IPV6_LENGTH + PORTS_LENGTH, pass);
        // Errors are the types below 128 (RFC 4443, section 2.1).
        program.load(1, SECOND, FRAME, IP + IPV6_LENGTH)
                .jumpIf(Condition.GREATER, SECOND, 127, pass)
                .load(1, PROTOCOL, FRAME, quoted + 6);
        onlyTransports(program, pass);
        ipv6Addresses(program, quoted + 8, quoted + 24);
        ports(program, quoted + IPV6_LENGTH, 0, 2, look);
    }

    /** Looks the key up: the connection, then the local address and port, then the port at any local address. */
    private static void look(BpfAssembler program, BpfMap flows, int localFrom, Label ours) {
        lookUp(program, flows, ours);
        program.storeValue(8, STACK, KEY + FlowKey.REMOTE, 0)
                .storeValue(8, STACK, KEY + FlowKey.REMOTE + 8, 0)
                .storeValue(2, STACK, KEY + FlowKey.REMOTE_PORT, 0);
        lookUp(program, flows, ours);
        // 0.0.0.0 keeps its prefix in a key, so that it is another one than ::.
        for (int at = localFrom; at < FlowKey.REMOTE; at += 4) {
            program.storeValue(4, STACK, KEY + at, 0);
        }
        lookUp(program, flows, ours);
    }

    private static void lookUp(BpfAssembler program, BpfMap flows, Label ours) {
        program.loadMap(FIRST, flows)
                .applyRegister(Operation.MOVE, SECOND, STACK)
                .apply(Operation.ADD, SECOND, KEY)
                .call(MAP_LOOKUP_ELEM)
                .jumpIf(Condition.DIFFERENT, RESULT, 0, ours);
    }

    private static BpfAssembler redirect(BpfAssembler program, BpfMap sockets) {
        return program.loadMap(FIRST, sockets)
                .load(4, SECOND, CONTEXT, QUEUE)
                .apply(Operation.MOVE, THIRD, PASS)
                .call(REDIRECT_MAP)
                .exit();
    }

    /** Goes on only if the frame has as many bytes, as the verifier wants to see. */
    private static void atLeast(BpfAssembler program, int bytes, Label pass) {
        program.applyRegister(Operation.MOVE, FIRST, FRAME)
                .apply(Operation.ADD, FIRST, bytes)
                .jumpIfRegister(Condition.GREATER, FIRST, END, pass);
    }

    private static void onlyTransports(BpfAssembler program, Label pass) {
        Label transport = new Label();
        program.jumpIf(Condition.EQUAL, PROTOCOL, IpProtocol.TCP, transport)
                .jumpIf(Condition.DIFFERENT, PROTOCOL, IpProtocol.UDP, pass)
                .place(transport);
    }

    private static void ipv4Addresses(BpfAssembler program, int local, int remote) {
        mapped(program, FlowKey.LOCAL, local);
        mapped(program, FlowKey.REMOTE, remote);
    }

    private static void mapped(BpfAssembler program, int to, int from) {
        program.storeValue(8, STACK, KEY + to, 0)
                .storeValue(4, STACK, KEY + to + 8, MAPPED)
                .load(4, SECOND, FRAME, from)
                .store(4, STACK, KEY + to + 12, SECOND);
    }

    private static void ipv6Addresses(BpfAssembler program, int local, int remote) {
        // Two at a time of four bytes: an IPv6 address in a frame is at no multiple of 8.
        for (int i = 0; i < 16; i += 4) {
            program.load(4, SECOND, FRAME, local + i)
                    .store(4, STACK, KEY + FlowKey.LOCAL + i, SECOND)
                    .load(4, SECOND, FRAME, remote + i)
                    .store(4, STACK, KEY + FlowKey.REMOTE + i, SECOND);
        }
    }

    private static void ports(
            BpfAssembler program, int transport, int local, int remote, Label look) {
        program.load(2, PORTS, FRAME, transport + local)
                .store(2, STACK, KEY + FlowKey.LOCAL_PORT, PORTS)
                .load(2, PORTS, FRAME, transport + remote)
                .store(2, STACK, KEY + FlowKey.REMOTE_PORT, PORTS)
                .store(4, STACK, KEY + FlowKey.PROTOCOL, PROTOCOL)
                .jump(look);
    }

    private static int turned(int type) {
        return Short.reverseBytes((short) type) & 0xffff;
    }
}
