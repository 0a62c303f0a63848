/**
 * The agent that the JVM runs before an unmodified program. {@code Agent} is the door: compiled for Java 8, so that
 * a JVM that is too old says so in one line instead of failing. Everything behind it is of this Java and loaded
 * only after that check: it opens the jars of onload in a module layer of their own, so that the program's
 * libraries and ours never meet, and puts the providers of java.nio and java.net in their places.
 */
@NullMarked
package onload.agent;

import org.jspecify.annotations.NullMarked;
