package onload.nic.emulated;

import onload.nic.packet.PacketPool;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.wire.MacAddress;

import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The networks of this process that have names: each on the real clock, with one switch in the middle. One is made with
 * its first NIC and goes with its last. For control paths; synchronised, and always taken before a network's lock.
 */
final class SharedNetworks {
    private record Shared(EmulatedNetwork network, EmulatedSwitch lan) {}

    private final Map<String, Shared> byName = new HashMap<>();

    /** Opens a queue of a NIC, and makes NIC and network if they are not there. */
    synchronized VirtualInterface open(NicOptions options, PacketPool pool) {
        String name = options.device().isEmpty() ? EmulatedNicProvider.DEFAULT : options.device();
        NicSettings settings = NicSettings.from(options);
        LinkSettings link = LinkSettings.from(options);
        Limits.within("the queue of this NIC", options.queue(), 0, settings.queues() - 1L);
        Shared shared = byName.get(name);
        long seed = SettingsText.seed(options, shared == null ? 0 : shared.network.seed());
        if (shared == null) {
            EmulatedNetwork network = EmulatedNetwork.onRealTime(SystemNanoClock.INSTANCE, seed);
            shared = new Shared(network, network.addSwitch());
        } else if (seed != shared.network.seed()) {
            throw new NicUnavailableException(
                    "the emulated network \"%s\" has the seed %d already; leave the seed out, or use that one"
                            .formatted(name, shared.network.seed()));
        }
        EmulatedNic present = find(shared, settings.macAddress());
        if (present != null) {
            checkSame(present, settings, link);
            return present.open(options.queue(), pool);
        }
        return openNew(name, shared, settings, link, options.queue(), pool);
    }

    private VirtualInterface openNew(
            String name,
            Shared shared,
            NicSettings settings,
            LinkSettings link,
            int queue,
            PacketPool pool) {
        EmulatedNic nic = shared.network.addNic(settings);
        nic.whenLastIsClosed(() -> leave(name, nic));
        shared.network.connect(nic, shared.lan, link);
        byName.put(name, shared);
        return nic.open(queue, pool);
    }

    private static @Nullable EmulatedNic find(Shared shared, long macAddress) {
        for (EmulatedNic nic : shared.network.nics()) {
            if (nic.macAddress() == macAddress) {
                return nic;
            }
        }
        return null;
    }

    /** Who opens another queue of a NIC may not ask for another kind of NIC. */
    private static void checkSame(EmulatedNic nic, NicSettings settings, LinkSettings link) {
        EmulatedLink present = nic.link();
        if (!nic.settings().equals(settings)
                || (present != null && !present.settings().equals(link))) {
            throw new NicUnavailableException(
                    "the emulated NIC %s is there with other settings; open its queues with the same ones"
                            .formatted(MacAddress.toString(nic.macAddress())));
        }
    }

    /** Removes a NIC of which no queue is open, unless somebody has opened one since. */
    private synchronized void leave(String name, EmulatedNic nic) {
        Shared shared = byName.get(name);
        if (shared == null || shared.network != nic.network()) {
            return;
        }
        if (shared.network.removeIfIdle(nic) && shared.network.nics().isEmpty()) {
            byName.remove(name);
            shared.network.close();
        }
    }

    synchronized Optional<EmulatedNetwork> network(String name) {
        return Optional.ofNullable(byName.get(name)).map(Shared::network);
    }
}
