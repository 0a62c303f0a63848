/**
 * Races of two threads, by jcstress. Each nested class is one race: its actors run at the same time, millions of
 * times, each time on a fresh object; an arbiter looks when both are done. Results that are not listed are forbidden.
 *
 * <p>What threads hand over is in plain fields on purpose: a result that shows an old value is a fault of the
 * memory order. No race has more than two actors, since jcstress leaves out those with more actors than the
 * machine has cores.
 */
@NullMarked
package onload.stress.races;

import org.jspecify.annotations.NullMarked;
