/**
 * Counters: what happened and how often, readable while it happens.
 *
 * <p>Each layer names what it counts in an enum and keeps the numbers in {@link onload.nic.counter.Counters}, a
 * block of memory that another thread, or another process that has the block mapped, may read at any time. Counting
 * costs an addition and a store; nothing on a data path says more than that something happened.
 */
@NullMarked
package onload.nic.counter;

import org.jspecify.annotations.NullMarked;
