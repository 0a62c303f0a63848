package onload.nic.afxdp;

import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.bpf.BpfAssembler;
import onload.linux.bpf.BpfMap;
import onload.linux.bpf.BpfProgram;
import onload.linux.bpf.XdpLink;
import onload.linux.device.NetworkDevice;
import onload.nic.spi.NicUnavailableException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The program that is attached to a device, for all queues of it that this process has open; the first one attaches it,
 * the last one takes it off. All methods may be called from any thread.
 */
final class Attachment {
    /** By namespace and number of the device. Guarded by the class. */
    private static final Map<String, Attachment> ATTACHED = new HashMap<>();

    private static final int ORDINARY_MTU = 1500;
    private static final String PROGRAM = "onload_xdp";
    private static final String SOCKETS = "onload_sockets";
    private static final String FLOWS = "onload_flows";

    private final String key;
    private final boolean share;
    private final boolean takesFragments;
    private final BpfMap sockets;
    private final @Nullable BpfMap flows;
    private final XdpLink link;
    private int users = 1;

    private Attachment(
            String key,
            boolean share,
            boolean takesFragments,
            BpfMap sockets,
            @Nullable BpfMap flows,
            XdpLink link) {
        this.key = key;
        this.share = share;
        this.takesFragments = takesFragments;
        this.sockets = sockets;
        this.flows = flows;
        this.link = link;
    }

    /**
     * {@return the attachment of a device in the calling thread's namespace, with one user more}
     *
     * @throws NicUnavailableException if it is there in another way
     * @throws LinuxException if the kernel refuses
     */
    static Attachment of(NetworkDevice device, AfxdpOptions options, boolean takesFragments) {
        String key = namespace() + " " + device.index();
        synchronized (Attachment.class) {
            Attachment there = ATTACHED.get(key);
            if (there == null) {
                there = attach(key, device, options, takesFragments);
                ATTACHED.put(key, there);
                return there;
            }
            if (there.share != options.share()) {
                throw new NicUnavailableException(
                        "%s is open already with share=%s; use the same for all its queues"
                                .formatted(device.name(), there.share ? "on" : "off"));
            }
            if (takesFragments && !there.takesFragments) {
                throw new NicUnavailableException(
                        "%s is open already for frames of one buffer; close it before its MTU is raised"
                                .formatted(device.name()));
            }
            there.users++;
            return there;
        }
    }

    private static String namespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static Attachment attach(
            String key, NetworkDevice device, AfxdpOptions options, boolean takesFragments) {
        BpfMap sockets =
                BpfMap.create(BpfMap.SOCKETS, 4, 4, Math.max(64, device.receiveQueues()), SOCKETS);
        BpfMap flows = null;
        try {
            flows =
                    options.share()
                            ? BpfMap.create(
                                    BpfMap.HASH, FlowKey.LENGTH, 4, options.filters(), FLOWS)
                            : null;
            BpfAssembler assembled =
                    flows == null
                            ? SteeringProgram.everything(sockets)
                            : SteeringProgram.flows(flows, sockets);
            // A driver may want more than a frame's bytes of the page that it receives into, and
            // refuse what fits into our buffers.
            boolean wantsFragments = takesFragments || device.mtu() > ORDINARY_MTU;
            try (BpfProgram program = load(assembled, wantsFragments, takesFragments)) {
                XdpLink link = attach(program, device, options.mode());
                return new Attachment(key, options.share(), takesFragments, sockets, flows, link);
            }
        } catch (RuntimeException e) {
            sockets.close();
            if (flows != null) {
                flows.close();
            }
            throw e;
        }
    }

    private static BpfProgram load(BpfAssembler assembled, boolean wants, boolean needs) {
        try {
            return BpfProgram.xdp(assembled, PROGRAM, wants);
        } catch (LinuxException e) {
            if (needs || !wants) {
                throw e;
            }
            return BpfProgram.xdp(assembled, PROGRAM, false);
        }
    }

    private static XdpLink attach(BpfProgram program, NetworkDevice device, String mode) {
        if (!mode.equals("generic")) {
            try {
                return XdpLink.attach(program, device.index(), device.name(), XdpLink.NATIVE);
            } catch (LinuxException e) {
                boolean mayBeGeneric = e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.EINVAL;
                if (!mode.equals(AfxdpOptions.AUTO) || !mayBeGeneric) {
                    throw e;
                }
            }
        }
        return XdpLink.attach(program, device.index(), device.name(), XdpLink.GENERIC);
    }

    /** Lets the program give the frames of a queue to a socket. */
    void socket(int queue, int descriptor) {
        LinuxException.check(
                sockets.put(queue, descriptor), "adding queue %d to the map".formatted(queue));
    }

    /** {@return whether there are flows to be chosen} */
    boolean hasFlows() {
        return flows != null;
    }

    /**
     * Makes a flow the stack's.
     *
     * @return 0; {@link Errno#EEXIST} negated if it is somebody's already, {@link Errno#E2BIG} if there is no room
     */
    int add(Struct flow, int queue) {
        BpfMap map = flows;
        if (map == null) {
            return -Errno.EOPNOTSUPP;
        }
        try (Struct value = Struct.of(Integer.BYTES)) {
            synchronized (this) {
                if (map.get(flow, value) == 0) {
                    return -Errno.EEXIST;
                }
                value.bytes().putInt(0, queue);
                return map.put(flow, value);
            }
        }
    }

    /** Gives a flow back to the kernel. */
    void remove(Struct flow) {
        if (flows != null) {
            flows.remove(flow);
        }
    }

    /** Takes one user away; with the last one the program is detached. */
    void release() {
        synchronized (Attachment.class) {
            if (--users > 0) {
                return;
            }
            ATTACHED.remove(key);
            link.close();
            sockets.close();
            if (flows != null) {
                flows.close();
            }
        }
    }
}
