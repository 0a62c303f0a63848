/**
 * What another process can see of a stack. Counters and sockets stand in a file that is mapped into memory; a
 * reader needs no help from the stack, and can read the file after the stack has died.
 */
@NullMarked
package onload.sockets.dump;

import org.jspecify.annotations.NullMarked;
