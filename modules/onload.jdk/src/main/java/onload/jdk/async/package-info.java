/**
 * Asynchronous channels as {@code java.nio.channels} specifies them, over channels that do not wait and a selector for
 * each group. An operation is tried at once; only if it cannot be done now it waits for the selector. Handlers run on
 * the group's threads, never on the one that selects, so that one that waits holds up nobody else.
 */
@NullMarked
package onload.jdk.async;

import org.jspecify.annotations.NullMarked;
