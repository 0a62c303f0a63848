package onload.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The jars of others, as they are on the class path of the tests. */
final class Libraries {
    private Libraries() {}

    /** {@return the jar that a class is in} */
    static Path jarOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(type + " is in no file", e);
        }
    }

    /** {@return jars as a path for the command line} */
    static String path(Stream<Path> jars) {
        return jars.map(Path::toString)
                .collect(Collectors.joining(System.getProperty("path.separator")));
    }

    /** {@return the jar with a Bundle-SymbolicName} */
    static Path bundle(String symbolicName) {
        ClassLoader loader = Libraries.class.getClassLoader();
        try {
            List<URL> manifests = Collections.list(loader.getResources("META-INF/MANIFEST.MF"));
            for (URL manifest : manifests) {
                Optional<Path> jar = jarOfBundle(manifest, symbolicName);
                if (jar.isPresent()) {
                    return jar.get();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the class path cannot be read", e);
        }
        throw new IllegalStateException("no bundle " + symbolicName + " is on the class path");
    }

    private static Optional<Path> jarOfBundle(URL url, String symbolicName) throws IOException {
        if (!(url.openConnection() instanceof JarURLConnection connection)) {
            return Optional.empty();
        }
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            Manifest manifest = new Manifest(in);
            if (!OsgiHeader.of(manifest, "Bundle-SymbolicName").names().contains(symbolicName)) {
                return Optional.empty();
            }
            return Optional.of(Path.of(connection.getJarFileURL().toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(url + " is in no file", e);
        }
    }
}
