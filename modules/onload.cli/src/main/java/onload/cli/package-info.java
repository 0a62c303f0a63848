/**
 * The command {@code onload}: {@link onload.cli.Onload} is its {@code main} and lists the commands that there
 * are, each a class of its own in the package of what it is about. Whoever adds one adds its class there and
 * nothing elsewhere.
 *
 * <p>This room is the only one that prints. What a command has to say goes through {@link onload.cli.console.Console};
 * what a person got wrong is a {@link onload.cli.console.Refusal}: one line, and never a stack trace. Exit codes
 * are those of {@link onload.cli.console.ExitCodes}.
 */
@NullMarked
package onload.cli;

import org.jspecify.annotations.NullMarked;
