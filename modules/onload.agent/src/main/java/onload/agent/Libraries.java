package onload.agent;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The jars beside the agent as modules. A jar without a descriptor would be an automatic module, which reads all
 * modules of the program too, and could not be resolved if the program has a library of the same name; here it
 * gets a descriptor that reads the JDK's modules only.
 */
final class Libraries implements ModuleFinder {
    /** What libraries without a descriptor may need of the JDK, where the JVM has it. */
    private static final Set<String> OF_THE_JDK =
            Set.of("java.compiler", "java.logging", "java.management", "jdk.unsupported");

    private final Map<String, ModuleReference> modules = new HashMap<>();

    /**
     * Reads what is there.
     *
     * @param jars of one module each
     * @param jdk the modules that the JVM has
     */
    Libraries(ModuleFinder jars, ModuleLayer jdk) {
        for (ModuleReference module : jars.findAll()) {
            ModuleDescriptor descriptor = module.descriptor();
            modules.put(
                    descriptor.name(),
                    descriptor.isAutomatic()
                            ? new Described(module, described(descriptor, jdk))
                            : module);
        }
    }

    private static ModuleDescriptor described(ModuleDescriptor automatic, ModuleLayer jdk) {
        ModuleDescriptor.Builder builder =
                ModuleDescriptor.newModule(automatic.name()).packages(automatic.packages());
        automatic.packages().forEach(builder::exports);
        automatic.provides().forEach(builder::provides);
        for (String name : OF_THE_JDK) {
            if (jdk.findModule(name).isPresent()) {
                builder.requires(name);
            }
        }
        return builder.build();
    }

    @Override
    public Optional<ModuleReference> find(String name) {
        return Optional.ofNullable(modules.get(name));
    }

    @Override
    public Set<ModuleReference> findAll() {
        return Set.copyOf(modules.values());
    }

    /** A jar with another descriptor than that which it would have. */
    private static final class Described extends ModuleReference {
        private final ModuleReference jar;

        Described(ModuleReference jar, ModuleDescriptor descriptor) {
            super(descriptor, jar.location().orElse(null));
            this.jar = jar;
        }

        @Override
        public ModuleReader open() throws IOException {
            return jar.open();
        }
    }
}
