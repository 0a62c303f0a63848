package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

class NoPackageCyclesTest {
    @TempDir Path folder;

    @Test
    void noPackagesKnowEachOther() {
        assertEquals(List.of(), cycles(House.classes()));
    }

    @Test
    void aCycleOfThreePackagesIsSeen() {
        List<String> cycles =
                cycles(
                        new Fixture(folder)
                                .source(
                                        "onload.ip.A",
                                        "package onload.ip; public class A { onload.ip.spi.B b; }")
                                .source(
                                        "onload.ip.spi.B",
                                        "package onload.ip.spi; public class B { onload.tcp.C c; }")
                                .source(
                                        "onload.tcp.C",
                                        "package onload.tcp; public class C { onload.ip.A a; }")
                                .classes());
        assertEquals(1, cycles.size(), cycles::toString);
    }

    private static List<String> cycles(JavaClasses classes) {
        return SlicesRuleDefinition.slices()
                .matching("onload.(**)")
                .should()
                .beFreeOfCycles()
                .evaluate(classes)
                .getFailureReport()
                .getDetails();
    }
}
