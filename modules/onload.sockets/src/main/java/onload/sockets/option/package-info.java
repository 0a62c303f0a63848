/**
 * What can be set of a stack. One table names every option, with its type, default, unit and meaning; from it come
 * parsing, help, documentation and the look at a running stack. Profiles are files of such options.
 */
@NullMarked
package onload.sockets.option;

import org.jspecify.annotations.NullMarked;
