/**
 * What the providers share and nobody else sees: the way to the JDK's own sockets once ours stand before them, waiting
 * for sources of several kinds at once, and the errors of a stack as the exceptions that programs of java.net know.
 */
@NullMarked
package onload.jdk.internal;

import org.jspecify.annotations.NullMarked;
