/**
 * Whether what threads share holds when they race for it: {@code onload.stress.races} has the races of jcstress, {@code
 * onload.stress.model} the data structures as Lincheck sees them, and here is what runs the races in a build,
 * and threads that sleep and are interrupted. What is run, for how long, and what it proves is in {@code
 * docs/concurrency.md}.
 */
@NullMarked
package onload.stress;

import org.jspecify.annotations.NullMarked;
