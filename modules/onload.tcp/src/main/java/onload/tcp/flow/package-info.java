/**
 * Finding the connection that a segment belongs to: flows with the four numbers that name them, and one table
 * under a keyed hash, in which connections, embryonic connections and those in TIME-WAIT stand side by side.
 */
@NullMarked
package onload.tcp.flow;

import org.jspecify.annotations.NullMarked;
