/**
 * NICs that are the far end of a TAP device: the kernel of this machine is the other station of the cable.
 *
 * <p>It needs no hardware and, for a device that root has made for the user before, no privilege. Every frame is
 * a system call and a copy in the kernel, so that it is the NIC for trying and testing rather than for speed.
 * Checksums are left undone on both ways: between the stack and the kernel of one machine nothing is damaged,
 * and whoever sends a frame on to a real wire fills them in.
 *
 * <p>The kernel queues what the stack has posted no buffers for, and drops when its own queue is full, which it
 * counts as dropped transmits of the device.
 */
@NullMarked
package onload.nic.tap;

import org.jspecify.annotations.NullMarked;
