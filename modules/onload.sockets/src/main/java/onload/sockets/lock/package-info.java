/**
 * How threads share a stack. The lock of a stack is one word that also holds what others have left for its
 * holder to do, so that a thread that wants to send never waits for one that is not running; packets go between
 * sockets and the stack by lists that need no lock.
 */
@NullMarked
package onload.sockets.lock;

import org.jspecify.annotations.NullMarked;
