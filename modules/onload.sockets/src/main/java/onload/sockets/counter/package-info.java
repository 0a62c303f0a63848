/**
 * What happens in a stack above its protocols, by name. Each counter is one thing that a thread or the lock did,
 * so that an operator sees who polls, who is woken and who waits.
 */
@NullMarked
package onload.sockets.counter;

import org.jspecify.annotations.NullMarked;
