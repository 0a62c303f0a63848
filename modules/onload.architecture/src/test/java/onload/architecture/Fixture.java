package onload.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Something small that a test writes, compiles and packs: a wrong class, to see whether a rule notices it, or a
 * program that uses the modules.
 */
final class Fixture {
    private final Path classes;
    private final List<String> options = new ArrayList<>(List.of("-proc:none", "-nowarn"));
    private final List<JavaFileObject> sources = new ArrayList<>();
    private final Map<String, byte[]> resources = new TreeMap<>();
    private final Manifest manifest = new Manifest();
    private FileTime time = FileTime.fromMillis(0);

    /**
     * Begins one.
     *
     * @param folder a folder for what is compiled, which other fixtures may use too
     */
    Fixture(Path folder) {
        try {
            this.classes = Files.createTempDirectory(folder, "classes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    }

    /** Adds a source; the name is that of its type with its package, or {@code module-info}. */
    Fixture source(String name, String text) {
        URI uri = URI.create("string:///" + name.replace('.', '/') + ".java");
        sources.add(
                new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                });
        return this;
    }

    /** Adds another file to the jar. */
    Fixture resource(String path, String text) {
        resources.put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Adds a header to the manifest. */
    Fixture header(String name, String value) {
        manifest.getMainAttributes().putValue(name, value);
        return this;
    }

    /** Adds options for the compiler. */
    Fixture options(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Sets the time of the entries of the jar. */
    Fixture time(FileTime of) {
        time = of;
        return this;
    }

    /** {@return the classes, compiled against the class path of the tests} */
    JavaClasses classes() {
        compile();
        return new ClassFileImporter().importPath(classes);
    }

    /** Compiles and writes a jar. */
    Path jar(Path jar) {
        compile();
        try {
            Files.createDirectories(jar.getParent());
            resources.putAll(compiled());
            write(jar, manifest, resources, time);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    private void compile() {
        if (sources.isEmpty()) {
            return;
        }
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-d", classes.toString()));
        if (!options.contains("--module-path") && !options.contains("--class-path")) {
            all.addAll(List.of("--class-path", System.getProperty("java.class.path")));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        if (!compiler.getTask(messages, null, null, all, null, sources).call()) {
            throw new IllegalStateException("the fixture does not compile: " + messages);
        }
    }

    private Map<String, byte[]> compiled() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(classes)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(classes.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    /** Writes a jar with a manifest and files. */
    static void write(Path jar, Manifest manifest, Map<String, byte[]> files, FileTime time)
            throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(entry("META-INF/MANIFEST.MF", time));
            manifest.write(entries);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                entries.putNextEntry(entry(file.getKey(), time));
                entries.write(file.getValue());
            }
        }
    }

    private static JarEntry entry(String name, FileTime time) {
        JarEntry entry = new JarEntry(name);
        entry.setLastModifiedTime(time);
        return entry;
    }
}
