package onload.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;

import org.jspecify.annotations.NullMarked;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether packages say what they are for. */
final class Essays {
    private static final int FEWEST_SENTENCES = 2;
    private static final int FEWEST_WORDS = 25;
    private static final String PACKAGE_INFO = "package-info.java";
    private static final Pattern JAVADOC_OF_PACKAGE =
            Pattern.compile(
                    "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+\\s+)*package ", Pattern.DOTALL);

    private Essays() {}

    /** {@return which folders with sources have no essay, a sentence each} */
    static List<String> violations(Path sources) {
        List<String> violations = new ArrayList<>();
        for (Path folder : packages(sources)) {
            Path file = folder.resolve(PACKAGE_INFO);
            String name = sources.relativize(folder).toString().replace('/', '.');
            if (!Files.exists(file)) {
                violations.add(name + " has no " + PACKAGE_INFO);
            } else if (!isEssay(read(file))) {
                violations.add(
                        "%s has no essay: %d sentences of %d words in all are the least"
                                .formatted(name, FEWEST_SENTENCES, FEWEST_WORDS));
            }
        }
        return violations;
    }

    private static Set<Path> packages(Path sources) {
        Set<Path> folders = new TreeSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .filter(folder -> !folder.equals(sources))
                    .forEach(folders::add);
        } catch (IOException e) {
            throw new UncheckedIOException(sources + " cannot be listed", e);
        }
        return folders;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static boolean isEssay(String source) {
        Matcher javadoc = JAVADOC_OF_PACKAGE.matcher(source);
        if (!javadoc.find()) {
            return false;
        }
        String text =
                javadoc.group(1)
                        .replaceAll("(?m)^\\s*\\*", " ")
                        .replaceAll("\\{@\\w+\\s+([^}]*)\\}", "$1")
                        .replaceAll("<[^>]*>", " ")
                        .strip();
        long sentences = Pattern.compile("[.!?:](\\s|$)").matcher(text).results().count();
        return sentences >= FEWEST_SENTENCES && text.split("\\s+").length >= FEWEST_WORDS;
    }

    /** {@return which packages are not null-marked, a sentence each} */
    static List<String> unmarked(JavaClasses classes) {
        Set<String> names = new TreeSet<>();
        Set<String> marked = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.getSimpleName().equals("package-info")) {
                if (type.isAnnotatedWith(NullMarked.class)) {
                    marked.add(type.getPackageName());
                }
            }
            if (!type.getPackageName().isEmpty()) {
                names.add(type.getPackageName());
            }
        }
        names.removeAll(marked);
        return names.stream().map(name -> name + " is not @NullMarked").toList();
    }
}
