/**
 * Which socket goes where. {@link onload.jdk.placement.Acceleration} knows the stacks of a process, which {@link
 * onload.jdk.placement.AccelerationPlan} says in a line of text, and places each socket when it is bound or connected:
 * at a stack, or at the kernel and why. Everybody in this module asks it, and it knows nobody of them.
 */
@NullMarked
package onload.jdk.placement;

import org.jspecify.annotations.NullMarked;
