package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

class EveryModuleIsCoveredTest {
    private static final String ARTIFACT = "dependency[groupId='io.onload']/artifactId";

    private final Set<String> shipped =
            House.shipped().stream()
                    .map(BuiltModule::name)
                    .collect(Collectors.toCollection(TreeSet::new));

    @Test
    void everyFolderIsAModuleOfTheParentPom() {
        Set<String> listed = new TreeSet<>();
        for (String module : House.parentPom().texts("/project/modules/module")) {
            if (module.startsWith("modules/")) {
                listed.add(module.substring("modules/".length()));
            }
        }
        assertEquals(new TreeSet<>(House.folders()), listed);
    }

    @Test
    void onlyTheBillOfMaterialsAndTheExamplesStandElsewhere() {
        List<String> elsewhere =
                House.parentPom().texts("/project/modules/module").stream()
                        .filter(module -> !module.startsWith("modules/"))
                        .toList();
        assertEquals(List.of("bom", "examples"), elsewhere);
    }

    @Test
    void thisModuleIsTheLastOfTheBuild() {
        List<String> modules = House.parentPom().texts("/project/modules/module");
        assertEquals("modules/onload.architecture", modules.getLast());
    }

    @Test
    void everyShippedModuleIsBuiltBeforeThisOne() {
        BuiltModule here =
                House.modules().stream()
                        .filter(module -> module.name().equals("onload.architecture"))
                        .findAny()
                        .orElseThrow();
        assertEquals(
                withPlainJars(),
                new TreeSet<>(here.pom().texts("/project/dependencies/" + ARTIFACT)));
    }

    @Test
    void everyShippedModuleHasARowAmongTheArrows() {
        assertTrue(
                Arrows.MAY_KNOW.keySet().containsAll(withPlainJars()),
                () -> withPlainJars() + " are not all in " + Arrows.MAY_KNOW.keySet());
    }

    @Test
    void whatIsNotShippedIsMeantNotToBe() {
        Set<String> rest = new TreeSet<>(House.folders());
        rest.removeAll(withPlainJars());
        assertTrue(
                House.NOT_SHIPPED.keySet().containsAll(rest),
                () -> rest + " are not all in " + House.NOT_SHIPPED);
    }

    @Test
    void theBillOfMaterialsHasWhatIsShippedAndNothingElse() {
        PomFile bom = PomFile.read(House.root().resolve("bom/pom.xml"));
        List<String> listed =
                bom.texts("/project/dependencyManagement/dependencies/dependency/artifactId");
        assertEquals(List.copyOf(withPlainJars()), listed.stream().sorted().toList());
        assertEquals(House.parentPom().text("/project/version"), bom.text("/project/version"));
    }

    private Set<String> withPlainJars() {
        Set<String> all = new TreeSet<>(shipped);
        all.addAll(House.PLAIN_JARS.keySet());
        return all;
    }
}
