/**
 * What threads share, as Lincheck sees it: a data structure with operations, each of which must seem to happen
 * at one moment. Lincheck makes scenarios of them, runs each under many interleavings that it chooses itself
 * (model checking) or the machine does (stress), and looks whether the results are those of some sequential
 * order that keeps the order of each thread and of time.
 *
 * <p>Model checking switches threads where memory is shared, and also finds threads that wait for each other for
 * ever; it assumes sequential consistency. Wrong memory orders are for {@code onload.stress.races} to find.
 */
@NullMarked
package onload.stress.model;

import org.jspecify.annotations.NullMarked;
