/**
 * Waiting for the kernel without losing a signal.
 *
 * <p>A NIC is polled while somebody spins. When nobody does, one thread waits until its descriptor becomes readable, a
 * timer is due or somebody signals. {@link onload.linux.event.ArmedWait} makes of {@code ppoll(2)}, {@code eventfd(2)}
 * and {@code epoll(7)} what the seam to NICs promises: nobody is woken who has not armed it, and no signal is lost.
 */
@NullMarked
package onload.linux.event;

import org.jspecify.annotations.NullMarked;
