/**
 * Runs a script: one host with a TCP engine and a wire whose other end the script holds, on virtual time. The
 * runner goes from event to event; in between the host's timers run. A script that does not hold ends at the
 * first event that is not as it says, with its line, what was expected and what came instead.
 */
@NullMarked
package onload.testkit.script.run;

import org.jspecify.annotations.NullMarked;
