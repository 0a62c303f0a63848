/**
 * What a process was started with, and how it becomes another program. {@link onload.linux.process.ProcessText}
 * is its arguments and environment as the kernel has them, byte for byte, whatever the locale; {@link
 * onload.linux.process.ProgramImage} puts another program in the place of this one, with the same process id,
 * terminal, parent and open files, by {@code execve(2)}.
 */
@NullMarked
package onload.linux.process;

import org.jspecify.annotations.NullMarked;
