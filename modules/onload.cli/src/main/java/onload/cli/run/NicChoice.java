package onload.cli.run;

import onload.cli.console.Refusal;
import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.spi.Availability;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A NIC as it is chosen on the command line, with what belongs to it: the addresses and routers named after it. */
public final class NicChoice {
    @Option(
            names = "--nic",
            paramLabel = "SPEC",
            required = true,
            description =
                    "The NIC: emulated[:NETWORK], tap:NAME or afxdp:IFNAME[/QUEUE], with settings of its"
                            + " provider behind commas. Several NICs: once for each, followed by what belongs to it.")
    private String spec = "";

    @Option(
            names = "--address",
            paramLabel = "CIDR",
            description =
                    "An address of the NIC with the length of its network, such as 192.0.2.1/24.")
    private List<String> addresses = new ArrayList<>();

    @Option(
            names = "--gateway",
            paramLabel = "IP",
            description =
                    "The router for all that is not on the NIC's own networks, at most one for IPv4 and for IPv6.")
    private List<String> gateways = new ArrayList<>();

    /** Made by picocli. */
    public NicChoice() {}

    /**
     * Adds it to a plan, once it can be read.
     *
     * @throws Refusal if it cannot
     */
    void addTo(StringBuilder plan) {
        read("--nic", spec, NicSpec::parse);
        plan.append(" nic ").append(spec);
        for (String address : addresses) {
            read("--address", address, CidrAddress::parse);
            plan.append(" address ").append(address);
        }
        for (String gateway : gateways) {
            read("--gateway", gateway, IpAddress::parse);
            plan.append(" gateway ").append(gateway);
        }
    }

    /**
     * Checks that it can be opened here and now; it is opened for a moment.
     *
     * @throws Refusal if it cannot
     */
    void checkAvailable(Nics nics) {
        NicSpec nic = NicSpec.parse(spec);
        Availability availability;
        try {
            NicProvider provider = nics.provider(nic.provider());
            availability = provider.probe(nic.options());
        } catch (NicUnavailableException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            throw Refusal.failed("the NIC \"%s\" could not be tried: %s".formatted(spec, e));
        }
        if (!availability.isAvailable()) {
            throw Refusal.failed("the NIC \"%s\" is %s".formatted(spec, availability));
        }
    }

    private static void read(String option, String text, Consumer<String> reader) {
        try {
            reader.accept(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("%s: %s".formatted(option, e.getMessage()));
        }
    }
}
