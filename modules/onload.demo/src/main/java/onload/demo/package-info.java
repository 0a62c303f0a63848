/**
 * Programs as anybody would write them: HTTP servers and clients of the JDK and of Netty. They know nothing of
 * onload, and run the same on the kernel's sockets; {@code onload demo} runs them on stacks.
 */
@NullMarked
package onload.demo;

import org.jspecify.annotations.NullMarked;
