/**
 * {@code onload run}: an unmodified program on a stack. {@link onload.cli.run.RunCommand} checks what was asked
 * for while there is still somebody to tell, writes it into the environment that the program is going to see,
 * and becomes the program: its process id, signals and exit code are the program's own.
 *
 * <p>What the environment has then is made by {@link onload.cli.run.ProgramEnvironment}: the agent for every JVM
 * that is started, the plan of stacks for the agent, and a {@code java} that is the one onload runs on.
 */
@NullMarked
package onload.cli.run;

import org.jspecify.annotations.NullMarked;
