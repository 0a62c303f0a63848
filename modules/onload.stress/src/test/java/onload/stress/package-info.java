/**
 * Whether what threads share holds when they race for it. {@code onload.stress.races} has the races of jcstress and
 * {@code onload.stress.model} the data structures as Lincheck sees them; here is what runs them in a build, and
 * threads that sleep and are interrupted. What is run, for how long, and what it proves is in {@code
 * docs/concurrency.md}.
 */
@NullMarked
package onload.stress;

import org.jspecify.annotations.NullMarked;
