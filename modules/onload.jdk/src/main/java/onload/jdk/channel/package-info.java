/**
 * Channels, selectors and their keys as {@code java.nio.channels} specifies them. A channel here is a front: behind it
 * stands a socket of a stack, or a channel of the JDK's own, or for the wildcard address both, and which it is comes
 * out when it is bound or connected. One selector waits for all of them together.
 */
@NullMarked
package onload.jdk.channel;

import org.jspecify.annotations.NullMarked;
