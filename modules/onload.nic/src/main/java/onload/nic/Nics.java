package onload.nic;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.nic.text.NearestName;

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
 * <p>Providers that cannot be loaded do not hide the others: they are listed in {@link #failures}
 * and named in the answer when somebody asks for a NIC that is not there. For control paths;
 * immutable, for any thread.
 */
public final class Nics {
    /** A loader that has failed so often in a row is not asked again: it may fail for ever. */
    private static final int MOST_FAILURES_IN_A_ROW = 100;

    /** A provider with the name that it gave when it was asked for the first time. */
    private record Named(String name, NicProvider provider) {
        String className() {
            return provider.getClass().getName();
        }
    }

    private final List<Named> named;
    private final List<String> failures;

    private Nics(List<NicProvider> providers, List<String> failures) {
        List<Named> sound = new ArrayList<>();
        List<String> failed = new ArrayList<>(failures);
        for (NicProvider provider : providers) {
            addNamed(provider, sound, failed);
        }
        sound.sort(Comparator.comparing(Named::name).thenComparing(Named::className));
        this.named = List.copyOf(sound);
        this.failures = List.copyOf(failed);
    }

    private static void addNamed(NicProvider provider, List<Named> sound, List<String> failed) {
        String className = provider.getClass().getName();
        try {
            String name = provider.name();
            if (NicSpec.isProviderName(name)) {
                sound.add(new Named(name, provider));
            } else {
                failed.add(
                        "%s has the name \"%s\"; expected %s"
                                .formatted(className, name, NicSpec.PROVIDER_NAME_FORM));
            }
        } catch (RuntimeException | LinkageError e) {
            failed.add(className + " does not tell its name: " + e);
        }
    }

    /**
     * {@return the providers that {@code ServiceLoader} finds by the thread's context class loader}
     */
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
        int failuresInARow = 0;
        while (failuresInARow < MOST_FAILURES_IN_A_ROW) {
            try {
                if (!iterator.hasNext()) {
                    break;
                }
                found.add(iterator.next());
                failuresInARow = 0;
            } catch (ServiceConfigurationError | LinkageError e) {
                // A class that is damaged, or newer than this JVM, is a LinkageError.
                failuresInARow++;
                failed.add(reason(e));
            }
        }
        return new Nics(found, failed);
    }

    /** What went wrong, and what that was brought about by, without the name of the service. */
    private static String reason(Error e) {
        String text =
                e instanceof ServiceConfigurationError
                        ? String.valueOf(e.getMessage())
                        : e.toString();
        String service = NicProvider.class.getName() + ": ";
        String reason = text.startsWith(service) ? text.substring(service.length()) : text;
        Throwable cause = e.getCause();
        return cause == null ? reason : reason + ": " + cause;
    }

    /** {@return the providers, by name} */
    public List<NicProvider> providers() {
        return named.stream().map(Named::provider).toList();
    }

    /** {@return why providers that are installed could not be loaded, a line each} */
    public List<String> failures() {
        return failures;
    }

    /**
     * {@return the provider of a name}
     *
     * @throws NicUnavailableException if there is none, or there are two; the message names those
     *     that there are
     */
    public NicProvider provider(String name) {
        List<Named> matching = named.stream().filter(one -> one.name().equals(name)).toList();
        if (matching.isEmpty()) {
            throw new NicUnavailableException(noSuchNic(name));
        }
        if (matching.size() > 1) {
            throw new NicUnavailableException(
                    ("there are %d NIC providers named \"%s\": %s; remove all but one from the"
                                    + " module or class path")
                            .formatted(
                                    matching.size(),
                                    name,
                                    matching.stream()
                                            .map(Named::className)
                                            .collect(Collectors.joining(", "))));
        }
        return matching.getFirst().provider();
    }

    private String noSuchNic(String name) {
        StringBuilder text = new StringBuilder();
        text.append("there is no NIC provider named \"").append(name).append('"');
        List<String> names = named.stream().map(Named::name).distinct().toList();
        if (names.isEmpty()) {
            text.append("; none is installed; put one, such as onload.nic.emulated, on the module");
            text.append(" or class path");
        } else {
            String question = NearestName.question(name, names);
            text.append(question).append(question.isEmpty() ? "; " : " ");
            text.append("expected ").append(names.size() == 1 ? "" : "one of ");
            text.append(String.join(", ", names));
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
     * @throws NicUnavailableException if there is no such provider, there are two, or it is not
     *     available; the message says why and what to do
     * @throws IllegalArgumentException if a setting is unknown or its value is not allowed
     */
    public VirtualInterface open(NicSpec spec, PacketPool pool) {
        NicProvider provider = provider(spec.provider());
        Availability availability = probe(spec, provider);
        if (!availability.isAvailable()) {
            throw new NicUnavailableException("the NIC \"" + spec + "\" is " + availability);
        }
        return provider.open(spec.options(), pool);
    }

    /** A provider that fails where it should answer is not available either. */
    private static Availability probe(NicSpec spec, NicProvider provider) {
        try {
            return provider.probe();
        } catch (RuntimeException | LinkageError e) {
            throw new NicUnavailableException(
                    "the NIC \"%s\" is not available: its provider %s failed: %s; report it there"
                            .formatted(spec, provider.getClass().getName(), e),
                    e);
        }
    }
}
