/**
 * Measuring: {@code pingpong} for the time of a round trip, {@code stream} for what passes in a second. Both
 * ends are the same program, over a stack or over the kernel's sockets, and the loop that is measured is the
 * same: it sees a {@link onload.cli.measure.Conversation} and not what is below it.
 */
@NullMarked
package onload.cli.measure;

import org.jspecify.annotations.NullMarked;
