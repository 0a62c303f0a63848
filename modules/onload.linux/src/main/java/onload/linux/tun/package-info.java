/**
 * TAP devices: a network device whose cable ends in a file, {@code /dev/net/tun}.
 *
 * <p>What the kernel sends to the device is read from the file, and what is written to the file the kernel
 * receives, one whole Ethernet frame per call, behind a {@link onload.linux.tun.VirtioNetHeader} that says what
 * is left to do about its checksum. A {@link onload.linux.tun.TapDevice} is one queue of such a device.
 */
@NullMarked
package onload.linux.tun;

import org.jspecify.annotations.NullMarked;
