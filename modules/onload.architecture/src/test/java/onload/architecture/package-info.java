/**
 * The rules of the house, held against the modules as they were built: their archives, descriptors, manifests and
 * classes.
 *
 * <p>A rule is a function from what was built to a list of violations, each a sentence. The test of a rule asks
 * twice: whether the list is empty for the modules that there are, and whether it is not for a small wrong module
 * that the test makes up. What a rule allows stands in one table: who may know whom in {@link
 * onload.architecture.Arrows}, what nobody may use in {@link onload.architecture.Bans}.
 *
 * <p>A new module is found by its folder. It then wants a dependency in this module's pom, so that it is built
 * before, a row among the arrows if it has none yet, and an entry in the bill of materials; a test names whichever
 * is missing.
 */
@NullMarked
package onload.architecture;

import org.jspecify.annotations.NullMarked;
