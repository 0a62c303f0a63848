package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PackagesHaveEssaysTest {
    @TempDir Path folder;

    @Test
    void everyPackageBeginsWithAnEssay() {
        assertEquals(
                List.of(),
                House.shipped().stream()
                        .flatMap(module -> Essays.violations(module.sources()).stream())
                        .toList());
    }

    @Test
    void everyPackageIsNullMarked() {
        assertEquals(List.of(), Essays.unmarked(House.classes()));
    }

    @Test
    void aPackageWithoutPackageInfoIsSeen() throws IOException {
        write("onload/tcp/Port.java", "package onload.tcp; class Port {}");
        assertEquals(List.of("onload.tcp has no package-info.java"), Essays.violations(folder));
    }

    @Test
    void aPackageInfoWithoutJavadocIsSeen() throws IOException {
        write("onload/tcp/package-info.java", "package onload.tcp;");
        assertEquals(1, Essays.violations(folder).size());
    }

    @Test
    void oneSentenceIsNoEssay() throws IOException {
        write(
                "onload/tcp/package-info.java",
                "/** The one and only implementation in all of the house of what %s does. */\npackage onload.tcp;"
                        .formatted("TCP ".repeat(30).strip()));
        assertEquals(1, Essays.violations(folder).size());
    }

    @Test
    void fewWordsAreNoEssay() throws IOException {
        write("onload/tcp/package-info.java", "/** This. Is. Tcp. */ package onload.tcp;");
        assertEquals(1, Essays.violations(folder).size());
    }

    @Test
    void aPackageThatIsNotNullMarkedIsSeen() {
        assertEquals(
                List.of("onload.tcp is not @NullMarked", "onload.udp is not @NullMarked"),
                Essays.unmarked(
                        new Fixture(folder)
                                .source("onload.tcp.Port", "package onload.tcp; class Port {}")
                                .source("onload.udp.Port", "package onload.udp; class Port {}")
                                .source(
                                        "onload.udp.package-info",
                                        "@Deprecated package onload.udp;")
                                .source("onload.ip.Port", "package onload.ip; class Port {}")
                                .source(
                                        "onload.ip.package-info",
                                        "@org.jspecify.annotations.NullMarked package onload.ip;")
                                .classes()));
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
