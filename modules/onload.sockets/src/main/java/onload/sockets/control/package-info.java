/**
 * Talking with a process that has stacks, from another one of the same user: a Unix-domain socket in the private folder
 * where the files of stacks are. A request is one line; the answer begins with a line that says whether it is done, and
 * goes on as the command has it, such as a capture that runs until the asking side has enough.
 */
@NullMarked
package onload.sockets.control;

import org.jspecify.annotations.NullMarked;
