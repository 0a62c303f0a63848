/**
 * Looking at stacks of this machine from outside: {@code stackdump} reads what each writes into shared memory and asks
 * its process for the sockets that are the kernel's, {@code tcpdump} lets it send its frames while it runs.
 */
@NullMarked
package onload.cli.inspect;

import org.jspecify.annotations.NullMarked;
