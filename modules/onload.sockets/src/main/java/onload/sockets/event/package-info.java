/**
 * What the flight recorder of the JVM can record of a stack: connections that open and close, loss, contention,
 * pressure. Events that nobody has asked for cost a test of a flag.
 */
@NullMarked
package onload.sockets.event;

import org.jspecify.annotations.NullMarked;
