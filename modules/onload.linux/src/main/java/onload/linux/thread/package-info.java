/**
 * What the kernel's scheduler can be told about a thread. A thread that spins has a core of its own, which is chosen
 * here by {@link onload.linux.thread.Affinity} for the calling thread, as {@code taskset} does for a process.
 */
@NullMarked
package onload.linux.thread;

import org.jspecify.annotations.NullMarked;
