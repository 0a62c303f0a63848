/**
 * One deadline for each connection, kept in a wheel that costs the same for one connection and for a million.
 */
@NullMarked
package onload.tcp.timer;

import org.jspecify.annotations.NullMarked;
