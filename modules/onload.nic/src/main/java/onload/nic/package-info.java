/**
 * Where a program that wants a NIC begins: {@link onload.nic.Nics} finds the providers that are
 * installed and opens the one that a {@link onload.nic.NicSpec} names.
 *
 * <p>What is opened is a {@link onload.nic.spi.VirtualInterface} over the buffers of a {@link
 * onload.nic.packet.PacketPool}; {@code onload.nic.capture} puts a recorder in between. Arrows
 * between the packages point one way: this one and capture to {@code spi}, {@code spi} to {@code
 * packet}.
 */
@NullMarked
package onload.nic;

import org.jspecify.annotations.NullMarked;
