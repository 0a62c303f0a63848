package onload.nic;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * The NIC providers that a program has, and the look-up among them.
 *
 * <p>Providers that cannot be loaded do not hide the others: they are listed in {@link #failures} and named in the
 * answer when somebody asks for a NIC that is not there. For control paths; immutable, for any thread.
 */
public final class Nics {
    private final List<NicProvider> providers;
    private final List<String> failures;

    private Nics(List<NicProvider> providers, List<String> failures) {
        this.providers =
                providers.stream()
                        .sorted(Comparator.comparing(NicProvider::name))
                        .collect(Collectors.toUnmodifiableList());
        this.failures = List.copyOf(failures);
    }

    /** {@return the providers that {@code ServiceLoader} finds by the thread's context class loader} */
    public static Nics installed() {
        return load(ServiceLoader.load(NicProvider.class));
    }

    /**
     * {@return the providers that {@code ServiceLoader} finds by a class loader}
     *
     * @param loader where to look
     */
    public static Nics installed(ClassLoader loader) {
        return load(ServiceLoader.load(NicProvider.class, loader));
    }

    /**
     * {@return these providers and no others}
     *
     * @param providers for a program that makes its own
     */
    public static Nics of(NicProvider... providers) {
        return new Nics(List.of(providers), List.of());
    }

    private static Nics load(ServiceLoader<NicProvider> services) {
        List<NicProvider> found = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        Iterator<NicProvider> iterator = services.iterator();
        while (true) {
            try {
                if (!iterator.hasNext()) {
                    return new Nics(found, failed);
                }
                found.add(iterator.next());
            } catch (ServiceConfigurationError e) {
                failed.add(String.valueOf(e.getMessage()));
            }
        }
    }

    /** {@return the providers, by name} */
    public List<NicProvider> providers() {
        return providers;
    }

    /** {@return why providers that are installed could not be loaded, a line each} */
    public List<String> failures() {
        return failures;
    }

    /**
     * {@return the provider of a name}
     *
     * @throws NicUnavailableException if there is none, or there are two; the message names those that there are
     */
    public NicProvider provider(String name) {
        List<NicProvider> named =
                providers.stream().filter(provider -> provider.name().equals(name)).toList();
        if (named.isEmpty()) {
            throw new NicUnavailableException(noSuchNic(name));
        }
        if (named.size() > 1) {
            throw new NicUnavailableException(
                    "there are %d NIC providers named \"%s\": %s; remove all but one from the module or class path"
                            .formatted(
                                    named.size(),
                                    name,
                                    named.stream()
                                            .map(provider -> provider.getClass().getName())
                                            .sorted()
                                            .collect(Collectors.joining(", "))));
        }
        return named.getFirst();
    }

    private String noSuchNic(String name) {
        StringBuilder text = new StringBuilder();
        text.append("there is no NIC provider named \"").append(name).append("\"; ");
        if (providers.isEmpty()) {
            text.append(
                    "none is installed; put one, such as onload.nic.emulated, on the module or class path");
        } else {
            text.append("expected one of ");
            text.append(
                    providers.stream().map(NicProvider::name).collect(Collectors.joining(", ")));
        }
        for (String failure : failures) {
            text.append("; one could not be loaded: ").append(failure);
        }
        return text.toString();
    }

    /**
     * Opens a NIC.
     *
     * @param spec which one
     * @param pool its memory is registered with the NIC
     * @throws NicUnavailableException if there is no such provider, there are two, or it is not available; the message
     *     says why and what to do
     * @throws IllegalArgumentException if a setting is unknown or its value is not allowed
     */
    public VirtualInterface open(NicSpec spec, PacketPool pool) {
        NicProvider provider = provider(spec.provider());
        Availability availability = provider.probe();
        if (!availability.isAvailable()) {
            throw new NicUnavailableException("the NIC \"" + spec + "\" is " + availability);
        }
        return provider.open(spec.options(), pool);
    }
}
