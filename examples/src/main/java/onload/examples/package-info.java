/**
 * Programs that embed onload: small ones, each to be read from top to bottom and to be started as it is. They
 * know sockets and stacks and no NIC: which one carries the frames is said on the command line, and found by its
 * name when the program runs.
 */
@NullMarked
package onload.examples;

import org.jspecify.annotations.NullMarked;
