/**
 * Programs as people write them, with libraries from Maven Central and with the JDK alone. They know nothing of onload:
 * the tests start them as they are, on sockets of the kernel and on a stack, and compare what they do.
 *
 * <p>Each is a main class. Servers take the address and the port to listen at, print {@code ready PORT} when
 * they can be reached, and run until they are ended. Clients take the address and the port of a server, print
 * what they found out, and {@code done} at the end; they end with 1 and a stack trace if something was not as it
 * should be.
 */
@NullMarked
package onload.programs;

import org.jspecify.annotations.NullMarked;
