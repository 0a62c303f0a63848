/**
 * The way into the Linux kernel, and the one place of the house with {@code java.lang.foreign}.
 *
 * <p>There is a single native function here: {@code syscall(2)} of the C library, called with the number of the system
 * call and up to six {@code long} arguments. What the kernel wants to find in memory is laid out in a {@link
 * onload.linux.Struct} by the offsets of its headers, each named with the header that it is from. So there is no C, no
 * helper program, and nothing that differs between machines but the numbers in {@link onload.linux.SystemCall}: the
 * structures that are used have the same layout on all 64-bit little-endian machines, which {@link
 * onload.linux.Architecture} checks.
 *
 * <p>The packages beside this one are each about one thing of the kernel: {@code memory}, {@code event}, {@code
 * device}, {@code thread}, {@code bpf}, {@code xdp}, {@code tun}, {@code netlink}. They know this package and,
 * sparingly, one another; all that stands above onload.linux sees methods with Java's types.
 *
 * <p><strong>Errors.</strong> {@link onload.linux.SystemCalls#call} answers as the kernel does: a result, or the error
 * number negated. On control paths that becomes a {@link onload.linux.LinuxException}, which names the call, the error
 * and what to do; data paths look at the number.
 */
@NullMarked
package onload.linux;

import org.jspecify.annotations.NullMarked;
