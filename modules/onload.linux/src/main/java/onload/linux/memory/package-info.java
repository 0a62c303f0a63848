/**
 * Memory that is mapped: a file's or a device's, such as the rings of an AF_XDP socket, or pages of no file.
 *
 * <p>A {@link onload.linux.memory.Mapping} is a region at a fixed address, which the others see as an Agrona buffer.
 * Whoever maps it unmaps it, when nobody reads or writes it any more.
 */
@NullMarked
package onload.linux.memory;

import org.jspecify.annotations.NullMarked;
