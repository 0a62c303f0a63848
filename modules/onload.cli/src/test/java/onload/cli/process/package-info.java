/** The command and the agent as processes: what only a whole distribution shows. They run after the phase package. */
@NullMarked
package onload.cli.process;

import org.jspecify.annotations.NullMarked;
