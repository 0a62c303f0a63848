/**
 * A stack in the process of the program, and the sockets of it. A {@code Stack} is assembled from options; from
 * it come sockets of TCP and UDP and pollers. Calls answer a count or a negative {@code Status}; with a time-out
 * they wait, first by polling the NIC themselves, then by sleeping.
 */
@NullMarked
package onload.sockets;

import org.jspecify.annotations.NullMarked;
