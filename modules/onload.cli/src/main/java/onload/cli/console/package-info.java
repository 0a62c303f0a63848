/**
 * What commands say and how they end. {@link onload.cli.console.Console} is where the words go, and knows
 * whether somebody looks on; {@link onload.cli.console.Refusal} ends a command with one clear line and an exit code of
 * {@link onload.cli.console.ExitCodes}.
 */
@NullMarked
package onload.cli.console;

import org.jspecify.annotations.NullMarked;
