/**
 * The packetdrill language: what a script says, before anything is run. A {@link onload.testkit.script.language.Script}
 * is a list of events: calls with the results that are expected, packets that come in and that are expected to go out,
 * assertions, commands for the shell; each with its time and its line. Whatever the reader does not understand is an
 * error that names the line; nothing is skipped.
 */
@NullMarked
package onload.testkit.script.language;

import org.jspecify.annotations.NullMarked;
