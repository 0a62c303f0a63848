/**
 * One deadline for each connection, kept in a wheel that costs the same for one connection and for a million. An
 * entry is what is scheduled itself, so that nothing is allocated; one that is put off stays where it is, and is
 * asked again when the wheel comes to it.
 */
@NullMarked
package onload.tcp.timer;

import org.jspecify.annotations.NullMarked;
