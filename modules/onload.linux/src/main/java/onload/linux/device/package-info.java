/**
 * Network devices and the namespaces that they live in, as {@code ioctl(2)} and {@code setns(2)} show them.
 *
 * <p>A device is asked and told by its name, as people know it, from inside its namespace. Which namespace that is
 * belongs to the calling thread: {@link onload.linux.device.NetworkNamespace#call} runs something in another one, and
 * sockets that it makes stay there for ever.
 */
@NullMarked
package onload.linux.device;

import org.jspecify.annotations.NullMarked;
