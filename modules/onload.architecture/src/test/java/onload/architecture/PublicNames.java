package onload.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How what others see may be named. */
final class PublicNames {
    private static final Set<String> SAY_NOTHING =
            Set.of(
                    "Impl",
                    "Manager",
                    "Helper",
                    "Helpers",
                    "Util",
                    "Utils",
                    "Utility",
                    "Utilities",
                    "Abstract");

    private PublicNames() {}

    /** {@return what is wrong with the names of public types and their methods, a sentence each} */
    static List<String> violations(Iterable<JavaClass> classes) {
        List<String> violations = new ArrayList<>();
        for (JavaClass type : classes) {
            if (isPublic(type) && !type.getPackageName().endsWith(".internal")) {
                checkType(type, violations);
                type.getMethods().forEach(method -> checkMethod(method, violations));
            }
        }
        return violations;
    }

    private static boolean isPublic(JavaClass type) {
        Optional<JavaClass> outer = type.getEnclosingClass();
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && (outer.isEmpty() || isPublic(outer.get()));
    }

    /** A word begins with a capital letter: {@code Simple} has no Impl in it. */
    private static void checkType(JavaClass type, List<String> violations) {
        for (String word : type.getSimpleName().split("(?=[A-Z])")) {
            if (SAY_NOTHING.contains(word)) {
                violations.add(type.getName() + " has " + word + " in its name");
            }
        }
    }

    private static void checkMethod(JavaMethod method, List<String> violations) {
        Set<JavaModifier> modifiers = method.getModifiers();
        boolean seen =
                modifiers.contains(JavaModifier.PUBLIC)
                        || modifiers.contains(JavaModifier.PROTECTED);
        if (seen && method.getName().matches("get[A-Z].*") && !isNamedByOthers(method)) {
            violations.add(method.getFullName() + " has a get in its name");
        }
    }

    private static boolean isNamedByOthers(JavaMethod method) {
        JavaClass type = method.getOwner();
        return Stream.concat(
                        type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream())
                .filter(supertype -> !supertype.getPackageName().startsWith("onload."))
                .flatMap(supertype -> supertype.getMethods().stream())
                .anyMatch(inherited ->
                        inherited.getName().equals(method.getName())
                                && inherited.getParameters().size()
                                        == method.getParameters().size());
    }
}
