/**
 * Tests that start the programs as their users do: each in a JVM of its own. Nothing is looked at but what it
 * prints and how it ends.
 */
@NullMarked
package onload.examples;

import org.jspecify.annotations.NullMarked;
