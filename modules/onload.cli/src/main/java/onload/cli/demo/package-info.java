/**
 * {@code onload demo}: unmodified programs on two stacks in one JVM, over a wire that delays and loses, for
 * whoever wants to see it work. {@link onload.cli.demo.DemoCommand} starts the programs of {@code onload.demo},
 * which know nothing of onload, once on the kernel's sockets and once under the agent, and shows what they say
 * and what the stacks counted.
 */
@NullMarked
package onload.cli.demo;

import org.jspecify.annotations.NullMarked;
