/**
 * What the tests of every layer share and what itself knows no layer: properties that are checked
 * against many random cases and name the seed of the one that failed, a count of the bytes that a
 * thread allocated, and the rule for tests that need a tool or a privilege.
 *
 * <p>It is a module of its own, below {@code onload.testkit}, because the lowest layers want a
 * property runner too, and the test-kit proper stands on those layers.
 */
@NullMarked
package onload.testkit.base;

import org.jspecify.annotations.NullMarked;
