package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Requirement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

class ArchivesAreReproducibleTest {
    @TempDir Path folder;

    @Test
    void jarsDoNotSayWhenOrWhereTheyWereBuilt() {
        assertEquals(
                List.of(), violations(House.shipped().stream().map(BuiltModule::jar).toList()));
    }

    @Test
    void everyModuleHasAReproducibleArchiveOfItsSources() {
        requireNotSkipped("source");
        assertEquals(List.of(), violations(archives("sources")));
    }

    @Test
    void everyModuleHasAReproducibleArchiveOfItsJavadoc() {
        requireNotSkipped("javadoc");
        assertEquals(List.of(), violations(archives("javadoc")));
    }

    @Test
    void anEntryOfAnotherTimeAndAFolderAreSeen() {
        Path jar =
                new Fixture(folder)
                        .resource("notes.txt", "built in /somewhere/else by somebody")
                        .time(FileTime.from(Instant.parse("2020-02-02T02:02:02Z")))
                        .header("Build-Jdk-Spec", "17")
                        .jar(folder.resolve("target/bad.jar"));
        LocalDateTime time = LocalDateTime.of(2026, 11, 22, 0, 0);
        assertEquals(
                List.of(
                        "META-INF/MANIFEST.MF is of",
                        "notes.txt is of",
                        "notes.txt names",
                        "the manifest"),
                Archives.violations(jar, time, "/somewhere/else").stream()
                        .map(text -> text.replaceFirst("bad.jar: (\\S+ \\S+( of)?).*", "$1"))
                        .toList());
    }

    private static List<Path> archives(String classifier) {
        List<Path> archives = new ArrayList<>();
        for (BuiltModule module : House.shipped()) {
            Path archive = module.jar(classifier);
            assertTrue(Files.exists(archive), () -> archive + " is missing");
            archives.add(archive);
        }
        return archives;
    }

    private static List<String> violations(List<Path> archives) {
        String text = House.parentPom().text("/project/properties/project.build.outputTimestamp");
        LocalDateTime time = LocalDateTime.ofInstant(Instant.parse(text), ZoneOffset.UTC);
        return archives.stream()
                .flatMap(jar -> Archives.violations(jar, time, House.root().toString()).stream())
                .toList();
    }

    private static void requireNotSkipped(String what) {
        Requirement.that(
                !Boolean.getBoolean("onload." + what + ".skip"),
                "the archives of a whole build",
                "build without -Dmaven." + what + ".skip");
    }
}
