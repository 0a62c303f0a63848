/**
 * Unmodified Java programs on stacks. A program opens channels and sockets as ever; {@link
 * onload.jdk.placement.Acceleration} knows the stacks of the process and decides, when a socket is bound or connected,
 * whether it is one of a stack's or the kernel's, and why. {@link onload.jdk.Installation} is what the agent and
 * the service loader reach; {@link onload.jdk.placement.AccelerationPlan} says in one line of text which stacks
 * to open.
 *
 * <p>What no stack can serve is the kernel's without the program noticing: loopback, other networks, Unix-domain
 * sockets, pipes. A server that listens at all addresses is both at once.
 */
@NullMarked
package onload.jdk;

import org.jspecify.annotations.NullMarked;
